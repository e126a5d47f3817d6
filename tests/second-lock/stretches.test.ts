import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import { includesAction } from '../../src/domain/action.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { ACTIONS_ASKED, PURPOSES, readableBy, type World, world } from './random-world.js';
import { idsOf, instantsOf, statementsOf } from './stored-world.js';

const SEED = { seed: 20261123, numRuns: 300 };
let database: TestDatabase;
let client: Client;
let count = 0;
const answers = { empty: 0, some: 0 };
let worldsWithAnswers = 0;

beforeAll(async () => {
  database = await freshDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    create table besa.test_clock (instant timestamptz not null);
    insert into besa.test_clock values ('2018-01-01T00:00:00Z');
    create or replace function besa.besa_now() returns timestamptz language sql stable as $$ select instant from besa.test_clock $$`);
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

const STRETCHES = `
  select ctx, extract(epoch from greatest(valid_from, '1970-01-01'))::float8 * 1000 as from_ms,
    extract(epoch from least(valid_until, '2200-01-01'))::float8 * 1000 as until_ms, databases
  from besa.readable_stretch where ctx like $1`;

interface Stretch {
  readonly ctx: string;
  readonly from_ms: number;
  readonly until_ms: number;
  readonly databases: readonly number[];
}

async function compare(given: World): Promise<void> {
  count += 1;
  const prefix = `W${count}X`;
  await client.query(statementsOf(given, prefix).join(';\n'));
  const ids = await idsOf(client, prefix);
  const { rows } = await client.query<Stretch>(STRETCHES, [`${prefix}%`]);
  const stretches = byContext(rows);
  const before = answers.some;
  for (const instant of instantsOf(given)) {
    for (const agency of given.agencies) {
      for (const purpose of PURPOSES) {
        for (const action of ACTIONS_ASKED) {
          const wanted = readableBy(given, { agency: agency.code, purpose, action }, instant);
          const ctx = `${prefix}${agency.code}|${purpose}|${action}`;
          const found = stretches.get(ctx)?.filter((one) => one.from_ms <= instant && instant < one.until_ms) ?? [];
          const difference = differenceOf(wanted.map((code) => ids.get(prefix + code)).sort(byNumber), found);
          if (difference !== undefined) throw new Error(`${ctx} at ${new Date(instant).toISOString()}: ${difference}`);
          answers[wanted.length === 0 ? 'empty' : 'some'] += 1;
        }
      }
    }
  }
  if (answers.some > before) worldsWithAnswers += 1;
}

function byContext(rows: readonly Stretch[]): ReadonlyMap<string, readonly Stretch[]> {
  const groups = new Map<string, Stretch[]>();
  for (const row of rows) groups.set(row.ctx, [...(groups.get(row.ctx) ?? []), row]);
  return groups;
}

function differenceOf(wanted: readonly unknown[], found: readonly Stretch[]): string | undefined {
  if (found.length > 1) return 'two stretches';
  // A database that two texts open stands there twice.
  const stored = [...new Set(found[0]?.databases)];
  return wanted.join() === stored.join() ? undefined : `wanted ${wanted.join()}, stored ${stored.join()}`;
}

const byNumber = (a: number | undefined, b: number | undefined): number => (a ?? 0) - (b ?? 0);

describe('readable stretches', () => {
  test('equal a plain reading of agreements and acts, at every boundary and beside it, in 300 worlds', async () => {
    await fc.assert(fc.asyncProperty(world, compare), SEED);
    // A generator whose answers are all empty would find every lock good.
    expect(answers.some).toBeGreaterThan(10_000);
    expect(worldsWithAnswers).toBeGreaterThan(150);
  });

  test('are what a rebuild from the agreements gives, whatever the order of the changes was', async () => {
    expect((await client.query('select * from besa.second_lock_differences()')).rows).toEqual([]);
    const before = (await client.query('select * from besa.readable_stretch order by ctx, valid_from')).rows;
    expect(before.length).toBeGreaterThan(500);
    await client.query('update besa.agency set name = name');
    expect((await client.query('select * from besa.readable_stretch order by ctx, valid_from')).rows).toEqual(before);
  });

  test('say the same of included actions as the core does', async () => {
    const { rows } = await client.query<{ right: string; included: string[] }>(
      "select a as right, besa.actions_included(a) as included from unnest(array['MATCH', 'AGGREGATE', 'READ', 'EXPORT']) a",
    );
    for (const { right, included } of rows) {
      const wanted = ACTIONS_ASKED.filter((asked) => includesAction(right as (typeof ACTIONS_ASKED)[number], asked));
      expect([...included].sort()).toEqual([...wanted].sort());
    }
  });
});
