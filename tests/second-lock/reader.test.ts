import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import * as acts from '../../src/hub/change-agreement.js';
import { partitionDdl, tableDdl, tableName } from '../../src/records/table-ddl.js';
import { conclude, openHub, party, type RealHub } from '../agreements/real-hub.js';
import { agreement, clause, REGISTRY, SIGHTING } from '../agreements/small-world.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';

const TABLE = `records.${tableName(SIGHTING.name)}`;
let database: TestDatabase;
let hub: RealHub;
let owner: Client;
let reader: Client;

beforeAll(async () => {
  database = await freshDatabase();
  hub = await openHub(database.url, { isNew: true });
  owner = new Client({ connectionString: database.url });
  reader = new Client({ connectionString: database.readerUrl });
  await Promise.all([owner.connect(), reader.connect()]);
  for (const statement of tableDdl(SIGHTING, 'Europe/Tirane')) await owner.query(statement);
  for (const { id, code } of REGISTRY.databases) {
    for (const statement of partitionDdl(SIGHTING, id)) await owner.query(statement);
    await owner.query(
      `insert into ${TABLE} (database_id, id, recorded_at, status, number, section) values ($1, $2, now(), 'ACTIVE', $3, 'X')`,
      [id, id * 1000, `of ${code}`],
    );
  }
  await conclude(hub, agreement({ reference: 'AGR-1', clauses: [clause()] }));
});

afterAll(async () => {
  await Promise.all([owner?.end(), reader?.end()]);
  await hub?.close();
  await database?.drop();
});

/** Databases whose rows the reader sees in one transaction under a context; null = none is set. */
async function seen(ctx: string | null): Promise<readonly number[]> {
  await reader.query('begin');
  try {
    if (ctx !== null) await reader.query("select set_config('besa.ctx', $1, true)", [ctx]);
    const { rows } = await reader.query<{ database_id: number }>(`select database_id from ${TABLE} order by 1`);
    return rows.map((row) => row.database_id);
  } finally {
    await reader.query('rollback');
  }
}

describe('the reader sees nothing', () => {
  test.each([
    ['without a context', null],
    ['with an empty one', ''],
    ['as an agency nobody knows', 'ZZ-P|PATROL|READ'],
    ['as a stranger', 'CC-P|PATROL|READ'],
    ['with the bars alone', '||'],
    ['with a pattern', '%|PATROL|READ'],
  ])('%s', async (_, ctx) => {
    expect(await seen(ctx)).toEqual([]);
  });

  test('of others for another purpose, another action, or in the other direction', async () => {
    expect(await seen('BB-P|INQUIRY|READ')).toEqual([2]);
    expect(await seen('BB-P|PATROL|EXPORT')).toEqual([2]);
    expect(await seen('AA-P|PATROL|READ')).toEqual([1]);
  });

  test('under a guard that a change of the agreements made stale', async () => {
    const enter =
      "select set_config('besa.ctx', case when s.version = $2::bigint then $1::text else '' end, true) from besa.agreement_set s";
    const { rows } = await owner.query<{ version: string }>('select version::text from besa.agreement_set');
    const version = rows[0]?.version ?? '';
    const under = async (asked: string): Promise<number> => {
      await reader.query('begin');
      await reader.query(enter, ['BB-P|PATROL|READ', asked]);
      const result = await reader.query(`select from ${TABLE}`);
      await reader.query('rollback');
      return result.rowCount ?? 0;
    };
    expect(await under(version)).toBe(2);
    await hub.registry.addDatabase({
      code: 'CC-X',
      name: 'x',
      owner: 'CC-P',
      recordType: 'Sighting',
      hosting: 'HOSTED',
    });
    expect(await under(version)).toBe(0);
  });

  test('of the context of the transaction before', async () => {
    expect(await seen('BB-P|PATROL|READ')).toEqual([1, 2]);
    expect(await seen(null)).toEqual([]);
  });
});

describe('the reader cannot', () => {
  test.each([
    ['read a partition past the lock', `select * from ${TABLE}_p1`],
    [
      'write a record',
      `insert into ${TABLE} (database_id, id, recorded_at, status, number) values (1, 5, now(), 'ACTIVE', 'x')`,
    ],
    ['change a record', `update ${TABLE} set number = 'x'`],
    ['delete a record', `delete from ${TABLE}`],
    [
      'grant itself a stretch',
      "insert into besa.readable_stretch values ('BB-P|X|READ', '-infinity', 'infinity', '{1}')",
    ],
    ['read agreements', 'select * from besa.agreement_text'],
    ['read who reaches whom', 'select * from besa.clause_reach'],
    ['read the ledger', 'select * from besa.ledger_entry'],
    ['write to the ledger', "select besa.ledger_append('{}', '{}', '{}', '{}', '{}', '{}', '{}')"],
    ['move the version of the set', 'update besa.agreement_set set version = 1'],
    [
      'replace the clock',
      'create or replace function besa.besa_now() returns timestamptz language sql as $$ select now() $$',
    ],
    ['rebuild stretches', "select besa.rebuild_stretches('{}')"],
    ['turn the lock off', `alter table ${TABLE} disable row level security`],
    ['make a table of its own', 'create table besa.mine (x int)'],
  ])('%s', async (_, statement) => {
    await expect(reader.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  test('see rows with row security switched off: it is an error, not a way round', async () => {
    await reader.query('set row_security = off');
    await expect(reader.query(`select * from ${TABLE}`)).rejects.toThrow(/row-level security/);
    await reader.query('reset row_security');
  });
});

describe('the reader sees', () => {
  test('its own databases under any purpose, and those a permission in force opens for this one', async () => {
    expect(await seen('BB-P|PATROL|READ')).toEqual([1, 2]);
    expect(await seen('BB-P|PATROL|AGGREGATE')).toEqual([1, 2]);
    expect(await seen('BB-P|PATROL|MATCH')).toEqual([1, 2]);
  });

  test('nothing more of others from the instant of a suspension on, and again after it is lifted', async () => {
    await acts.suspendAgreement(hub, party('AA-P'), { reference: 'AGR-1', reason: 'audit' });
    expect(await seen('BB-P|PATROL|READ')).toEqual([2]);
    await acts.resumeAgreement(hub, party('AA-P'), { reference: 'AGR-1', reason: 'audited' });
    expect(await seen('BB-P|PATROL|READ')).toEqual([1, 2]);
    await acts.terminateAgreement(hub, party('BB-P'), { reference: 'AGR-1', reason: 'over' });
    expect(await seen('BB-P|PATROL|READ')).toEqual([2]);
  });

  test('settings that keep its plans and its snapshot steady', async () => {
    const shown = async (name: string): Promise<string> =>
      Object.values((await reader.query<Record<string, string>>(`show ${name}`)).rows[0] ?? {})[0] ?? '';
    expect(await shown('plan_cache_mode')).toBe('force_generic_plan');
    expect(await shown('default_transaction_isolation')).toBe('repeatable read');
    expect(await shown('timezone')).toBe('UTC');
  });
});
