/** The statements of acts on single records. Names come from the record type through `snakeCase`, never from a caller. */
import type { QualityAct, RecordPlace } from '../domain/quality-act.js';
import { type Field, snakeCase, type Value } from '../domain/record-type.js';
import type { Statement } from '../hub/ports.js';
import { ENVELOPE_INPUTS } from '../records/envelope-inputs.js';
import { partitionName, RECORD_SCHEMA } from '../records/table-ddl.js';

/** A row as these statements give it back. */
export interface ContentRow {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly fields: Readonly<Record<string, Value>>;
  readonly envelope: Readonly<Record<string, Value>>;
}

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

/** `"border_section"`: SDL names are ASCII letters, digits and underscores, so there is never a quote to double. */
const quoted = (name: string): string => `"${snakeCase(name)}"`;

/** `records."visit_p7"`: the table of one database, which row-level security does not stand before. */
export function partitionOf({ recordType, database }: RecordPlace): string {
  return `${RECORD_SCHEMA}."${partitionName(recordType.name, database.id)}"`;
}

/** Records by raw id, in the order of ids; `lock` keeps them as they are until the transaction ends. $1 = ids */
export function byIds(place: RecordPlace, ids: readonly string[], lock: boolean): Statement {
  const text = `${selectOf(place)} where stored.id = any ($1::bigint[]) order by stored.id${lock ? ' for update' : ''}`;
  return { text, values: [ids] };
}

/** The record of a key. */
export function byKey(place: RecordPlace, key: Readonly<Record<string, Value>>): Statement {
  const names = Object.keys(key);
  const conditions = names.map((name, index) => `stored.${quoted(name)} = $${index + 1}`);
  return {
    text: `${selectOf(place)} where ${conditions.join(' and ')}`,
    values: names.map((name) => key[name]),
  };
}

/** Ids and versions of records whose time has passed, the oldest first. */
export function dueRecords(place: RecordPlace, limit: number): Statement {
  return {
    text: `select stored.id::text as id, stored.version from ${partitionOf(place)} as stored
      where stored.retain_until <= besa.besa_now() order by stored.retain_until, stored.id limit $1`,
    values: [limit],
  };
}

/** How many records of one database are due for review, and since when. */
export function reviewsDue(place: RecordPlace): Statement {
  return {
    text: `select count(*)::int as records, min(stored.review_due_at) as since from ${partitionOf(place)} as stored
      where stored.review_due_at <= besa.besa_now()`,
    values: [],
  };
}

/** Gives one record its next version. $1 = id; column `version` of the answer is the new one. */
export function changeOf(act: QualityAct): Statement {
  const changed = [...Object.entries(act.changes.fields), ...Object.entries(act.changes.envelope)];
  const sets = changed.map(([name], index) => `${quoted(name)} = $${index + 3}`);
  return {
    text: `update ${partitionOf(act)} set ${[...sets, 'status = $2', 'version = version + 1', 'recorded_at = besa.besa_instant()'].join(', ')}
      where id = $1 returning version`,
    values: [act.records[0]?.id, act.kind, ...changed.map(([, value]) => value)],
  };
}

/** Takes records out of the database. */
export function removalOf(place: RecordPlace, ids: readonly string[]): Statement {
  return { text: `delete from ${partitionOf(place)} where id = any ($1::bigint[])`, values: [ids] };
}

/**
 *     select stored.id::text as id, stored.version, stored.status,
 *       (select to_jsonb(f) from (select stored."visited_on"::text as "visitedOn", …) f) as fields, …
 */
function selectOf(place: RecordPlace): string {
  const fields = place.recordType.fields.map((field) => `${shownValue(field)} as "${field.name}"`);
  const envelope = ENVELOPE_INPUTS.map((input) => `${shownValue(input)} as "${input.name}"`);
  return `select stored.id::text as id, stored.version, stored.status,
    (select to_jsonb(f) from (select ${fields.join(', ')}) f) as fields,
    (select to_jsonb(e) from (select ${envelope.join(', ')}) e) as envelope
    from ${partitionOf(place)} as stored`;
}

/** The column as domain/record-type.ts writes values: instants in UTC with milliseconds, days as they are. */
function shownValue({ name, type }: Pick<Field, 'name' | 'type'>): string {
  const column = `stored.${quoted(name)}`;
  const textOf =
    type.kind === 'scalar' && type.name === 'DateTime'
      ? (value: string): string => `to_char(${value} at time zone 'UTC', ${INSTANT})`
      : type.kind === 'scalar' && type.name === 'Date'
        ? (value: string): string => `to_char(${value}, 'YYYY-MM-DD')`
        : undefined;
  if (textOf === undefined) return column;
  if (!type.isList) return textOf(column);
  const items = `select array_agg(${textOf('item')} order by place) from unnest(${column}) with ordinality listed (item, place)`;
  return `case when ${column} is not null then coalesce((${items}), '{}') end`;
}
