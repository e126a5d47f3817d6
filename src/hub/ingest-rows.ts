import { HubError } from '../domain/errors.js';
import { type ImportProblem, type RawRow, RowsUnreadable } from '../domain/import.js';
import type { RecordType } from '../domain/record-type.js';
import { objectReader, type ReadRow, type RowProblem, type RowReader, rowReader } from '../records/validate-row.js';
import type { StagedRow } from './ports.js';

export interface RefusedRow {
  readonly line: number;
  readonly problems: readonly ImportProblem[];
}

/** What the header of a CSV file said. */
interface Header {
  /** as the file names them */
  readonly names: readonly string[];
  /** places of the columns that are imported; null = all */
  readonly kept: readonly number[] | null;
  readonly reader: RowReader;
}

/** Turns rows as they were read into rows to stage, or into problems with line and column. Made once per import. */
export class ImportRows {
  readonly #readObject: (input: unknown) => ReadRow;
  #header: Header | null = null;

  /** @throws HubError BAD_USER_INPUT if the map names a field the record type does not have */
  constructor(
    private readonly recordType: RecordType,
    private readonly map: Readonly<Record<string, string>>,
  ) {
    this.#readObject = objectReader(recordType);
    const unknown = Object.values(map).find(
      (name) => name !== '' && !recordType.fields.some((field) => field.name === name),
    );
    if (unknown === undefined) return;
    throw new HubError('BAD_USER_INPUT', `the map names \`${unknown}\`, which is no field of \`${recordType.name}\``);
  }

  /** null for the header. @throws RowsUnreadable if the header does not fit the record type */
  read(row: RawRow): StagedRow | RefusedRow | null {
    switch (row.kind) {
      case 'header':
        this.#header = this.#readHeader(row.line, row.cells);
        return null;
      case 'cells':
        return this.#readCells(row.line, row.cells);
      case 'object':
        return staged(row.line, this.#readObject(this.#renamed(row.fields)), (problem) => problem.field || null);
      case 'fault':
        return { line: row.problem.line, problems: [row.problem] };
    }
  }

  /** The problem of a row whose key stands further up already. */
  repeatedKey(line: number, firstLine: number): ImportProblem {
    const keys = this.recordType.fields.filter((field) => field.isKey).map((field) => field.name);
    return {
      line,
      column: keys.join(' + '),
      kind: `the same key as line ${firstLine}`,
      expectation: 'a key of its own',
    };
  }

  /** The problem of a row whose key an erased record had. */
  erasedKey(line: number, erasedAt: Date): ImportProblem {
    const keys = this.recordType.fields.filter((field) => field.isKey).map((field) => field.name);
    return {
      line,
      column: keys.join(' + '),
      kind: `the key of a record erased on ${erasedAt.toISOString().slice(0, 10)}`,
      expectation: 'another key: a record of this one is not taken back',
    };
  }

  #readHeader(line: number, cells: readonly string[]): Header {
    const names = cells.map((cell) => cell.trim());
    const kept = names.map((_, place) => place).filter((place) => this.#target(names[place] ?? '') !== '');
    const targets = kept.map((place) => this.#target(names[place] ?? ''));
    const read = rowReader(this.recordType, targets);
    const absent = Object.keys(this.map).filter((column) => !names.includes(column));
    const problems = absent.map(
      (column): ImportProblem => ({
        line,
        column,
        kind: 'no column',
        expectation: 'a column, because the map names it',
      }),
    );
    if (read.kind === 'reader' && absent.length === 0) {
      return { names, kept: kept.length === names.length ? null : kept, reader: read.reader };
    }
    for (const { field, cell, valueKind, expectation } of read.kind === 'problems' ? read.problems : []) {
      const place = kept[cell ?? -1];
      // What cannot be a name may be a value of a file without header: its place is told instead.
      const column = place === undefined ? field : field === '' ? String(place + 1) : (names[place] ?? field);
      problems.push({ line, column, kind: valueKind, expectation });
    }
    throw new RowsUnreadable('the columns do not fit the record type', problems);
  }

  #readCells(line: number, cells: readonly string[]): StagedRow | RefusedRow {
    const header = this.#header;
    if (header === null) throw new Error('cells came before their header');
    const { names, kept, reader } = header;
    if (cells.length !== names.length) {
      const problem = {
        line,
        column: null,
        kind: `${cells.length} cells`,
        expectation: `${names.length} cells, as in the header`,
      };
      return { line, problems: [problem] };
    }
    const read = reader.readCells(kept === null ? cells : kept.map((place) => cells[place] ?? ''));
    return staged(line, read, ({ cell, field }) =>
      cell === undefined ? field : (names[kept?.[cell] ?? cell] ?? field),
    );
  }

  #target(column: string): string {
    return Object.hasOwn(this.map, column) ? (this.map[column] ?? '') : column;
  }

  #renamed(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    if (Object.keys(this.map).length === 0) return fields;
    return Object.fromEntries(
      Object.entries(fields)
        .map(([key, value]) => [this.#target(key), value] as const)
        .filter(([key]) => key !== ''),
    );
  }
}

function staged(line: number, read: ReadRow, columnOf: (problem: RowProblem) => string | null): StagedRow | RefusedRow {
  if (read.kind === 'row') return { line, values: [...read.row.values, ...read.row.envelope] };
  const problems = read.problems.map((problem) => ({
    line,
    column: columnOf(problem),
    kind: problem.valueKind,
    expectation: problem.expectation,
  }));
  return { line, problems };
}
