// Compiled statements executed by a real PostgreSQL, over worlds loaded into the tables the hub itself would make. The clock
// of the database is the case's.
import type { Client } from 'pg';
import { type RecordType, snakeCase } from '../../src/domain/record-type.js';
import { partitionDdl, tableDdl } from '../../src/records/table-ddl.js';
import { renderCount } from '../../src/sql/compile-aggregate.js';
import { type CompiledStatement, Token } from '../../src/sql/render.js';
import { renderSelect } from '../../src/sql/select.js';
import type { LockedExecutor } from './agreement-cases.js';
import type { Executor } from './compare.js';
import { databasesOf } from './generate.js';
import type { Cells } from './interpret.js';
import type { World } from './oracle.js';
import type { AgreementWorld } from './random-agreements.js';
import { agreementsInMemory, DATABASES, type Ground, inMemory, SPECIMENS } from './run-cases.js';
import { registerAgencies, tell } from './stored-agreements.js';

/** One table per record type, with a partition for each database; agencies, and a clock that each case sets. */
export async function makeTables(client: Client): Promise<void> {
  await client.query(`
    create or replace function besa.besa_now() returns timestamptz language sql stable as
      $$ select current_setting('besa_test.now')::timestamptz $$;
    select set_config('besa_test.now', '2023-01-01T00:00:00Z', false)`);
  for (const { recordType, timeZone } of SPECIMENS) {
    for (const statement of tableDdl(recordType, timeZone)) await client.query(statement);
    const own = DATABASES.filter((database) => database.recordType === recordType.name);
    for (const id of new Set([...databasesOf(recordType), ...own].map((database) => database.id))) {
      for (const statement of partitionDdl(recordType, id)) await client.query(statement);
    }
  }
  await registerAgencies(client, DATABASES);
}

/** Decisions over worlds in the tables of `makeTables`. */
export function onPostgres(client: Client): Ground<World, Executor> {
  return {
    worldOf: inMemory.worldOf,
    executorOf: async (world) => {
      await newTransaction(client);
      await load(client, world, databasesOf(world.recordType));
      return executorOn(client);
    },
  };
}

/** Agreements told to the hub's own tables, so that the second lock derives what it opens. Nothing of a world stays behind. */
export function agreementsOnPostgres(client: Client): Ground<AgreementWorld, LockedExecutor> {
  return {
    worldOf: agreementsInMemory.worldOf,
    executorOf: async (world) => {
      await newTransaction(client);
      await tell(client, world.story);
      await load(client, world, world.databases);
      return {
        ...executorOn(client),
        opened: (ask, { now }) => openedBy(client, `${ask.agency}|${ask.purpose}|${ask.action}`, world.recordType, now),
      };
    },
  };
}

/** In two steps: only a session that is idle between them tells the server what it left behind, for the vacuum to find. */
async function newTransaction(client: Client): Promise<void> {
  await client.query('rollback');
  await client.query('begin');
}

interface Loaded {
  readonly recordType: RecordType;
  readonly records: World['records'];
}

async function load(
  client: Client,
  world: Loaded,
  databases: readonly { readonly code: string; readonly id: number }[],
): Promise<void> {
  const { recordType } = world;
  const table = `records."${snakeCase(recordType.name)}"`;
  const columns = [
    'database_id',
    'id',
    'status',
    'handling_code',
    'data_subject_category',
    ...recordType.fields.map(({ name }) => snakeCase(name)),
  ];
  const names = columns.map((name) => `"${name}"`).join(', ');
  await client.query(
    `insert into ${table} (${names}) select ${names} from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [JSON.stringify(rowsOf(world, databases))],
  );
}

function rowsOf(
  { records, recordType }: Loaded,
  databases: readonly { readonly code: string; readonly id: number }[],
): readonly Record<string, unknown>[] {
  return databases.flatMap(({ id: databaseId, code }) =>
    (records[code] ?? []).map(({ id, status, handlingCode, dataSubjectCategory, values }) => ({
      database_id: databaseId,
      id,
      status,
      handling_code: handlingCode,
      data_subject_category: dataSubjectCategory,
      ...Object.fromEntries(recordType.fields.map(({ name }) => [snakeCase(name), values[name]])),
    })),
  );
}

/** As the role that owns the tables, which the second lock does not bind: what is answered is the statement's own doing. */
function executorOn(client: Client): Executor {
  return {
    select: (query, world) => run(client, renderSelect(query, world.timeZone), world),
    count: (query, world) => run(client, renderCount(query, world.timeZone), world),
  };
}

/** Cells as the database writes them, as the record store reads them. */
async function run(client: Client, { text, values }: CompiledStatement, world: World): Promise<readonly Cells[]> {
  const types = { getTypeParser: () => (cell: string) => cell };
  await setClock(client, world.now);
  const opened = values.map((value) => (Array.isArray(value) ? behind(value, world) : value));
  const result = await client.query<(string | null)[]>({ text, values: opened, rowMode: 'array', types });
  return result.rows;
}

/** What is behind pseudonyms takes their place, as whoever holds their key does it. */
function behind(values: readonly unknown[], world: World): readonly unknown[] {
  return values.flatMap((value) => (value instanceof Token ? (world.behindToken(value.text) ?? []) : [value]));
}

async function setClock(client: Client, now: number): Promise<void> {
  await client.query(`set local "besa_test.now" = '${new Date(now).toISOString()}'`);
}

/** The databases whose rows the reader's role sees without any condition: what the second lock alone opens. */
async function openedBy(client: Client, ctx: string, { name }: RecordType, now: number): Promise<readonly number[]> {
  await setClock(client, now);
  await client.query(`set local "besa.ctx" = '${ctx}'; set local role besa_reader`);
  const { rows } = await client.query<{ ids: readonly number[] | null }>(
    `select array_agg(distinct database_id) as ids from records."${snakeCase(name)}"`,
  );
  await client.query('reset role');
  return rows[0]?.ids ?? [];
}
