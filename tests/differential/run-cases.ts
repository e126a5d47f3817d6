// Runs cases from seeds: one seed, one case. Needs no test runner, so that the planted bugs run it too.

import { agreementCase, type LockedExecutor } from './agreement-cases.js';
import { Choices } from './choices.js';
import type { Executor, Shape } from './compare.js';
import { compareCells, comparePages, compareRecord } from './compare.js';
import { databasesOf, randomAggregateAsk, randomDecision, randomReadAsk, randomWorld } from './generate.js';
import { runCount, runSelect, tableOf } from './interpret.js';
import type { World } from './oracle.js';
import { type AgreementWorld, randomAgreementWorld, sharedDatabases } from './random-agreements.js';
import { specimen, ZONES } from './specimen.js';

export const SEED = Number(process.env.BESA_TEST_SEED ?? 20_261_123);
/** rows cost more to make than asks: so many cases share a world */
export const CASES_PER_WORLD = 20;

export type Shapes = Readonly<Record<Shape, number>>;
export type Case<W, E> = (choices: Choices, world: W, executor: E) => Promise<Shape>;

/** Where cases are run: how a world comes about, and who executes statements over it. */
export interface Ground<W, E> {
  readonly worldOf: (choices: Choices) => W;
  readonly executorOf: (world: W) => Promise<E>;
}

/** A page, the page behind it and one record, under a decision out of thin air: denser than any agreement makes them. */
export const pageCase: Case<World, Executor> = async (choices, world, executor) => {
  const { recordType } = world;
  const decision = randomDecision(choices, recordType);
  const ruling = { decision, meant: decision.grants };
  const ask = randomReadAsk(choices, recordType);
  const [database, rows] = choices.one(Object.entries(world.records));
  const isAsked = rows.length > 0 && choices.once(3);
  if (isAsked) await compareRecord(ask, ruling, world, executor, { database, id: choices.one(rows).id });
  return comparePages(ask, ruling, world, executor, choices.below(60));
};

/** The cells of statistics, with what may be read for up to two purposes. */
export const cellCase: Case<World, Executor> = (choices, world, executor) => {
  const { recordType } = world;
  const [decision, ...readable] = Array.from({ length: 1 + choices.below(3) }, () => {
    const one = randomDecision(choices, recordType);
    return { decision: one, meant: one.grants };
  });
  if (decision === undefined) throw new Error('there is one at least');
  return compareCells(randomAggregateAsk(choices, recordType), decision, readable, world, executor);
};

export const SPECIMENS = ZONES.map((timeZone, index) => ({
  timeZone,
  recordType: specimen(`Specimen${'AB'[index]}`, index === 0 ? 'seenAt' : 'bornOn'),
}));
/** Databases of both record types: those of the other are what an agreement may be about instead. */
export const DATABASES = SPECIMENS.flatMap(({ recordType }, index) => sharedDatabases(recordType, 1 + index * 5));

/** Decisions over the tables in memory. */
export const inMemory: Ground<World, Executor> = {
  worldOf: (choices) => {
    const { recordType, timeZone } = choices.one(SPECIMENS);
    return randomWorld(choices, recordType, timeZone);
  },
  executorOf: async (world) => executorOver(world, databasesOf(world.recordType)),
};

/** Agreements over the tables in memory: there is no second lock. */
export const agreementsInMemory: Ground<AgreementWorld, LockedExecutor> = {
  worldOf: (choices) => randomAgreementWorld(choices, { ...choices.one(SPECIMENS), databases: DATABASES }),
  executorOf: async (world) => executorOver(world, world.databases),
};

export { agreementCase };

/** Runs so many cases, the first from `seed`. @throws at the first that differs, naming how to run it again */
export async function runCases<W, E>(
  cases: number,
  one: Case<W, E>,
  { worldOf, executorOf }: Ground<W, E>,
  seed: number = SEED,
): Promise<Shapes> {
  const shapes = { EMPTY: 0, SOME: 0, TOTAL: 0 };
  let current: { readonly world: W; readonly executor: E } | undefined;
  for (let index = 0; index < cases; index += 1) {
    const choices = new Choices(seed + index);
    if (current === undefined || index % CASES_PER_WORLD === 0) {
      const world = worldOf(choices);
      current = { world, executor: await executorOf(world) };
    }
    try {
      shapes[await one(choices, current.world, current.executor)] += 1;
    } catch (cause) {
      const from = seed + index - (index % CASES_PER_WORLD);
      const again = `again with BESA_TEST_SEED=${from} BESA_TEST_CASES=${CASES_PER_WORLD}`;
      throw new Error(`case ${index} of seed ${seed} differs; ${again}: ${String(cause)}`, { cause });
    }
  }
  return shapes;
}

interface Tables {
  readonly recordType: World['recordType'];
  readonly records: World['records'];
}

function executorOver(tables: Tables, databases: readonly { readonly code: string; readonly id: number }[]): Executor {
  const ids = new Map(databases.map(({ code, id }) => [code, id]));
  const table = tableOf(tables, (database) => ids.get(database) ?? 0);
  return {
    select: async (query, world) => runSelect(query, table, world),
    count: async (query, world) => runCount(query, table, world),
  };
}
