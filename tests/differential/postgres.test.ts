// The same comparison with the statements rendered and executed by PostgreSQL: what the interpreter in memory believes
// about SQL is tested here. In a database of an English collation, as many an operator's is: text must compare bytewise.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'pg';
import { decisive, FEATURES } from './decisive.js';
import { type DifferentialDatabase, openDifferential } from './differential-database.js';
import { agreementsOnPostgres, onPostgres } from './on-postgres.js';
import { agreementCase, cellCase, pageCase, runCases } from './run-cases.js';

const CASES = process.env.BESA_TEST_CASES;
const PAGES = Number(CASES ?? 800);
const TABLES = Number(CASES ?? 200);
const AGREEMENTS = Number(CASES ?? 5_000);
/** each kind of demand decides an answer at least so often; it is left out of a few of the five thousand cases only, so in truth more often */
const DECISIVE_MIN = 10;

let database: DifferentialDatabase;
let client: Client;

beforeAll(async () => {
  database = await openDifferential(String(process.env.BESA_TEST_SERVER));
  client = database.client;
}, 60_000);

afterAll(() => database?.close());

describe('PostgreSQL answers what the clauses mean row by row', () => {
  test('in a database whose own order of text is another', async () => {
    const sorted = await client.query<{ text: string }>(
      `select text from unnest(array['B', 'a', '_']) text order by text`,
    );
    expect(sorted.rows.map(({ text }) => text)).toEqual(['_', 'a', 'B']);
  });

  test('for pages, their continuations and single records', async () => {
    const shapes = await runCases(PAGES, pageCase, onPostgres(client));
    expect(shapes.SOME).toBeGreaterThan(PAGES / 3);
  }, 300_000);

  test('for the cells of statistics and what is unknown in them', async () => {
    const shapes = await runCases(TABLES, cellCase, onPostgres(client));
    expect(shapes.SOME).toBeGreaterThan(TABLES / 3);
  }, 300_000);

  test('for whatever agreements may say; and the second lock opens what a clause in force opens, no more and no less', async () => {
    const shapes = await runCases(AGREEMENTS, agreementCase, agreementsOnPostgres(client));
    expect(shapes.SOME).toBeGreaterThan(AGREEMENTS / 3);
  }, 600_000);

  test('and each kind of demand decides an answer in many of these cases', () => {
    const seldom = FEATURES.filter((feature) => (decisive.get(feature) ?? 0) < DECISIVE_MIN);
    expect(CASES === undefined ? seldom : []).toEqual([]);
  });
});
