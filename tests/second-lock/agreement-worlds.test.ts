// The second lock over the worlds of the differential suite, where agreements are tightened, suspended and stand under
// frameworks: what it opens at every boundary is what the words open, for every agency, purpose and action.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ACTIONS } from '../../src/domain/action.js';
import { Choices } from '../differential/choices.js';
import { lockable } from '../differential/clause-meaning.js';
import { type DifferentialDatabase, openDifferential } from '../differential/differential-database.js';
import { AGENCIES, type AgreementWorld } from '../differential/random-agreements.js';
import { PURPOSES } from '../differential/random-clauses.js';
import { agreementsInMemory, SEED, SPECIMENS } from '../differential/run-cases.js';
import { tell } from '../differential/stored-agreements.js';

const WORLDS = 40;
/** boundaries looked at in each world, with the milliseconds beside them */
const BOUNDARIES = 12;

let database: DifferentialDatabase;

beforeAll(async () => {
  database = await openDifferential(String(process.env.BESA_TEST_SERVER));
}, 60_000);

afterAll(() => database?.close());

interface Stretch {
  readonly ctx: string;
  readonly from_ms: number;
  readonly until_ms: number;
  readonly databases: readonly number[];
}

/** Tells the world to the database, and reads what its triggers made of it. */
async function stretchesOf({ story }: AgreementWorld): Promise<readonly Stretch[]> {
  const { client } = database;
  await client.query('rollback; begin');
  await tell(client, story);
  expect((await client.query('select * from besa.second_lock_differences()')).rows).toEqual([]);
  const { rows } = await client.query<Stretch>(`
    select ctx, extract(epoch from greatest(valid_from, '1970-01-01'))::float8 * 1000 as from_ms,
      extract(epoch from least(valid_until, '2200-01-01'))::float8 * 1000 as until_ms, databases
    from besa.readable_stretch where ctx like '%|%'`);
  return rows;
}

function openedAt(stretches: readonly Stretch[], ctx: string, at: number): string {
  const found = stretches.filter((one) => one.ctx === ctx && one.from_ms <= at && at < one.until_ms);
  // A database stands there once for each signed text that opens it.
  return found.map(({ databases }) => [...new Set(databases)].join()).join(' and ');
}

function wantedAt(world: AgreementWorld, agency: string, purpose: string, at: number): [string, string][] {
  const court = { ...world, at, purposes: PURPOSES, exhausted: new Set<string>() };
  return ACTIONS.map((action) => {
    const open = SPECIMENS.flatMap(({ recordType }) =>
      lockable({ agency, action, purpose, recordType: recordType.name }, court),
    );
    const ids = open.filter(({ owner }) => owner !== agency).map(({ id }) => id);
    return [`${agency}|${purpose}|${action}`, ids.sort((a, b) => a - b).join()];
  });
}

describe('what the second lock opens', () => {
  test(`is what clauses in force open, in ${WORLDS} worlds, at their boundaries and beside them`, async () => {
    let [open, shut] = [0, 0];
    for (let number = 0; number < WORLDS; number += 1) {
      const choices = new Choices(SEED + number);
      const world = agreementsInMemory.worldOf(choices);
      const stretches = await stretchesOf(world);
      // Of facts alone: nothing else moves the lock.
      const boundaries = choices.some(world.instants[0] ?? [], BOUNDARIES, BOUNDARIES);
      for (const at of boundaries.flatMap((instant) => [instant - 1, instant, instant + 1])) {
        for (const { code } of AGENCIES) {
          const wanted = Object.fromEntries(PURPOSES.flatMap(({ name }) => wantedAt(world, code, name, at)));
          const found = Object.fromEntries(Object.keys(wanted).map((ctx) => [ctx, openedAt(stretches, ctx, at)]));
          expect({ seed: SEED + number, at, opened: found }).toEqual({ seed: SEED + number, at, opened: wanted });
          const isOpen = Object.values(wanted).map((ids) => ids !== '');
          open += isOpen.filter((one) => one).length;
          shut += isOpen.filter((one) => !one).length;
        }
      }
    }
    // A world in which everything is shut would find every lock good.
    expect(Math.min(open, shut)).toBeGreaterThan(1_000);
  }, 120_000);
});
