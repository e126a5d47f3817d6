/** The record tables of a database: compares them with the exchange standard and makes what is missing. */
import { Client, type ClientBase } from 'pg';
import type { ExchangeStandard, RecordType } from '../domain/record-type.js';
import type { SdlFile } from '../records/read-standard.js';
import type { RecordTablePlan, RecordTables } from '../records/record-table-plan.js';
import {
  addColumnDdl,
  matchIndexDdl,
  partitionDdl,
  partitionName,
  RECORD_SCHEMA,
  tableDdl,
} from '../records/table-ddl.js';
import { difference, shapeOf, type TableShape } from '../records/table-shape.js';

const LOCK = 'besa: record tables';

interface StoredTable {
  readonly shape: TableShape;
  readonly timeZone: string;
}

/** Everything in the database that a plan is made from. */
interface Stored {
  readonly tables: ReadonlyMap<string, StoredTable>;
  /** ids of the hosted databases of each record type, and whether each has its partition */
  readonly databases: ReadonlyMap<string, readonly { readonly id: number; readonly hasPartition: boolean }[]>;
}

/**
 * Record tables through one connection, which the caller opens as the hub's main role and closes. `apply` runs its own
 * transaction: none may be open.
 */
export function recordTables(client: ClientBase): RecordTables {
  return {
    plan: async (standard, timeZone) => (await draw(client, standard, timeZone)).plan,
    apply: (standard, timeZone, files) => apply(client, standard, timeZone, files),
    applied: () => appliedFiles(client),
  };
}

async function apply(
  client: ClientBase,
  standard: ExchangeStandard,
  timeZone: string,
  files: readonly SdlFile[] | undefined,
): Promise<RecordTablePlan> {
  await client.query('begin');
  try {
    // Before the comparison: of two that start together, the second finds the work of the first.
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [LOCK]);
    const { plan, changed } = await draw(client, standard, timeZone);
    if (plan.refusals.length > 0) {
      await client.query('rollback');
      return plan;
    }
    for (const statement of plan.statements) await client.query(statement);
    for (const recordType of changed) await remember(client, recordType, timeZone);
    if (files !== undefined) await rememberFiles(client, files);
    await client.query('commit');
    return plan;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function remember(client: ClientBase, recordType: RecordType, timeZone: string): Promise<void> {
  await client.query(
    `insert into besa.record_table (name, shape, time_zone) values ($1, $2, $3)
     on conflict (name) do update set shape = excluded.shape, applied_at = besa.besa_instant()`,
    [recordType.name, JSON.stringify(shapeOf(recordType)), timeZone],
  );
}

async function appliedFiles(client: ClientBase): Promise<readonly SdlFile[] | undefined> {
  const { rows } = await client.query<{ files: readonly SdlFile[] }>(
    'select files from besa.applied_standard order by id desc limit 1',
  );
  return rows[0]?.files;
}

/** Only what differs from the standard applied last: each start would add the same one again. */
async function rememberFiles(client: ClientBase, files: readonly SdlFile[]): Promise<void> {
  await client.query(
    `insert into besa.applied_standard (files) select $1::jsonb
     where $1::jsonb is distinct from (select a.files from besa.applied_standard a order by a.id desc limit 1)`,
    [JSON.stringify(files)],
  );
}

interface Drawn {
  readonly plan: RecordTablePlan;
  /** types whose remembered shape has to be written */
  readonly changed: readonly RecordType[];
}

async function draw(client: ClientBase, standard: ExchangeStandard, timeZone: string): Promise<Drawn> {
  const stored = await readStored(client);
  const refusals = [...(await timeZoneRefusals(client, stored, timeZone))];
  const statements: string[] = [];
  const changes: string[] = [];
  const changed: RecordType[] = [];
  for (const recordType of standard.recordTypes) {
    const step = stepFor(recordType, stored, timeZone);
    refusals.push(...step.refusals);
    statements.push(...step.statements);
    changes.push(...step.changes);
    if (step.isShapeChanged) changed.push(recordType);
  }
  const known = new Set(standard.recordTypes.map(({ name }) => name));
  const kept = [...stored.tables.keys()].filter((name) => !known.has(name));
  return { plan: { statements, changes, refusals, kept }, changed };
}

interface Step {
  readonly statements: readonly string[];
  readonly changes: readonly string[];
  readonly refusals: readonly string[];
  readonly isShapeChanged: boolean;
}

function stepFor(recordType: RecordType, stored: Stored, timeZone: string): Step {
  const { name } = recordType;
  const databases = stored.databases.get(name) ?? [];
  const bare = databases.filter(({ hasPartition }) => !hasPartition);
  const partitions = bare.flatMap(({ id }) => partitionDdl(recordType, id));
  const partitionChanges = bare.map(({ id }) => `${name}: the partition of database ${id}`);
  const table = stored.tables.get(name);
  if (table === undefined) {
    return {
      statements: [...tableDdl(recordType, timeZone), ...partitions],
      changes: [`${name}: a new table with ${recordType.fields.length} fields`, ...partitionChanges],
      refusals: [],
      isShapeChanged: true,
    };
  }
  const { added, newlyMatched, refusals, isShapeChanged } = difference(table.shape, recordType);
  const ready = databases.filter(({ hasPartition }) => hasPartition);
  const matched = [...newlyMatched, ...added.filter(({ normalise }) => normalise !== undefined)];
  return {
    statements: [
      ...added.map((field) => addColumnDdl(recordType, field)),
      ...ready.flatMap(({ id }) => matched.map((field) => matchIndexDdl(recordType, id, field))),
      ...partitions,
    ],
    changes: [
      ...added.map((field) => `${name}: the new field ${field.name}`),
      ...newlyMatched.map((field) => `${name}: an index for matching ${field.name}`),
      ...partitionChanges,
      // An enum with one value more needs no statement, but must be remembered: its value can be stored from now on.
      ...(isShapeChanged && added.length + newlyMatched.length === 0 ? [`${name}: what its fields may hold`] : []),
    ],
    refusals,
    isShapeChanged,
  };
}

async function readStored(client: ClientBase): Promise<Stored> {
  const tables = await client.query<{ name: string; shape: TableShape; time_zone: string }>(
    'select name, shape, time_zone from besa.record_table order by name',
  );
  const found = await client.query<{ id: number; record_type: string }>(
    "select id, record_type from besa.shared_database where hosting = 'HOSTED' order by id",
  );
  const partitions = await client.query<{ name: string }>(
    `select c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relispartition`,
    [RECORD_SCHEMA],
  );
  const names = new Set(partitions.rows.map((row) => row.name));
  const databases = new Map<string, { id: number; hasPartition: boolean }[]>();
  for (const { id, record_type: recordType } of found.rows) {
    const list = databases.get(recordType) ?? [];
    list.push({ id, hasPartition: names.has(partitionName(recordType, id)) });
    databases.set(recordType, list);
  }
  return {
    tables: new Map(tables.rows.map((row) => [row.name, { shape: row.shape, timeZone: row.time_zone }])),
    databases,
  };
}

/** PostgreSQL must know the zone too: it computes the stored day, the hub the start of a period. */
async function timeZoneRefusals(client: ClientBase, stored: Stored, timeZone: string): Promise<readonly string[]> {
  const [first] = stored.tables.values();
  if (first !== undefined && first.timeZone !== timeZone) {
    return [
      `the record tables were made for the time zone \`${first.timeZone}\`, and stored days fall in it: set \`BESA_TIMEZONE=${first.timeZone}\``,
    ];
  }
  const known = await client.query('select from pg_catalog.pg_timezone_names where name = $1', [timeZone]);
  return known.rowCount === 0
    ? [`PostgreSQL does not know the time zone \`${timeZone}\`: set \`BESA_TIMEZONE\` to an IANA name`]
    : [];
}

/**
 * Does some work on the record tables of the database at `url`, with a connection of its own as the hub's main role.
 * The hub's migrations must have run.
 */
export async function withRecordTables<T>(url: string, work: (tables: RecordTables) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A connection that breaks while idle must not crash the process; the next query reports it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(recordTables(client));
  } finally {
    await client.end();
  }
}
