import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { ExchangeStandard } from '../../src/domain/record-type.js';
import { recordTables, withRecordTables } from '../../src/persistence/record-tables.js';
import { partitionDdl } from '../../src/records/table-ddl.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { PURPOSES, SAMPLE, standardOf, VISIT, VISIT_TYPE } from './sample-standard.js';
import { SHIPPED } from './shipped-standard.js';

const TIME_ZONE = 'Europe/Tirane';

let database: TestDatabase;
let owner: Client;
let reader: Client;

beforeAll(async () => {
  database = await freshDatabase();
  owner = new Client({ connectionString: database.url });
  reader = new Client({ connectionString: database.readerUrl });
  await Promise.all([owner.connect(), reader.connect()]);
  await owner.query(`insert into besa.partner (code, name) values ('AA', 'A'), ('BB', 'B');
    insert into besa.agency (code, name, partner) values ('AA-PORT', 'A port', 'AA'), ('BB-PORT', 'B port', 'BB')`);
});
afterAll(async () => {
  await Promise.all([owner?.end(), reader?.end()]);
  await database?.drop();
});

const apply = (standard: ExchangeStandard, timeZone = TIME_ZONE) => recordTables(owner).apply(standard, timeZone);
const with1 = (line: string): ExchangeStandard =>
  standardOf(VISIT.replace('  goods:', `  ${line}\n  goods:`), PURPOSES);

async function register(code: string, agency: string): Promise<number> {
  const added = await owner.query<{ id: number }>(
    `insert into besa.shared_database (code, name, owner, record_type, hosting) values ($1, $1, $2, 'Visit', 'HOSTED') returning id`,
    [code, agency],
  );
  const id = added.rows[0]?.id ?? 0;
  for (const statement of partitionDdl(VISIT_TYPE, id)) await owner.query(statement);
  return id;
}

/** Numbers of the visits the reader sees in this context, each statement in a transaction as the hub does it. */
async function seen(
  ctx: string | null,
  sql = 'select number from records.visit order by number',
): Promise<readonly unknown[]> {
  await reader.query('begin');
  try {
    if (ctx !== null) await reader.query("select set_config('besa.ctx', $1, true)", [ctx]);
    return (await reader.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await reader.query('rollback');
  }
}

describe('the tables of record types in PostgreSQL', () => {
  test('are refused for a time zone PostgreSQL does not know, and nothing is done', async () => {
    expect(await apply(SAMPLE, 'Europe/Atlantis')).toMatchObject({
      refusals: ['PostgreSQL does not know the time zone `Europe/Atlantis`: set `BESA_TIMEZONE` to an IANA name'],
    });
    expect((await owner.query('select from besa.record_table')).rowCount).toBe(0);
  });

  test('are only shown by a plan', async () => {
    const plan = await recordTables(owner).plan(SAMPLE, TIME_ZONE);
    expect(plan.changes).toEqual(['Visit: a new table with 12 fields']);
    expect((await owner.query(`select to_regclass('records.visit') as found`)).rows).toEqual([{ found: null }]);
  });

  test('are made once, also by two that start together', async () => {
    const plans = await Promise.all([
      withRecordTables(database.url, (tables) => tables.apply(SAMPLE, TIME_ZONE)),
      withRecordTables(database.url, (tables) => tables.apply(SAMPLE, TIME_ZONE)),
    ]);
    expect(plans.map(({ changes }) => changes.length).sort()).toEqual([0, 1]);
    expect((await apply(SAMPLE)).statements).toEqual([]);
  });

  test('keep the time zone they were made with', async () => {
    expect((await apply(SAMPLE, 'Europe/Berlin')).refusals).toEqual([
      'the record tables were made for the time zone `Europe/Tirane`, and stored days fall in it: set `BESA_TIMEZONE=Europe/Tirane`',
    ]);
    await expect(owner.query(`update besa.record_table set time_zone = 'Europe/Berlin'`)).rejects.toThrow(
      'keep the time zone',
    );
  });

  test('are all or nothing: a statement that fails leaves no trace', async () => {
    await owner.query('create table records.call (a int)');
    const both = standardOf(
      VISIT,
      VISIT.replaceAll('Visit', 'Call').replaceAll('"visits"', '"calls"'),
      VISIT.replaceAll('Visit', 'Berth').replaceAll('"visits"', '"berths"'),
      PURPOSES,
    );
    await expect(apply(both)).rejects.toThrow('already exists');
    expect((await owner.query(`select to_regclass('records.berth') as found`)).rows).toEqual([{ found: null }]);
    await owner.query('drop table records.call');
  });

  test('of the shipped types can be made', async () => {
    const plan = await apply(SHIPPED);
    expect(plan.changes).toHaveLength(7);
    expect(plan.kept).toEqual(['Visit']);
    expect((await apply(SHIPPED)).changes).toEqual([]);
  });
});

describe('records', () => {
  let ofA: number;
  beforeAll(async () => {
    ofA = await register('AA-VISITS', 'AA-PORT');
    const ofB = await register('BB-VISITS', 'BB-PORT');
    // 22:30 in UTC is the next day in Tirana, in summer as in winter 23:30 is.
    await owner.query(
      `insert into records.visit (database_id, id, number, visited_at, goods) values
        ($1, 1, 'A-1', '2023-06-30T22:30:00Z', '{grain,salt}'), ($1, 2, 'A-2', '2023-01-31T22:30:00Z', null), ($2, 1, 'B-1', '2023-01-31T23:30:00Z', null)`,
      [ofA, ofB],
    );
  });

  test('are read by nobody without a context, or in one that is nobody’s', async () => {
    expect(await seen(null)).toEqual([]);
    for (const ctx of ['', '|', 'CC-PORT|CONTROL|READ', 'AA|CONTROL|READ', 'aa-port|CONTROL|READ', '%'])
      expect(await seen(ctx)).toEqual([]);
  });

  test('are read by their owner, and by nobody through a partition', async () => {
    expect(await seen('AA-PORT|CONTROL|READ')).toEqual(['A-1', 'A-2']);
    expect(await seen('BB-PORT|CONTROL|AGGREGATE')).toEqual(['B-1']);
    await expect(seen('AA-PORT|CONTROL|READ', `select number from records.visit_p${ofA}`)).rejects.toThrow(
      'permission denied',
    );
  });

  test('are written by nobody who reads', async () => {
    for (const sql of [
      'delete from records.visit',
      `update records.visit set number = 'X'`,
      `insert into records.visit (database_id, id, number) values (${ofA}, 9, 'X')`,
    ]) {
      await expect(seen('AA-PORT|CONTROL|READ', sql)).rejects.toThrow('permission denied');
    }
  });

  test('hold the local day of when they happened', async () => {
    const days = await owner.query('select number, visited_at_day::text as day from records.visit order by number');
    expect(days.rows).toEqual([
      { number: 'A-1', day: '2023-07-01' },
      { number: 'A-2', day: '2023-01-31' },
      { number: 'B-1', day: '2023-02-01' },
    ]);
  });

  test('have one place for each key in each database', async () => {
    await expect(
      owner.query(`insert into records.visit (database_id, id, number) values ($1, 3, 'A-1')`, [ofA]),
    ).rejects.toThrow('duplicate key');
    await expect(owner.query(`insert into records.visit (database_id, id) values ($1, 3)`, [ofA])).rejects.toThrow(
      'not-null',
    );
  });

  test('compare as bytes, whatever the locale of the database', async () => {
    const sorted = await owner.query(
      `select x from unnest(array['a', 'B', 'ä', '_', '😀', 'ﬀ']) x order by x collate "C"`,
    );
    expect(sorted.rows.map(({ x }) => x)).toEqual(['B', '_', 'a', 'ä', 'ﬀ', '😀']);
    const collations = await owner.query(
      `select distinct collation_name from information_schema.columns where table_schema = 'records' and data_type = 'text'`,
    );
    expect(collations.rows).toEqual([{ collation_name: 'C' }]);
  });

  test('stay when their type gets a field, which they have empty', async () => {
    const plan = await apply(with1('port: String @sensitivity(is: OPERATIONAL) @match(normalise: EXACT)'));
    expect(plan.changes).toEqual(['Visit: the new field port']);
    expect(plan.statements).toHaveLength(3);
    expect(await seen('AA-PORT|CONTROL|READ', 'select number, port from records.visit order by number')).toEqual([
      'A-1',
      null,
      'A-2',
      null,
    ]);
  });

  test('may hold a new value of an enum, which no file can take back', async () => {
    const port = 'port: String @sensitivity(is: OPERATIONAL) @match(normalise: EXACT)';
    const text = VISIT.replace('  goods:', `  ${port}\n  goods:`);
    const plan = await apply(standardOf(text.replace('CLOSED', 'CLOSED SEIZED'), PURPOSES));
    expect(plan).toMatchObject({ statements: [], changes: ['Visit: what its fields may hold'], refusals: [] });
    expect((await apply(standardOf(text, PURPOSES))).refusals).toEqual([
      '`Visit.state` cannot lose values of `VisitState`: stored records may have `SEIZED`; add what is missing',
      expect.stringContaining('`Visit.states` cannot lose values of `[VisitState!]`'),
    ]);
  });

  test('stay when a change is refused, and the table with them', async () => {
    const before = await owner.query(`select shape, applied_at from besa.record_table where name = 'Visit'`);
    const plan = await apply(standardOf(VISIT, PURPOSES));
    expect(plan.refusals).toEqual([
      expect.stringContaining('`Visit.state` cannot lose'),
      '`Visit.port` is gone from the file, and its values would be lost: put it back',
      expect.stringContaining('`Visit.states` cannot lose'),
    ]);
    expect((await owner.query(`select shape, applied_at from besa.record_table where name = 'Visit'`)).rows).toEqual(
      before.rows,
    );
  });

  test('get the partition of a database that was registered before its type had a table', async () => {
    await owner.query(
      `insert into besa.shared_database (code, name, owner, record_type, hosting) values ('AA-CALLS', 'x', 'AA-PORT', 'Call', 'HOSTED')`,
    );
    const plan = await apply(standardOf(VISIT.replaceAll('Visit', 'Call').replaceAll('"visits"', '"calls"'), PURPOSES));
    expect(plan.changes).toEqual([
      'Call: a new table with 12 fields',
      expect.stringMatching(/^Call: the partition of database \d+$/),
    ]);
  });
});
