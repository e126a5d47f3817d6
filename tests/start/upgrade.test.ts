/** A hub that was in use before keys were confirmed and texts remembered goes on as it was, under the new rules. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import { MIGRATIONS } from '../../migrations/index.js';
import { migrate } from '../../src/persistence/migrate.js';
import { emptyDatabase } from '../postgres.js';
import { world } from '../second-lock/random-world.js';
import { statementsOf } from '../second-lock/stored-world.js';

const BEFORE = MIGRATIONS.slice(0, 5);
let database: Awaited<ReturnType<typeof emptyDatabase>>;
let owner: Client;

beforeAll(async () => {
  database = await emptyDatabase();
  await migrate(database.url, BEFORE);
  owner = new Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(`create table besa.test_clock (instant timestamptz not null);
    insert into besa.test_clock values ('2018-01-01T00:00:00Z');
    create or replace function besa.besa_now() returns timestamptz language sql stable as $$ select instant from besa.test_clock $$;
    create table records.seen (database_id int not null) partition by list (database_id);
    create policy second_lock on records.seen for select to besa_reader using (database_id = any ((
      select s.databases from besa.readable_stretch s limit 1)::int[]))`);
  const [first, second, third] = fc.sample(world, { seed: 20261123, numRuns: 3 });
  for (const [index, given] of [first, second, third].entries()) {
    if (given !== undefined) await owner.query(statementsOf(given, `U${index}X`).join(';\n'));
  }
  await migrate(database.url);
});
afterAll(async () => {
  await owner?.end();
  await database?.drop();
});

const rowsOf = async (text: string): Promise<readonly unknown[]> => (await owner.query(text)).rows;

test('every key counts as confirmed from its registration on', async () => {
  const rows = await rowsOf(`select c.confirmed_at = k.valid_from as same from besa.signatory_key k
    left join besa.signatory_key_confirmation c on c.key_id = k.id`);
  expect(rows).toEqual(Array(12).fill({ same: true }));
});

test('every finalised text is remembered by the hash of its bytes', async () => {
  const rows = await rowsOf(`select v.hash = t.hash as same from besa.agreement_version a
    left join besa.verified_text v using (reference, version)
    left join besa.agreement_text t on (t.reference, t.version, t.revision) = (v.reference, v.version, v.revision)`);
  expect(rows.length).toBeGreaterThanOrEqual(3);
  expect(rows.every((row) => (row as { same: unknown }).same === true)).toBe(true);
});

test('the stretches say what a rebuild says, and each database of another agency has its text beside it', async () => {
  expect(await rowsOf('select * from besa.second_lock_differences()')).toEqual([]);
  expect(
    await rowsOf(`select ctx from besa.readable_stretch s cross join lateral unnest(s.grounds) ground
      where (ground is null) <> (strpos(ctx, '|') = 0)`),
  ).toEqual([]);
});

test('the lock of every record table compares the bytes', async () => {
  const [policy] = await rowsOf(`select qual from pg_policies where tablename = 'seen' and policyname = 'second_lock'`);
  expect((policy as { qual: string }).qual).toContain('bytes_hash');
});
