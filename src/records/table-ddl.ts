import { type Field, HANDLING_CODES, RECORD_STATUSES, type RecordType, snakeCase } from '../domain/record-type.js';

/** The schema record tables live in, and the login role that reads them and owns nothing. */
export const RECORD_SCHEMA = 'records';
export const READER_ROLE = 'besa_reader';

/** `BorderVisit` → `border_visit`: the name of a record type's table in schema `records`. */
export function tableName(recordTypeName: string): string {
  return snakeCase(recordTypeName);
}

/** `BorderVisit`, 7 → `border_visit_p7`: the name of the table that holds one shared database's records. */
export function partitionName(recordTypeName: string, databaseId: number): string {
  return `${tableName(recordTypeName)}_p${databaseId}`;
}

/** `visitedAt` → `visited_at_day`: the stored local day of the field that says when it happened. */
export function dayColumnName(fieldName: string): string {
  return `${snakeCase(fieldName)}_day`;
}

/** The field marked `@occurredAt`. @throws if the record type has none: `readStandard` refuses such a type */
export function occurredField(recordType: RecordType): Field {
  const field = recordType.fields.find((candidate) => candidate.isOccurredAt);
  if (field === undefined) throw new Error(`record type \`${recordType.name}\` has no @occurredAt field`);
  return field;
}

/**
 * The PostgreSQL type of a field's column.
 *
 *     String → text collate "C"      [Int!] → integer[]      DateTime → timestamptz(3)
 *
 * Collation "C" makes the database compare text as design 5.6 says, bytewise, whatever locale it was made with.
 */
export function columnType(field: Pick<Field, 'type'>): string {
  const array = field.type.isList ? '[]' : '';
  if (field.type.kind === 'enum') return `text${array} collate "C"`;
  switch (field.type.name) {
    case 'Int':
      return `integer${array}`;
    case 'Float':
      return `double precision${array}`;
    case 'Boolean':
      return `boolean${array}`;
    case 'Date':
      return `date${array}`;
    case 'DateTime':
      return `timestamptz(3)${array}`;
    case 'String':
    case 'ID':
    case 'CountryCode':
      return `text${array} collate "C"`;
  }
}

/**
 * The statements that make a record type's table: partitioned by shared database, with row-level security on. It holds no
 * record itself; `partitionDdl` makes what does.
 *
 * @param timeZone IANA name; the stored local day falls in it, so it can never change afterwards
 */
export function tableDdl(recordType: RecordType, timeZone: string): readonly string[] {
  const table = qualified(tableName(recordType.name));
  const columns = [...ENVELOPE_COLUMNS, ...recordType.fields.map(fieldColumn), ...dayColumn(recordType, timeZone)];
  return [
    `create table ${table} (\n  ${columns.join(',\n  ')}\n) partition by list (database_id)`,
    `alter table ${table} enable row level security`,
    // FORCE, because the owner of a table is exempt otherwise: a statement of the main role that names no partition obeys too.
    `alter table ${table} force row level security`,
    `create policy maintenance on ${table} to current_user using (true) with check (true)`,
    `create policy second_lock on ${table} for select to ${READER_ROLE} using (\n  ${SECOND_LOCK}\n)`,
    `grant select on ${table} to ${READER_ROLE}`,
  ];
}

/**
 * The statements that make the table of one shared database. The reader gets no right on it: rows are read through the
 * parent, where row-level security is.
 */
export function partitionDdl(recordType: RecordType, databaseId: number): readonly string[] {
  if (!Number.isInteger(databaseId) || databaseId < 1)
    throw new Error('a shared database has a positive whole number as id');
  const partition = qualified(partitionName(recordType.name, databaseId));
  const occurred = occurredField(recordType);
  const key = recordType.fields.filter((field) => field.isKey).map((field) => column(field.name));
  const indexes = [
    `create index on ${partition} (${column(occurred.name)} desc nulls last, id)`,
    ...(occurred.type.name === 'DateTime'
      ? [`create index on ${partition} (${quoted(dayColumnName(occurred.name))} desc nulls last, id)`]
      : []),
    ...recordType.fields.filter((field) => field.normalise !== undefined).map((field) => matchIndex(partition, field)),
    // What is to be erased or reviewed is looked for again and again; where no record has a date they are empty.
    `create index on ${partition} (retain_until) where retain_until is not null`,
    `create index on ${partition} (review_due_at) where review_due_at is not null`,
  ];
  return [
    `create table ${partition} partition of ${qualified(tableName(recordType.name))} (\n  primary key (id),\n  unique (${key.join(', ')})\n) for values in (${databaseId})`,
    ...indexes,
  ];
}

/** The statement that adds a new, empty column for a field; the partitions get it with their parent. */
export function addColumnDdl(recordType: RecordType, field: Field): string {
  return `alter table ${qualified(tableName(recordType.name))} add column ${fieldColumn(field)}`;
}

/** The statement that makes a field quick to match in one shared database. */
export function matchIndexDdl(recordType: RecordType, databaseId: number, field: Field): string {
  return matchIndex(qualified(partitionName(recordType.name, databaseId)), field);
}

const matchIndex = (partition: string, field: Field): string => `create index on ${partition} (${column(field.name)})`;

const quoted = (name: string): string => `"${name}"`;
const column = (fieldName: string): string => quoted(snakeCase(fieldName));
const qualified = (table: string): string => `${RECORD_SCHEMA}.${quoted(table)}`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const anyOf = (name: string, values: readonly string[]): string =>
  `check (${name} in (${values.map(literal).join(', ')}))`;

const ENVELOPE_COLUMNS: readonly string[] = [
  'database_id int not null',
  'id bigint not null',
  'recorded_at timestamptz(3) not null default besa.besa_instant()',
  'version int not null default 1',
  `status text collate "C" not null default 'ACTIVE' ${anyOf('status', RECORD_STATUSES)}`,
  `handling_code text collate "C" ${anyOf('handling_code', HANDLING_CODES)}`,
  'data_subject_category text collate "C"',
  'retain_until timestamptz(3)',
  'review_due_at timestamptz(3)',
];

// Only keys are `not null` in the table: `!` binds imports, and an erased record keeps its place without its content.
const fieldColumn = (field: Field): string =>
  `${column(field.name)} ${columnType(field)}${field.isKey ? ' not null' : ''}`;

function dayColumn(recordType: RecordType, timeZone: string): readonly string[] {
  const occurred = occurredField(recordType);
  if (occurred.type.name !== 'DateTime') return [];
  const local = `(${column(occurred.name)} at time zone ${literal(timeZone)})::date`;
  return [`${quoted(dayColumnName(occurred.name))} date generated always as (${local}) stored`];
}

/**
 * The second lock: which databases the reader's context may read at this instant, from the agreement tables alone. A
 * database is open only while the text behind it still has, byte for byte, the hash it was verified with.
 * One array for the whole statement (an InitPlan), so it costs the same for one row and for a million, and it ships to
 * foreign partitions. No context, or a stale one, is an empty array: no row. A scalar subquery and no `exists`: that one is
 * planned as a hash of all texts, read anew in each statement.
 */
const SECOND_LOCK = `database_id = any ((
    select coalesce(array_agg(o.id), '{}')
    from besa.readable_stretch s cross join lateral unnest(s.databases, s.grounds, s.hashes) o (id, ground, hash)
    where s.ctx in (current_setting('besa.ctx', true), split_part(current_setting('besa.ctx', true), '|', 1))
      and s.valid_from <= besa.besa_now() and s.valid_until > besa.besa_now()
      and case when o.ground is null then strpos(s.ctx, '|') = 0 else coalesce((
        select t.bytes_hash = o.hash from besa.agreement_text t where t.id = o.ground), false) end
  )::int[])`;
