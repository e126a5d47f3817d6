/**
 * The last and the first instant of a right: on every way out there is it is given up to one millisecond before its end and not
 * at its end, by the database's clock, however wrong the process' own clock is. Scenario 8 comes first.
 */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { askedFor, type Scene, type WayOut, waysOut } from '../ways-out/way-out.js';
import { WORLD_NOW } from '../world.js';
import { BOUNDARIES, type Boundary, instantOf, slotOf, termsOf } from './boundary-scenes.js';
import { type Parties, partiesOf } from './parties.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const HOUR_MS = 3_600_000;
const ways = await waysOut();

let world: WorldHub;
let parties: Parties;
beforeAll(async () => {
  world = await worldHub();
  parties = partiesOf(world);
});
afterAll(() => world.close());
afterEach(() => void jest.useRealTimers());

/** Everything about time but the date goes on as it is: a process whose clock was set wrong. */
function processClockAt(ms: number): void {
  jest.useFakeTimers({
    now: ms,
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
}

async function arranged(boundary: Boundary, index: number): Promise<Scene> {
  const slot = slotOf(index);
  await world.setClock(WORLD_NOW);
  const terms = termsOf(boundary, slot);
  await boundary.prepare?.(parties, slot, terms);
  await parties.conclude(terms);
  await boundary.arrange?.(parties, slot, terms);
  await world.setClock(new Date(instantOf(boundary, 0) - (boundary.opens === true ? 0 : 1)));
  const query = `{ borderCrossings(${askedFor(slot)}, first: 1) { nodes { id } pageInfo { endCursor } sources { outcome reason } } }`;
  const answered = await world.ask(query, `${slot.recipient}:ANALYST`);
  const { nodes, pageInfo } = dataOf<Page>(answered, 'borderCrossings');
  if (nodes[0] === undefined) throw new Error(`nothing to be given: ${answered.text}`);
  return { ...slot, terms, id: nodes[0].id, cursor: pageInfo.endCursor };
}

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly endCursor: string };
}

/** Asks until nothing is given any more. */
async function useUp(scene: Scene): Promise<void> {
  const query = `{ borderCrossings(${askedFor(scene)}, first: 1) { sources { outcome } } }`;
  for (;;) {
    const { text } = await world.ask(query, `${scene.recipient}:ANALYST`);
    if (text.includes('"WITHHELD"')) return;
  }
}

/** What a way out says one millisecond before the instant, and at it. */
async function around(boundary: Boundary, scene: Scene, way: WayOut, times: number): Promise<readonly boolean[]> {
  const at = instantOf(boundary, times);
  await world.setClock(new Date(at - 1));
  if (boundary.edge === 'QUOTA') await useUp(scene);
  const before = await way.disclose(world, scene);
  await world.setClock(new Date(at));
  return [before, await way.disclose(world, scene)];
}

const cases = BOUNDARIES.map((boundary, index) => ({ ...boundary, boundary, index }));

describe('one millisecond before and at', () => {
  test.each(cases)('$name, every way out says what holds', async ({ boundary, index }) => {
    const scene = await arranged(boundary, index);
    const wrong: string[] = [];
    let times = 0;
    for (const way of ways.filter(({ tells }) => tells.includes(boundary.edge))) {
      for (const hours of [-2, 2]) {
        times += 1;
        processClockAt(instantOf(boundary, times) + hours * HOUR_MS);
        const [before, at] = await around(boundary, scene, way, times);
        if (before !== (boundary.opens !== true)) wrong.push(`${way.name}, before, process clock ${hours} h wrong`);
        if (at !== (boundary.opens === true)) wrong.push(`${way.name}, at, process clock ${hours} h wrong`);
      }
    }
    expect(wrong).toEqual([]);
    expect(times).toBeGreaterThan(10);
  });
});
