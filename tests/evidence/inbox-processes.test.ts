/** Several processes on one database: no notice is lost by the end of one, and none is told twice. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { job as postNotices } from '../../src/hub/jobs/post-notices.js';
import { runJob } from '../../src/hub/jobs.js';
import { type ProcessCount, reckoningAt } from '../api/reckoning.js';
import { ROOT } from '../house/sources.js';
import { partiesOf } from '../journeys/parties.js';
import { type WorldHub, worldHub } from '../journeys/world-hub.js';
import { WORLD_TIME_ZONE } from '../world.js';
import { openStream } from './stream-reader.js';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});
afterAll(() => world?.close());

interface Stop {
  readonly when: 'BEFORE' | 'BEHIND';
  readonly agency: string;
}

function startNode(stop?: Stop): ChildProcess {
  const child = fork(fileURLToPath(new URL('inbox-node.mjs', import.meta.url)), { cwd: ROOT });
  const { url, readerUrl } = world.database;
  child.send({ databaseUrl: url, readerUrl, timeZone: WORLD_TIME_ZONE, ...(stop === undefined ? {} : { stop }) });
  children.push(child);
  return child;
}

function said<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(new Error('the process ended'));
    child.once('exit', end);
    child.once('message', (message) => {
      child.off('exit', end);
      resolve(message as T);
    });
  });
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Runs the job as soon as the one who had it is gone. */
async function runNext(): Promise<Readonly<Record<string, number>>> {
  for (;;) {
    const run = await runJob(world.hub, postNotices);
    if (run.kind === 'DONE') return run.report.counts;
    if (run.kind !== 'SKIPPED') throw new Error(`the job ${run.kind.toLowerCase()}`, { cause: run });
  }
}

async function keysOf(agency: string): Promise<readonly string[]> {
  const notices = await world.hub.inbox.list(agency, { order: 'OLDEST_FIRST', limit: 1_000 });
  expect(notices.map(({ id }) => id)).toEqual(notices.map((_, index) => index + 1));
  return notices.map(({ key }) => key);
}

describe('a hub that is killed', () => {
  test('between deriving notices and storing them loses none: the next run tells them', async () => {
    const child = startNode({ when: 'BEFORE', agency: 'ME-BP' });
    const { derived } = await said<{ readonly derived: number }>(child);
    expect(derived).toBeGreaterThan(0);
    expect(await runJob(world.hub, postNotices)).toEqual({ kind: 'SKIPPED' });
    await kill(child);
    expect(await keysOf('ME-BP')).toEqual([]);
    expect((await runNext()).notices).toBeGreaterThanOrEqual(derived);
    expect(await keysOf('ME-BP')).toHaveLength(derived);
  });

  test('right behind storing them tells none twice', async () => {
    await partiesOf(world).suspend('AL-BMP', 'AGR-2024-002', 'under review');
    const before = await keysOf('ME-BP');
    const child = startNode({ when: 'BEHIND', agency: 'ME-BP' });
    await said(child);
    await kill(child);
    const told = await keysOf('ME-BP');
    expect(told).toHaveLength(before.length + 1);
    await runNext();
    expect(await keysOf('ME-BP')).toEqual(told);
  });
});

describe('two hubs', () => {
  test('tell an open stream of one what was posted by the other, within seconds and without a gap, and go on at each other', async () => {
    const child = startNode();
    const { port } = await said<{ readonly port: number }>(child);
    const elsewhere = `http://127.0.0.1:${port}`;
    const { last } = await world.hub.inbox.standing('ME-BP');
    const stream = await openStream(elsewhere, { as: 'ME-BP:ANALYST', query: `?after=${last}` });
    expect(stream.status).toBe(200);

    await partiesOf(world).resume('AL-BMP', 'AGR-2024-002', 'reviewed');
    const begunMs = performance.now();
    await runNext();
    expect(await stream.ids(1)).toEqual([String(last + 1)]);
    expect(performance.now() - begunMs).toBeLessThan(5_000);
    stream.close();

    await partiesOf(world).suspend('AL-BMP', 'AGR-2024-002', 'again');
    await runNext();
    const here = await openStream(await world.listen(), { as: 'ME-BP:ANALYST', lastEventId: String(last + 1) });
    expect(await here.ids(1)).toEqual([String(last + 2)]);
    here.close();

    reckoningAt(world.database.url)?.join(Promise.resolve(await countOf(child)));
  });
});

async function countOf(child: ChildProcess): Promise<ProcessCount> {
  child.send({});
  const count = await said<ProcessCount>(child);
  await kill(child);
  return count;
}
