/** How much time the hub gives to telling agencies what there is to tell. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { job as postNotices } from '../../src/hub/jobs/post-notices.js';
import type { Ports } from '../../src/hub/ports.js';
import { type WorldHub, worldHub } from '../journeys/world-hub.js';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world.close());

const agenciesLookedAt = async (hub: Ports): Promise<unknown> =>
  (await postNotices.run(hub, new AbortController().signal)).counts.agencies;

test('agencies that are looked at quickly are looked at in each run', async () => {
  const first = await agenciesLookedAt(world.hub);
  expect(first).toBeGreaterThan(5);
  expect(await agenciesLookedAt(world.hub)).toBe(first);
});

test('one that takes long is left alone for a hundred times as long, unless something was agreed', async () => {
  let nowMs = 0;
  // Each look at the clock is four seconds later: so long does everything take.
  const slow = { ...world.hub, monotonicMs: () => (nowMs += 4_000) };
  const first = await agenciesLookedAt(slow);
  expect(first).toBeGreaterThan(5);
  expect(await agenciesLookedAt(slow)).toBe(0);
  await world.ask(
    'mutation { suspendAgreement(input: { reference: "AGR-2024-004", reason: "audit" }) { userErrors { code } } }',
    'AL-BMP:SIGNATORY',
  );
  await world.hub.agreements.inForce({ refresh: true });
  expect(await agenciesLookedAt(slow)).toBe(first);
  nowMs += 401_000;
  expect(await agenciesLookedAt(slow)).toBe(first);
});
