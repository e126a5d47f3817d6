/** Turns at jobs: one process at a time, none of them for ever, and the last run where the operator sees it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HubError } from '../../src/domain/errors.js';
import { type Job, listJobs, runJob } from '../../src/hub/jobs.js';
import type { JobTurn, Ports } from '../../src/hub/ports.js';
import { createJobStore, type PostgresJobStore } from '../../src/persistence/jobs.js';
import { createJobClock } from '../../src/start/job-clock.js';
import { jobCheck, jobGauge } from '../../src/start/job-signs.js';
import { ROOT } from '../house/sources.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';

const STANDSTILL_MS_MAX = 600;
let database: TestDatabase;
let one: PostgresJobStore;
let other: PostgresJobStore;
beforeAll(async () => {
  database = await freshDatabase();
  one = createJobStore({ url: database.url });
  other = createJobStore({ url: database.url });
});
afterAll(async () => {
  await Promise.all([one.close(), other.close()]);
  await database.drop();
});

const hubOver = (jobs: PostgresJobStore): Ports => ({ jobs }) as unknown as Ports;
const jobOf = (name: string, run: Job['run'] = async () => ({ counts: { done: 1 } })): Job => ({
  name,
  everyMs: 60_000,
  run,
});
const rowOf = async (name: string) => (await one.list()).find((job) => job.name === name);

/** A process that has taken its turn and does nothing more. */
async function processAt(name: string): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('job-node.mjs', import.meta.url)), { cwd: ROOT });
  child.send({ url: database.url, name, standstillMsMax: STANDSTILL_MS_MAX });
  expect(await once(child, 'message')).toEqual([{ isTaken: true }, undefined]);
  return child;
}

/** The turn, as soon as the database gives it. */
async function nextTurn(name: string): Promise<JobTurn> {
  for (;;) {
    const turn = await one.begin(name);
    if (turn !== undefined) return turn;
  }
}

describe('a job', () => {
  test('at which a process is, is left alone by the others', async () => {
    const turn = await one.begin('shared');
    expect(turn).toBeDefined();
    expect(await other.begin('shared')).toBeUndefined();
    expect(await runJob(hubOver(other), jobOf('shared'))).toEqual({ kind: 'SKIPPED' });
    expect(await turn?.finish({ counts: { done: 2 } })).toBe(true);
    expect(await runJob(hubOver(other), jobOf('shared'))).toEqual({ kind: 'DONE', report: { counts: { done: 1 } } });
  });

  test('of another name is not kept waiting', async () => {
    const turn = await one.begin('first');
    expect((await runJob(hubOver(other), jobOf('second'))).kind).toBe('DONE');
    await turn?.finish({});
  });

  test('that failed is seen as failed, with a code and no word of its cause, and the next run heals it', async () => {
    const cause = new Error('holds a secret');
    const failing = jobOf('failing', async () => Promise.reject(cause));
    expect(await runJob(hubOver(one), failing)).toEqual({ kind: 'FAILED', errorCode: 'INTERNAL', cause });
    expect(await rowOf('failing')).toMatchObject({ outcome: 'FAILED', errorCode: 'INTERNAL', succeededAt: null });
    const away = jobOf('failing', async () => Promise.reject(new HubError('SOURCE_UNAVAILABLE')));
    expect(await runJob(hubOver(one), away)).toMatchObject({ errorCode: 'SOURCE_UNAVAILABLE' });
    expect(JSON.stringify(await one.list())).not.toContain('secret');
    await runJob(hubOver(one), jobOf('failing'));
    expect(await rowOf('failing')).toMatchObject({ outcome: 'DONE', errorCode: null, counts: { done: 1 } });
    expect((await rowOf('failing'))?.succeededAt).not.toBeNull();
  });

  test('is not run again by a process whose interval ends a moment after the run of another, unless that one failed', async () => {
    const unlessWithinMs = 3_600_000;
    await runJob(hubOver(one), jobOf('recent'));
    expect((await runJob(hubOver(other), jobOf('recent'), { unlessWithinMs })).kind).toBe('SKIPPED');
    expect((await runJob(hubOver(other), jobOf('recent'), { unlessWithinMs: 0 })).kind).not.toBe('FAILED');
    await runJob(
      hubOver(one),
      jobOf('recent', async () => Promise.reject(new Error('no'))),
    );
    expect((await runJob(hubOver(other), jobOf('recent'), { unlessWithinMs })).kind).toBe('DONE');
  });

  test('is told when its process stops', async () => {
    const stopping = new AbortController();
    stopping.abort();
    const seen: boolean[] = [];
    const job = jobOf('stopping', async (_hub, signal) => {
      seen.push(signal.aborted);
      return { counts: {} };
    });
    await runJob(hubOver(one), job, { signal: stopping.signal });
    expect(seen).toEqual([true]);
  });

  test('whose process is killed is free at once, and shows as under way until the next run', async () => {
    const child = await processAt('killed');
    expect(await one.begin('killed')).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await rowOf('killed')).toMatchObject({ finishedAt: null, outcome: null });
    const begunMs = performance.now();
    expect(await (await nextTurn('killed')).finish({})).toBe(true);
    expect(performance.now() - begunMs).toBeLessThan(5_000);
  });

  test('whose process stands still is free after a while, and what that process says of it when it wakes counts for nothing', async () => {
    const child = await processAt('stopped');
    child.kill('SIGSTOP');
    const turn = await nextTurn('stopped');
    child.kill('SIGCONT');
    child.send({});
    expect(await once(child, 'message')).toEqual([{ isKept: false }, undefined]);
    child.kill('SIGKILL');
    expect(turn.lost.aborted).toBe(false);
    expect(await turn.finish({ counts: { mine: 1 } })).toBe(true);
    expect(await rowOf('stopped')).toMatchObject({ outcome: 'DONE', counts: { mine: 1 } });
  });

  test('that takes longer than a standstill keeps its turn while its process lives', async () => {
    const store = createJobStore({ url: database.url, standstillMsMax: 200 });
    const turn = await store.begin('long');
    const begunMs = performance.now();
    while (performance.now() - begunMs < 700) expect(await other.begin('long')).toBeUndefined();
    expect(turn?.lost.aborted).toBe(false);
    expect(await turn?.finish({})).toBe(true);
    await store.close();
  });
});

describe('the operator', () => {
  test('sees every job of this version, run or not, and what an earlier one left', async () => {
    await runJob(hubOver(one), jobOf('known'));
    const listed = await listJobs({ jobs: one }, [jobOf('never'), jobOf('known')]);
    expect(listed.slice(0, 2)).toMatchObject([
      { name: 'never', everySeconds: 60, startedAt: null, outcome: null, counts: {} },
      { name: 'known', everySeconds: 60, outcome: 'DONE', counts: { done: 1 } },
    ]);
    expect(listed.find(({ name }) => name === 'shared')).toMatchObject({ everySeconds: null });
  });

  test('is told of a failed job by `/readyz`, and of nothing else while the hub is young', async () => {
    const check = jobCheck({ jobs: one }, [jobOf('never'), jobOf('known')]);
    expect(await check.check()).toBeUndefined();
    await runJob(
      hubOver(one),
      jobOf('broken', async () => Promise.reject(new Error('no'))),
    );
    expect(await jobCheck({ jobs: one }, [jobOf('broken')]).check()).toBe('DEGRADED');
  });

  test('is told of a job that has not succeeded for long', async () => {
    const upAtMs = Date.now();
    let nowMs = upAtMs;
    const check = jobCheck({ jobs: one }, [jobOf('never')], () => nowMs);
    nowMs = upAtMs + 5 * 60_000;
    expect(await check.check()).toBeUndefined();
    nowMs = upAtMs + 5 * 60_000 + 1;
    expect(await check.check()).toBe('DEGRADED');
  });

  test('reads in the metrics when each job last succeeded', async () => {
    await runJob(hubOver(one), jobOf('known'));
    const values = await jobGauge({ jobs: one }).read();
    const seconds = ((await rowOf('known'))?.succeededAt?.getTime() ?? 0) / 1000;
    expect(values).toContainEqual({ labels: 'job="known"', value: seconds });
    expect(values.map(({ labels }) => labels)).not.toContain('job="broken"');
  });
});

describe('the clock of the jobs', () => {
  const hub = { ...hubOver({} as PostgresJobStore), inbox: { listen: () => () => undefined } } as unknown as Ports;
  const clockOver = (jobs: readonly Job[], faults: unknown[] = []) =>
    createJobClock(
      { ...hub, jobs: one },
      { jobs, chance: () => 0, onFault: (job, cause) => faults.push([job, cause]) },
    );

  test('asks what is under way to end when the hub stops, and waits for it', async () => {
    let begin: (value: unknown) => void = () => {};
    const begun = new Promise((resolve) => {
      begin = resolve;
    });
    const steps: string[] = [];
    const patient = jobOf('patient', async (_hub, signal) => {
      begin(undefined);
      await once(signal, 'abort');
      steps.push('ended');
      return { counts: {} };
    });
    const clock = clockOver([patient]);
    clock.start();
    await begun;
    await clock.stop();
    steps.push('stopped');
    expect(steps).toEqual(['ended', 'stopped']);
    expect(await rowOf('patient')).toMatchObject({ outcome: 'DONE' });
  });

  test('tells the operator of a run that failed, and goes on', async () => {
    const faults: unknown[] = [];
    const cause = new Error('not now');
    let runs = 0;
    let again: (value: unknown) => void = () => {};
    const twice = new Promise((resolve) => {
      again = resolve;
    });
    const job: Job = {
      ...jobOf('unlucky', async () => {
        runs += 1;
        if (runs === 1) throw cause;
        again(undefined);
        return { counts: {} };
      }),
      everyMs: 100,
    };
    const clock = clockOver([job], faults);
    clock.start();
    await twice;
    await clock.stop();
    expect(faults).toEqual([['unlucky', cause]]);
  });

  test('that is stopped before its first turn starts nothing', async () => {
    const clock = clockOver([jobOf('too-late')]);
    clock.start();
    await clock.stop();
    expect(await rowOf('too-late')).toBeUndefined();
  });
});
