/** Work that nobody asks for: done by one process at a time, its last run kept where the operator sees it. */
import { HubError } from '../domain/errors.js';
import type { JobReport, StoredJob } from '../domain/job.js';
import type { Ports } from './ports.js';

/**
 * One job. It may be stopped at any instant and by any means: whatever it does is done again, or found done, by the next run.
 */
export interface Job {
  /** small letters and hyphens */
  readonly name: string;
  /** how often it is to run, in milliseconds */
  readonly everyMs: number;
  /** `signal`: the process stops, or another one may have taken over; end at the next good place */
  run(hub: Ports, signal: AbortSignal): Promise<JobReport>;
}

export type JobRun =
  | { readonly kind: 'DONE'; readonly report: JobReport }
  /** `cause`: for the operator's log, never for a caller */
  | { readonly kind: 'FAILED'; readonly errorCode: string; readonly cause: unknown }
  /** another process is at it, or did it a moment ago */
  | { readonly kind: 'SKIPPED' }
  /** this process stood still and lost its turn: what it did stays, the run counts for nothing */
  | { readonly kind: 'LOST' };

export interface RunJobOptions {
  readonly signal?: AbortSignal;
  /** leave it if the last run was good and began less than so many milliseconds ago */
  readonly unlessWithinMs?: number;
}

/**
 * Runs a job once, unless another process is at it.
 *
 * @throws HubError SOURCE_UNAVAILABLE if the database is not there to say whose turn it is
 */
export async function runJob(hub: Ports, job: Job, { signal, unlessWithinMs }: RunJobOptions = {}): Promise<JobRun> {
  const turn = await hub.jobs.begin(job.name, unlessWithinMs);
  if (turn === undefined) return { kind: 'SKIPPED' };
  const ended = signal === undefined ? turn.lost : AbortSignal.any([signal, turn.lost]);
  let run: JobRun;
  try {
    run = { kind: 'DONE', report: await job.run(hub, ended) };
  } catch (cause) {
    run = { kind: 'FAILED', errorCode: cause instanceof HubError ? cause.code : 'INTERNAL', cause };
  }
  const kept = run.kind === 'DONE' ? { counts: run.report.counts } : { errorCode: run.errorCode };
  return (await turn.finish(kept)) ? run : { kind: 'LOST' };
}

/** A job as the operator sees it: null where it has not run yet, or is none of this version's. */
export interface ListedJob
  extends Pick<StoredJob, 'name' | 'finishedAt' | 'outcome' | 'counts' | 'errorCode' | 'succeededAt'> {
  readonly everySeconds: number | null;
  readonly startedAt: Date | null;
  readonly process: string | null;
}

const NEVER_RUN = {
  startedAt: null,
  finishedAt: null,
  outcome: null,
  counts: {},
  errorCode: null,
  succeededAt: null,
  process: null,
} as const;

/** These jobs with their last runs, and what ran earlier and is no job any more. @throws HubError SOURCE_UNAVAILABLE */
export async function listJobs(hub: Pick<Ports, 'jobs'>, jobs: readonly Job[]): Promise<readonly ListedJob[]> {
  const stored = await hub.jobs.list();
  const known = jobs.map(({ name, everyMs }) => {
    const last = stored.find((one) => one.name === name);
    return { ...(last ?? NEVER_RUN), name, everySeconds: everyMs / 1000 };
  });
  const others = stored.filter(({ name }) => jobs.every((job) => job.name !== name));
  return [...known, ...others.map((one) => ({ ...one, everySeconds: null }))];
}
