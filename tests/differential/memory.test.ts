// Compiled meaning against the oracle, in memory: the expressions of the statement are interpreted row by row.
import { describe, expect, test } from '@jest/globals';
import { agreementCase, agreementsInMemory, cellCase, inMemory, pageCase, runCases } from './run-cases.js';

const PAGES = Number(process.env.BESA_TEST_CASES ?? 5_000);
const TABLES = Number(process.env.BESA_TEST_CASES ?? 2_500);
const AGREEMENTS = Number(process.env.BESA_TEST_CASES ?? 500);

describe('compiled meaning is the meaning of the clauses row by row', () => {
  // A suite of empty and total answers would find nothing: a third at least must be neither.
  test('for pages, their continuations and single records', async () => {
    const shapes = await runCases(PAGES, pageCase, inMemory);
    expect(shapes.SOME).toBeGreaterThan(PAGES / 3);
  }, 300_000);

  test('for the cells of statistics and what is unknown in them', async () => {
    const shapes = await runCases(TABLES, cellCase, inMemory);
    expect(shapes.SOME).toBeGreaterThan(TABLES / 3);
  }, 300_000);

  test('for whatever agreements may say, decided, planned and compiled', async () => {
    const shapes = await runCases(AGREEMENTS, agreementCase, agreementsInMemory);
    expect(shapes.SOME).toBeGreaterThan(AGREEMENTS / 3);
  }, 300_000);
});
