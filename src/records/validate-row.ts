import { type Field, type RecordType, snakeCase, type Value } from '../domain/record-type.js';
import { checkEnvelope, ENVELOPE_INPUTS } from './envelope-inputs.js';
import { INDEXED_TEXT_LENGTH_MAX, isLongerThan, kindOf, type Read, valueReader } from './value.js';
import { suggestion } from './words.js';

/** What is wrong with one field of one row. Never the value itself. */
export interface RowProblem {
  /** SDL name of the field, or the header or key as given if it names none */
  readonly field: string;
  /** what was there: `text`, `number`, `nothing`, `list with text` … */
  readonly valueKind: string;
  /** what was wanted, to follow "expected" */
  readonly expectation: string;
  /** 0-based place of the cell in a CSV row */
  readonly cell?: number;
}

export interface ValidRow {
  /** one value per field of the record type, in its order; null where nothing was given */
  readonly values: readonly Value[];
  /** one value per ENVELOPE_INPUTS, in its order; null = leave as it is */
  readonly envelope: readonly Value[];
}

export type ReadRow =
  | { readonly kind: 'row'; readonly row: ValidRow }
  | { readonly kind: 'problems'; readonly problems: readonly RowProblem[] };

/** A reader of rows whose headers were understood. Made once per file. */
export interface RowReader {
  /** Cells in the order of the headers. A row of another length is a problem of the row. */
  readonly readCells: (cells: readonly string[]) => ReadRow;
}

interface Slot {
  readonly name: string;
  readonly isRequired: boolean;
  readonly fromJson: (input: unknown) => Read;
  readonly fromText: (text: string) => Read;
}

/** Everything about a record type that does not change from row to row: fields first, then the envelope. */
interface Layout {
  readonly fieldsCount: number;
  readonly slots: readonly Slot[];
  /** SDL name and column name → place in `slots` */
  readonly places: ReadonlyMap<string, number>;
}

/**
 * A reader of CSV rows under these headers, or what is wrong with the headers: unknown or repeated ones, and missing ones
 * of required fields. Headers are SDL names (`visitedAt`) or column names (`visited_at`).
 */
export function rowReader(
  recordType: RecordType,
  headers: readonly string[],
): { readonly kind: 'reader'; readonly reader: RowReader } | Extract<ReadRow, { kind: 'problems' }> {
  const layout = layoutOf(recordType);
  const places: number[] = [];
  const problems: RowProblem[] = [];
  // In a file without a header line, values stand where names are expected: then nothing of it is quoted.
  const isHeaderLine = headers.some((header) => layout.places.has(header));
  headers.forEach((header, cell) => {
    const place = layout.places.get(header);
    if (place === undefined) problems.push({ ...unknownField(recordType, isHeaderLine ? header : '', 'column'), cell });
    else if (places.includes(place)) {
      problems.push({
        field: layout.slots[place]?.name ?? header,
        valueKind: 'second column',
        expectation: 'one column for each field',
        cell,
      });
    } else places[cell] = place;
  });
  layout.slots.forEach((slot, place) => {
    if (slot.isRequired && !places.includes(place)) {
      problems.push({ field: slot.name, valueKind: 'no column', expectation: 'a column: the field is required' });
    }
  });
  if (problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'reader', reader: { readCells: (cells) => readCells(layout, places, cells) } };
}

/** A reader of rows as JSON objects (NDJSON lines, records of a mutation). Keys are SDL names or column names. */
export function objectReader(recordType: RecordType): (input: unknown) => ReadRow {
  const layout = layoutOf(recordType);
  return (input) => readObject(recordType, layout, input);
}

/** What a correction says of a record: fields and envelope inputs that get another value, by SDL name; null takes a value away. */
export type ReadChanges =
  | {
      readonly kind: 'changes';
      readonly fields: Readonly<Record<string, Value>>;
      readonly envelope: Readonly<Record<string, Value>>;
    }
  | Extract<ReadRow, { kind: 'problems' }>;

/**
 * Reads the changes of a correction by the rules of an import: unknown fields, wrong types and missing required values are
 * problems, and so is another key, which would make it another record.
 */
export function readChanges(recordType: RecordType, input: unknown): ReadChanges {
  const keys = new Set(keyNames(recordType));
  const read = readGiven(recordType, input);
  const moved = Object.keys(read.values).filter((name) => keys.has(name));
  const problems = [
    ...read.problems,
    ...moved.map((field) => ({
      field,
      valueKind: 'another key',
      expectation: 'other fields only: erase the record and import the right one',
    })),
  ];
  if (problems.length > 0) return { kind: 'problems', problems };
  const isField = (name: string): boolean => recordType.fields.some((field) => field.name === name);
  const entries = Object.entries(read.values);
  return {
    kind: 'changes',
    fields: Object.fromEntries(entries.filter(([name]) => isField(name))),
    envelope: Object.fromEntries(entries.filter(([name]) => !isField(name))),
  };
}

/** The key of a record: a value for each of its key fields, and nothing else. */
export function readKey(
  recordType: RecordType,
  input: unknown,
): { readonly kind: 'key'; readonly key: Readonly<Record<string, Value>> } | Extract<ReadRow, { kind: 'problems' }> {
  const keys = keyNames(recordType);
  const read = readGiven(recordType, input);
  const problems: RowProblem[] = [...read.problems];
  for (const field of Object.keys(read.values)) {
    if (!keys.includes(field)) problems.push({ field, valueKind: 'a field', expectation: 'fields of the key only' });
  }
  for (const field of keys) {
    const isTold = Object.hasOwn(read.values, field) || read.problems.some((problem) => problem.field === field);
    if (!isTold) problems.push({ field, valueKind: 'nothing', expectation: 'a value: it is part of the key' });
  }
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'key', key: read.values };
}

const keyNames = ({ fields }: RecordType): readonly string[] =>
  fields.filter(({ isKey }) => isKey).map(({ name }) => name);

/** What is given, by SDL name in the record type's order, each value by its own rules; what is not given is not missed. */
function readGiven(
  recordType: RecordType,
  input: unknown,
): { readonly values: Readonly<Record<string, Value>>; readonly problems: readonly RowProblem[] } {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { values: {}, problems: [{ field: '', valueKind: kindOf(input), expectation: 'an object of fields' }] };
  }
  const { slots, places } = layoutOf(recordType);
  const values = new Map<number, Value>();
  const problems: RowProblem[] = [];
  for (const [name, value] of Object.entries(input)) {
    const place = places.get(name);
    const slot = slots[place ?? -1];
    if (place === undefined || slot === undefined) {
      problems.push(unknownField(recordType, name, 'key'));
    } else if (values.has(place)) {
      problems.push({ field: slot.name, valueKind: 'second key', expectation: 'one key for each field' });
    } else {
      const read = required(slot, slot.fromJson(value));
      values.set(place, read.kind === 'value' ? read.value : null);
      if (read.kind === 'problem') {
        problems.push({ field: slot.name, valueKind: read.valueKind, expectation: read.expectation });
      }
    }
  }
  const inOrder = [...values].sort(([a], [b]) => a - b);
  return { values: Object.fromEntries(inOrder.map(([place, value]) => [slots[place]?.name ?? '', value])), problems };
}

function layoutOf(recordType: RecordType): Layout {
  const slots: Slot[] = [
    ...recordType.fields.map((field) => fieldSlot(field)),
    ...ENVELOPE_INPUTS.map((input): Slot => {
      const { fromJson, fromText } = valueReader(input.type);
      return {
        name: input.name,
        isRequired: false,
        fromJson: (value) => checkEnvelope(input, fromJson(value)),
        fromText: (text) => checkEnvelope(input, fromText(text)),
      };
    }),
  ];
  const places = new Map<string, number>();
  slots.forEach(({ name }, place) => {
    places.set(name, place);
    places.set(snakeCase(name), place);
  });
  return { fieldsCount: recordType.fields.length, slots, places };
}

function fieldSlot(field: Field): Slot {
  const { fromJson, fromText } = valueReader(field.type);
  const isIndexed = field.isKey || field.normalise !== undefined;
  const check = (read: Read): Read => (isIndexed ? checkIndexed(field, read) : read);
  return {
    name: field.name,
    isRequired: field.isRequired,
    fromJson: (value) => check(fromJson(value)),
    fromText: (text) => check(fromText(text)),
  };
}

function checkIndexed(field: Field, read: Read): Read {
  if (read.kind === 'problem' || typeof read.value !== 'string') return read;
  if (isLongerThan(read.value, INDEXED_TEXT_LENGTH_MAX)) {
    return {
      kind: 'problem',
      valueKind: 'text',
      expectation: `a text of at most ${INDEXED_TEXT_LENGTH_MAX} characters`,
    };
  }
  // An empty CSV cell is nothing; an empty JSON text would be a key that no CSV file could name again.
  if (field.isKey && read.value === '') return { kind: 'problem', valueKind: 'empty text', expectation: 'a text' };
  return read;
}

function readCells(layout: Layout, places: readonly number[], cells: readonly string[]): ReadRow {
  if (cells.length !== places.length) {
    const problem: RowProblem = {
      field: '',
      valueKind: `${cells.length} cells`,
      expectation: `${places.length} cells, one for each header`,
    };
    return { kind: 'problems', problems: [problem] };
  }
  const values: Value[] = new Array<Value>(layout.slots.length).fill(null);
  const problems: RowProblem[] = [];
  for (let cell = 0; cell < cells.length; cell += 1) {
    const place = places[cell] ?? -1;
    const slot = layout.slots[place];
    if (slot === undefined) continue;
    const read = required(slot, slot.fromText(cells[cell] ?? ''));
    if (read.kind === 'value') values[place] = read.value;
    else problems.push({ field: slot.name, valueKind: read.valueKind, expectation: read.expectation, cell });
  }
  return finish(layout, values, problems);
}

function readObject(recordType: RecordType, layout: Layout, input: unknown): ReadRow {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return {
      kind: 'problems',
      problems: [{ field: '', valueKind: kindOf(input), expectation: 'an object with one key for each field' }],
    };
  }
  const values: Value[] = new Array<Value>(layout.slots.length).fill(null);
  const given = new Set<number>();
  const problems: RowProblem[] = [];
  for (const [key, value] of Object.entries(input)) {
    const place = layout.places.get(key);
    const slot = layout.slots[place ?? -1];
    if (place === undefined || slot === undefined) {
      problems.push(unknownField(recordType, key, 'key'));
    } else if (given.has(place)) {
      problems.push({ field: slot.name, valueKind: 'second key', expectation: 'one key for each field' });
    } else {
      given.add(place);
      const read = required(slot, slot.fromJson(value));
      if (read.kind === 'value') values[place] = read.value;
      else problems.push({ field: slot.name, valueKind: read.valueKind, expectation: read.expectation });
    }
  }
  layout.slots.forEach((slot, place) => {
    if (slot.isRequired && !given.has(place))
      problems.push({ field: slot.name, valueKind: 'nothing', expectation: REQUIRED });
  });
  return finish(layout, values, problems);
}

const REQUIRED = 'a value: the field is required';

function required(slot: Slot, read: Read): Read {
  const isMissing = slot.isRequired && read.kind === 'value' && read.value === null;
  return isMissing ? { kind: 'problem', valueKind: 'nothing', expectation: REQUIRED } : read;
}

function finish(layout: Layout, values: readonly Value[], problems: readonly RowProblem[]): ReadRow {
  if (problems.length > 0) return { kind: 'problems', problems };
  return {
    kind: 'row',
    row: { values: values.slice(0, layout.fieldsCount), envelope: values.slice(layout.fieldsCount) },
  };
}

/** The unknown name is quoted only if it can be a name: what stands there may be a value that slipped. */
function unknownField(recordType: RecordType, given: string, noun: 'column' | 'key'): RowProblem {
  const isName = /^[A-Za-z][A-Za-z0-9_]{0,55}$/.test(given);
  const known = recordType.fields.map(({ name }) => name);
  const near = isName ? suggestion(given, [...known, ...known.map(snakeCase)]) : '';
  return {
    field: isName ? given : '',
    valueKind: `unknown ${noun}`,
    expectation: `a field of \`${recordType.name}\`${near}`,
  };
}
