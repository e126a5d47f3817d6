// Compiled statements executed by a real PostgreSQL, over worlds loaded into the tables the hub itself would make.
import { Client } from 'pg';
import { type RecordType, snakeCase } from '../../src/domain/record-type.js';
import { partitionDdl, tableDdl } from '../../src/records/table-ddl.js';
import { renderCount } from '../../src/sql/compile-aggregate.js';
import type { CompiledStatement } from '../../src/sql/render.js';
import { renderSelect } from '../../src/sql/select.js';
import type { Choices } from './choices.js';
import type { Executor } from './compare.js';
import { databasesOf, randomWorld } from './generate.js';
import type { Cells } from './interpret.js';
import type { World } from './oracle.js';
import type { Ground } from './run-cases.js';
import { specimen, ZONES } from './specimen.js';

const TYPES = ZONES.map((timeZone, index) => ({ timeZone, recordType: specimen(`Specimen${'ABC'[index]}`) }));

/** One table per time zone, with a partition for each database. */
export async function makeTables(client: Client): Promise<void> {
  for (const { recordType, timeZone } of TYPES) {
    for (const statement of tableDdl(recordType, timeZone)) await client.query(statement);
    for (const { id } of databasesOf(recordType)) {
      for (const statement of partitionDdl(recordType, id)) await client.query(statement);
    }
  }
}

/** Worlds in the tables of `makeTables`. */
export function groundOn(client: Client): Ground {
  return {
    worldOf: (choices: Choices) => {
      const { recordType, timeZone } = choices.one(TYPES);
      return randomWorld(choices, recordType, timeZone);
    },
    executorOf: async (world) => {
      await load(client, world);
      return executorOn(client, world.timeZone);
    },
  };
}

async function load(client: Client, world: World): Promise<void> {
  const { recordType } = world;
  const table = `records."${snakeCase(recordType.name)}"`;
  const columns = [
    'database_id',
    'id',
    'status',
    'handling_code',
    ...recordType.fields.map(({ name }) => snakeCase(name)),
  ];
  const names = columns.map((name) => `"${name}"`).join(', ');
  await client.query(`delete from ${table}`);
  await client.query(
    `insert into ${table} (${names}) select ${names} from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [JSON.stringify(rowsOf(world, recordType))],
  );
}

function rowsOf(world: World, recordType: RecordType): readonly Record<string, unknown>[] {
  return databasesOf(recordType).flatMap(({ id: databaseId, code }) =>
    (world.records[code] ?? []).map(({ id, status, handlingCode, values }) => ({
      database_id: databaseId,
      id,
      status,
      handling_code: handlingCode,
      ...Object.fromEntries(Object.entries(values).map(([name, value]) => [snakeCase(name), value])),
    })),
  );
}

function executorOn(client: Client, timeZone: string): Executor {
  return {
    select: (query) => run(client, renderSelect(query, timeZone)),
    count: (query) => run(client, renderCount(query, timeZone)),
  };
}

/** Cells as the database writes them, as the record store reads them. */
async function run(client: Client, { text, values }: CompiledStatement): Promise<readonly Cells[]> {
  const types = { getTypeParser: () => (cell: string) => cell };
  const result = await client.query<(string | null)[]>({ text, values: [...values], rowMode: 'array', types });
  return result.rows;
}
