// Runs cases from seeds, in memory: one seed, one case. Needs no test runner, so that the planted bugs run it too.

import { Choices } from './choices.js';
import type { Executor, Shape } from './compare.js';
import { compareCells, comparePages, compareRecord } from './compare.js';
import { databasesOf, randomAggregateAsk, randomDecision, randomReadAsk, randomWorld } from './generate.js';
import { runCount, runSelect, tableOf } from './interpret.js';
import type { World } from './oracle.js';
import { specimen, ZONES } from './specimen.js';

export const SEED = Number(process.env.BESA_TEST_SEED ?? 20_261_123);
/** rows cost more to make than asks: so many cases share a world */
export const CASES_PER_WORLD = 20;

export type Shapes = Readonly<Record<Shape, number>>;
export type Case = (choices: Choices, world: World, executor: Executor) => Promise<Shape>;

const SPECIMEN = specimen('Specimen');
const IDS = new Map(databasesOf(SPECIMEN).map(({ code, id }) => [code, id]));

/** A page, the page behind it and one record. */
export const pageCase: Case = async (choices, world, executor) => {
  const { recordType } = world;
  const decision = randomDecision(choices, recordType);
  const ask = randomReadAsk(choices, recordType);
  const [database, rows] = choices.one(Object.entries(world.records));
  const isAsked = rows.length > 0 && choices.once(3);
  if (isAsked) await compareRecord(ask, decision, world, executor, { database, id: choices.one(rows).id });
  return comparePages(ask, decision, world, executor, choices.below(60));
};

/** The cells of statistics, with what may be read for up to two purposes. */
export const cellCase: Case = (choices, world, executor) => {
  const { recordType } = world;
  const readable = Array.from({ length: choices.below(3) }, () => randomDecision(choices, recordType));
  const decision = randomDecision(choices, recordType);
  return compareCells(randomAggregateAsk(choices, recordType), decision, readable, world, executor);
};

/** Runs so many cases in memory. @throws at the first that differs, naming how to run it again */
export async function runInMemory(cases: number, one: Case): Promise<Shapes> {
  const worldOf = (choices: Choices): World => randomWorld(choices, SPECIMEN, choices.one(ZONES));
  return runCases(cases, one, { worldOf, executorOf: async (world) => inMemory(world) });
}

export interface Ground {
  readonly worldOf: (choices: Choices) => World;
  readonly executorOf: (world: World) => Promise<Executor>;
}

export async function runCases(cases: number, one: Case, { worldOf, executorOf }: Ground): Promise<Shapes> {
  const shapes = { EMPTY: 0, SOME: 0, TOTAL: 0 };
  let world: World | undefined;
  let executor: Executor | undefined;
  for (let index = 0; index < cases; index += 1) {
    const choices = new Choices(SEED + index);
    if (world === undefined || executor === undefined || index % CASES_PER_WORLD === 0) {
      world = worldOf(choices);
      executor = await executorOf(world);
    }
    try {
      shapes[await one(choices, world, executor)] += 1;
    } catch (cause) {
      const from = SEED + index - (index % CASES_PER_WORLD);
      const again = `again with BESA_TEST_SEED=${from} BESA_TEST_CASES=${CASES_PER_WORLD}`;
      throw new Error(`case ${index} of seed ${SEED} differs; ${again}: ${String(cause)}`, { cause });
    }
  }
  return shapes;
}

function inMemory(world: World): Executor {
  const table = tableOf(world, (database) => IDS.get(database) ?? 0);
  return {
    select: async (query) => runSelect(query, table, world.timeZone),
    count: async (query) => runCount(query, table, world.timeZone),
  };
}
