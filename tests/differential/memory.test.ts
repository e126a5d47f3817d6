// Compiled meaning against the oracle, in memory: the expressions of the statement are interpreted row by row.
import { describe, expect, test } from '@jest/globals';
import { Choices } from './choices.js';
import { compareCells, comparePages, compareRecord, type Executor, type Shape } from './compare.js';
import { databasesOf, randomAggregateAsk, randomDecision, randomReadAsk, randomWorld } from './generate.js';
import { runCount, runSelect, tableOf } from './interpret.js';
import type { World } from './oracle.js';
import { specimen, ZONES } from './specimen.js';

const SEED = Number(process.env.BESA_TEST_SEED ?? 20_261_123);
const PAGE_CASES = Number(process.env.BESA_TEST_CASES ?? 16_000);
const CELL_CASES = PAGE_CASES / 4;
const CASES_PER_WORLD = 20;

const SPECIMEN = specimen('Specimen');
const IDS = new Map(databasesOf(SPECIMEN).map(({ code, id }) => [code, id]));

function inMemory(world: World): Executor {
  const table = tableOf(world, (database) => IDS.get(database) ?? 0);
  return {
    select: async (query) => runSelect(query, table, world.timeZone),
    count: async (query) => runCount(query, table, world.timeZone),
  };
}

/** Runs the cases and names the seed of the first that differs. */
async function runCases(
  cases: number,
  compare: (choices: Choices, world: World, executor: Executor) => Promise<Shape>,
) {
  const shapes: Record<Shape, number> = { EMPTY: 0, SOME: 0, TOTAL: 0 };
  let world = randomWorld(new Choices(SEED), SPECIMEN, ZONES[0]);
  let executor = inMemory(world);
  for (let index = 0; index < cases; index += 1) {
    const seed = SEED + index;
    const choices = new Choices(seed);
    if (index % CASES_PER_WORLD === 0) {
      world = randomWorld(choices, SPECIMEN, choices.one(ZONES));
      executor = inMemory(world);
    }
    try {
      shapes[await compare(choices, world, executor)] += 1;
    } catch (error) {
      const from = SEED + index - (index % CASES_PER_WORLD);
      throw new Error(`case ${index}: BESA_TEST_SEED=${from} BESA_TEST_CASES=${CASES_PER_WORLD}`, { cause: error });
    }
  }
  return shapes;
}

describe('compiled meaning is the meaning of the clauses row by row', () => {
  test('for pages, their continuations and single records', async () => {
    const shapes = await runCases(PAGE_CASES, async (choices, world, executor) => {
      const decision = randomDecision(choices, SPECIMEN);
      const ask = randomReadAsk(choices, SPECIMEN);
      const [database, rows] = choices.one(Object.entries(world.records));
      if (rows.length > 0) await compareRecord(ask, decision, world, executor, { database, id: choices.one(rows).id });
      return comparePages(ask, decision, world, executor, choices.below(60));
    });
    // A suite of empty and total answers would find nothing.
    expect(shapes.SOME).toBeGreaterThan(PAGE_CASES / 3);
  });

  test('for the cells of statistics and what is unknown in them', async () => {
    const shapes = await runCases(CELL_CASES, async (choices, world, executor) => {
      const readable = Array.from({ length: choices.below(3) }, () => randomDecision(choices, SPECIMEN));
      const decision = randomDecision(choices, SPECIMEN);
      return compareCells(randomAggregateAsk(choices, SPECIMEN), decision, readable, world, executor);
    });
    expect(shapes.SOME).toBeGreaterThan(CELL_CASES / 3);
  });
});
