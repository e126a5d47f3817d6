import type { RecordType } from '../domain/record-type.js';
import type { DisclosedRow } from '../hub/disclosed-row.js';
import type { RecordPage } from '../hub/query.js';
import { type SelectedColumns, selectedColumns } from './record-ask.js';
import { RecordSerialiser, type RowLayout } from './record-serialiser.js';
import { plainJson, type Selected, type TypeNames, typeNames } from './selection.js';

const SOURCE_TYPES: TypeNames = typeNames('SourceLine', { 'SourceLine.database': 'RecordDatabase' });
const PAGE_INFO_TYPES: TypeNames = typeNames('PageInfo', {});

/** Writes pages of one record type as one selection asks for them; made once per selection, holds nothing of an answer. */
export class PageWriter {
  readonly columns: SelectedColumns & { readonly withCursors: boolean };
  private readonly serialisers = new Map<readonly Selected[], RecordSerialiser>();
  private readonly layout: RowLayout;

  constructor(
    recordType: RecordType,
    private readonly selection: readonly Selected[],
    timeZone: string,
  ) {
    const under = (name: string, fields: readonly Selected[]): readonly Selected[] =>
      fields.filter((selected) => selected.name === name);
    const edges = under('edges', selection).flatMap(({ fields }) => fields);
    const pageInfo = under('pageInfo', selection).flatMap(({ fields }) => fields);
    const nodes = [...under('nodes', selection), ...under('node', edges)].map(({ fields }) => fields);
    const cursors = [...under('cursor', edges), ...under('startCursor', pageInfo), ...under('endCursor', pageInfo)];
    this.columns = { ...selectedColumns(recordType, nodes), withCursors: cursors.length > 0 };
    this.layout = { typeName: recordType.name, ...this.columns, timeZone };
  }

  /** @param ids sealed, one per row; empty if no id is selected */
  write(page: RecordPage, ids: readonly string[]): string {
    const members = this.selection.map((selected) => member(selected, this.value(selected, page, ids)));
    return `{${members.join(',')}}`;
  }

  private value({ name, fields }: Selected, page: RecordPage, ids: readonly string[]): string {
    switch (name) {
      case 'nodes':
        return `[${this.nodes(fields, page.rows, ids).join(',')}]`;
      case 'edges':
        return `[${this.edges(fields, page, ids).join(',')}]`;
      case 'pageInfo':
        return plainJson(this.pageInfo(page), fields, PAGE_INFO_TYPES);
      case 'sources':
        return sourcesJson(page.sources, fields);
      default:
        return JSON.stringify(`${this.layout.typeName}Connection`);
    }
  }

  private pageInfo(page: RecordPage): Readonly<Record<string, unknown>> {
    const last = page.rows.length - 1;
    const hasCursors = this.columns.withCursors && last >= 0;
    return {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: hasCursors ? page.cursorAt(0) : null,
      endCursor: hasCursors ? page.cursorAt(last) : null,
    };
  }

  private nodes(fields: readonly Selected[], rows: readonly DisclosedRow[], ids: readonly string[]): readonly string[] {
    let serialiser = this.serialisers.get(fields);
    if (serialiser === undefined) {
      serialiser = new RecordSerialiser(fields, this.layout);
      this.serialisers.set(fields, serialiser);
    }
    const writer = serialiser;
    return rows.map((row, index) => writer.row(row, ids[index] ?? ''));
  }

  private edges(fields: readonly Selected[], page: RecordPage, ids: readonly string[]): readonly string[] {
    const nodes = fields.map(({ name, fields: nested }) => (name === 'node' ? this.nodes(nested, page.rows, ids) : []));
    return page.rows.map((_, row) => {
      const members = fields.map((selected, index) => {
        if (selected.name === 'node') return member(selected, nodes[index]?.[row] ?? 'null');
        const text = selected.name === 'cursor' ? page.cursorAt(row) : `${this.layout.typeName}Edge`;
        return member(selected, JSON.stringify(text));
      });
      return `{${members.join(',')}}`;
    });
  }
}

/** Source lines as they are asked for: of statistics too. */
export function sourcesJson(sources: RecordPage['sources'], fields: readonly Selected[]): string {
  const lines = sources.map((line) => ({
    ...line,
    database: { code: line.database, name: line.databaseName },
    resetsAt: line.resetsAt?.toISOString() ?? null,
  }));
  return plainJson(lines, fields, SOURCE_TYPES);
}

/** `"key":json` */
export function member({ key }: Selected, json: string): string {
  return `${JSON.stringify(key)}:${json}`;
}
