// Compiled meaning against the oracle, in memory: the expressions of the statement are interpreted row by row.
import { describe, expect, test } from '@jest/globals';
import { cellCase, pageCase, runInMemory } from './run-cases.js';

const PAGES = Number(process.env.BESA_TEST_CASES ?? 16_000);
const TABLES = Number(process.env.BESA_TEST_CASES ?? 4_000);

describe('compiled meaning is the meaning of the clauses row by row', () => {
  // A suite of empty and total answers would find nothing: a third at least must be neither.
  test('for pages, their continuations and single records', async () => {
    const shapes = await runInMemory(PAGES, pageCase);
    expect(shapes.SOME).toBeGreaterThan(PAGES / 3);
  }, 300_000);

  test('for the cells of statistics and what is unknown in them', async () => {
    const shapes = await runInMemory(TABLES, cellCase);
    expect(shapes.SOME).toBeGreaterThan(TABLES / 3);
  }, 300_000);
});
