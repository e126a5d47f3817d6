import type { Field, RecordType } from '../domain/record-type.js';
import { snakeCase } from '../domain/record-type.js';

/** One column as a table was made with it: what the hub remembers of a field, to compare it with the file later. */
export interface ColumnShape {
  /** SDL name */
  readonly field: string;
  /** name of the scalar or enum */
  readonly type: string;
  /** values of an enum; absent for scalars */
  readonly values?: readonly string[];
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly isKey: boolean;
  readonly isOccurredAt: boolean;
  readonly isMatched: boolean;
}

/** A record type as its table was made. Plain JSON: it is stored. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly ColumnShape[];
}

/** What the table of a record type looks like, in the order of its fields. */
export function shapeOf(recordType: RecordType): TableShape {
  return { name: recordType.name, columns: recordType.fields.map(columnOf) };
}

function columnOf(field: Field): ColumnShape {
  const { type } = field;
  return {
    field: field.name,
    type: type.name,
    ...(type.kind === 'enum' ? { values: type.values } : {}),
    isList: type.isList,
    isRequired: field.isRequired,
    isKey: field.isKey,
    isOccurredAt: field.isOccurredAt,
    isMatched: field.normalise !== undefined,
  };
}

/** What has to be done to a table that was made from `before` so that it holds records of `after`. */
export interface TableDifference {
  /** fields that get a new, empty column */
  readonly added: readonly Field[];
  /** fields that were there and can be matched now: they get an index */
  readonly newlyMatched: readonly Field[];
  /** one sentence for each thing that would change or lose what is stored; then nothing may be done */
  readonly refusals: readonly string[];
  /** the remembered shape is out of date, even if no statement has to run (an enum got a value) */
  readonly isShapeChanged: boolean;
}

/**
 * Compares a table with the file. Additions are applied; whatever would change or lose stored values is refused, with the reason.
 */
export function difference(before: TableShape, after: RecordType): TableDifference {
  const refusals = before.columns.flatMap((column) => refusalsOf(after, column));
  const added: Field[] = [];
  const newlyMatched: Field[] = [];
  for (const field of after.fields) {
    const column = columnNamed(before, field.name);
    if (column === undefined) {
      added.push(field);
      refusals.push(...additionRefusals(before, after.name, field));
    } else if (field.normalise !== undefined && !column.isMatched) newlyMatched.push(field);
  }
  const isShapeChanged = JSON.stringify(ordered(before)) !== JSON.stringify(ordered(shapeOf(after)));
  return { added, newlyMatched, refusals, isShapeChanged };
}

const columnNamed = (shape: TableShape, field: string): ColumnShape | undefined =>
  shape.columns.find((column) => column.field === field);

function additionRefusals(before: TableShape, type: string, field: Field): readonly string[] {
  const place = `\`${type}.${field.name}\``;
  const twin = before.columns.find((column) => snakeCase(column.field) === snakeCase(field.name));
  if (twin !== undefined)
    return [`${place} would take the column of \`${twin.field}\`: keep the name \`${twin.field}\``];
  if (field.isKey) return [`${place} cannot join the key: records stored already have no value there`];
  if (field.isOccurredAt)
    return [`${place} cannot become the time of occurrence: the stored day of every record hangs on it`];
  return field.isRequired
    ? [`${place} cannot be required: records stored already have no value there; write it without \`!\``]
    : [];
}

function refusalsOf(after: RecordType, column: ColumnShape): readonly string[] {
  const place = `\`${after.name}.${column.field}\``;
  const field = after.fields.find(({ name }) => name === column.field);
  if (field === undefined) return [`${place} is gone from the file, and its values would be lost: put it back`];
  const refusals: string[] = [];
  const given = typeText(field.type.name, field.type.isList);
  const stored = typeText(column.type, column.isList);
  const typeRefusal = typeChange(column, field);
  if (typeRefusal !== undefined) {
    const change = stored === given ? `lose values of \`${stored}\`` : `change from \`${stored}\` to \`${given}\``;
    refusals.push(`${place} cannot ${change}: ${typeRefusal}`);
  }
  if (field.isKey !== column.isKey) {
    refusals.push(`${place} cannot ${field.isKey ? 'join' : 'leave'} the key: it decides which records are the same`);
  }
  if (field.isOccurredAt !== column.isOccurredAt) {
    refusals.push(
      `${place} cannot ${field.isOccurredAt ? 'become' : 'stop being'} the time of occurrence: the stored day of every record hangs on it`,
    );
  }
  return refusals;
}

const typeText = (name: string, isList: boolean): string => (isList ? `[${name}!]` : name);

/** Why the change of type is refused; undefined if every stored value is a value of the new type, stored the same way. */
function typeChange(column: ColumnShape, field: Field): string | undefined {
  if (column.isList !== field.type.isList) return 'stored values would have to be rewritten';
  if (column.values !== undefined && field.type.kind === 'enum') {
    const known = field.type.values;
    const lost = column.values.filter((value) => !known.includes(value));
    if (lost.length === 0) return undefined;
    return `stored records may have ${lost.map((value) => `\`${value}\``).join(', ')}; add what is missing`;
  }
  if (column.type === field.type.name) return undefined;
  // All of these are text in the table, and any text is a String.
  const isText = column.values !== undefined || ['ID', 'CountryCode', 'String'].includes(column.type);
  if (isText && (field.type.name === 'String' || field.type.name === 'ID')) return undefined;
  return 'stored values may not fit, or would have to be rewritten';
}

/** The same shape with columns and keys in one order: the database keeps neither. */
function ordered(shape: TableShape): unknown {
  return [...shape.columns]
    .sort((a, b) => (a.field < b.field ? -1 : 1))
    .map((column) => Object.entries(column).sort(([a], [b]) => (a < b ? -1 : 1)));
}
