/** An agreement suspended through one of four hubs, all of them busy, one of them perhaps stopped: nothing leaves any more. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomFrom } from '../audit/tampering.js';
import type { HubNode, Told } from './hub-nodes.js';
import { holdsData, type RevocationWorld, revocationWorld } from './revocation-world.js';

/** `npm run test:long -- revocation` plays more of them */
const ROUNDS = Number(process.env.REVOCATION_ROUNDS ?? 1);
const SEED = Number(process.env.SEED ?? 1);
/** the longest that any statement waits for a lock, and time to answer on a busy machine */
const WAIT_MS_MAX = 4_000 + 2_500;

/** how long a hub stands still at least: a shorter pause is no more than a slow answer */
const STANDSTILL_MS = 700;

let world: RevocationWorld;
beforeAll(async () => {
  world = await revocationWorld();
});
afterAll(() => world?.close());
afterEach(async () => {
  await world.recover();
});
const random = randomFrom(SEED);

const nodeAt = (place: number): HubNode => world.nodes[place % world.nodes.length] as HubNode;
const othersThan = (node: HubNode): readonly HubNode[] => world.nodes.filter((other) => other !== node);

const DONE = /"userErrors":\[\]/;
const suspended = async (node: HubNode): Promise<Told> => {
  const told = await world.act(node, 'suspend');
  expect(told.text).toMatch(DONE);
  return told;
};

const resumed = async (node: HubNode): Promise<void> => {
  expect((await world.act(node, 'resume')).text).toMatch(DONE);
};

const sound = async (told: readonly Told[], from: number): Promise<void> => {
  expect(told.filter((answer) => answer.begunMs >= from && holdsData(answer))).toEqual([]);
  expect(await world.disclosuresBehind('suspend')).toEqual([]);
};

const longest = (told: readonly Told[]): number => Math.max(...told.map(({ begunMs, endedMs }) => endedMs - begunMs));

const rounds = Array.from({ length: ROUNDS }, (_, round) => ({ name: `round ${round + 1}`, round }));

describe('a suspension through one hub, while all four are asked', () => {
  test.each(rounds)('$name: no answer begun after it was acknowledged holds data', async ({ round }) => {
    const load = world.load();
    await load.goesOn(world.nodes, 4);
    expect(world.nodes.every(({ index }) => load.told.some((told) => told.node === index && holdsData(told)))).toBe(
      true,
    );
    const { endedMs } = await suspended(nodeAt(round));
    await load.goesOn(world.nodes, 4);
    await sound(await load.end(), endedMs);
    await resumed(nodeAt(round + 1));
  });

  test.each(rounds)('$name: a hub stopped wherever it was gives no data when it wakes', async ({ round }) => {
    const stopped = nodeAt(round);
    const load = world.load();
    await load.goesOn(world.nodes, 2);
    // What is looked for below can be found.
    expect(await world.disclosuresBehind('resume')).not.toEqual([]);
    await load.goesOn([nodeAt(Math.floor(random() * 4))], 1 + Math.floor(random() * 4));
    await stopped.stop();
    const { endedMs } = await suspended(nodeAt(round + 1));
    await load.goesOn(othersThan(stopped), 4);
    await world.lasts(endedMs + STANDSTILL_MS, nodeAt(round + 1));
    const awakeMs = performance.now();
    stopped.wake();
    await load.goesOn([stopped], 2);
    const told = await load.end();
    await sound(told, endedMs);
    expect(
      told.filter((answer) => answer.node === stopped.index && answer.endedMs >= awakeMs).filter(holdsData),
    ).toEqual([]);
    expect(longest(told.filter(({ node }) => node !== stopped.index))).toBeLessThan(WAIT_MS_MAX);
    await resumed(stopped);
  });
});

describe('a hub that is stopped at the worst moment', () => {
  const [stopped, acting, other] = [0, 1, 2];

  test('with its entry written and its answer not sent: it sends none', async () => {
    // It knows what holds now, so that its first entry is one of records.
    expect(holdsData(await world.page(nodeAt(stopped)))).toBe(true);
    const release = await world.holding('select from besa.ledger_lock for update');
    const page = world.page(nodeAt(stopped));
    await world.waiting(1);
    await nodeAt(stopped).stop();
    const suspending = suspended(nodeAt(acting));
    await world.waiting(2);
    await release();
    const { endedMs } = await suspending;
    await world.lasts(endedMs + STANDSTILL_MS, nodeAt(other));
    nodeAt(stopped).wake();
    const told = await page;
    expect(told.text).toContain('"code":"SOURCE_UNAVAILABLE"');
    await sound([told, await world.page(nodeAt(stopped))], 0);
    await resumed(nodeAt(stopped));
  });

  test.each([
    { name: 'between the facts of its act and their entry', lock: 'lock table besa.ledger_entry' },
    { name: 'with the lock of the ledger in its hands', lock: 'select from besa.ledger_lock for update' },
  ])('$name: the others go on, act on the same agreement, and its own act never was', async ({ lock }) => {
    const release = await world.holding(lock);
    const unfinished = world.act(nodeAt(stopped), 'suspend');
    await world.waiting(1);
    await nodeAt(stopped).stop();
    await release();
    const asked = world.page(nodeAt(other));
    const act = await suspended(nodeAt(acting));
    expect(longest([act, await asked])).toBeLessThan(WAIT_MS_MAX);
    nodeAt(stopped).wake();
    expect((await unfinished).text).not.toMatch(DONE);
    await sound([await world.page(nodeAt(stopped)), await world.page(nodeAt(other))], 0);
    expect(await world.suspensions()).toBe(1);
    await resumed(nodeAt(stopped));
  });
});

describe('a reader that stands still', () => {
  test('does not let a registration stop the others', async () => {
    const release = await world.holding(`select from ${world.recordTable} limit 1`);
    const registering = world.register(nodeAt(0), 'AL-MORE');
    await world.waiting(1);
    const told = [await world.page(nodeAt(1)), await world.page(nodeAt(2))];
    expect(longest([...told, await registering])).toBeLessThan(WAIT_MS_MAX);
    expect(told.filter(holdsData)).toHaveLength(2);
    expect((await registering).text).toContain('"code":"SOURCE_UNAVAILABLE"');
    await release();
    expect((await world.register(nodeAt(0), 'AL-MORE')).text).toMatch(DONE);
  });
});
