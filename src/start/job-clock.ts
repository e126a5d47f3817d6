/** The only timers of the hub's own work: starts each job at its interval, and ends them all. */
import type { Job, JobRun } from '../hub/jobs.js';
import { runJob } from '../hub/jobs.js';
import type { Ports } from '../hub/ports.js';

export interface JobClockOptions {
  readonly jobs: readonly Job[];
  /** told of each run that failed; `job` is its name */
  readonly onFault: (job: string, cause: unknown) => void;
  /** jobs that an act on an agreement makes due at once */
  readonly afterActs?: readonly string[];
  /** from 0 to below 1; absent: at random */
  readonly chance?: () => number;
}

export interface JobClock {
  start(): void;
  /** Asks what is under way to end at its next good place, and waits for it. */
  stop(): Promise<void>;
}

/** The first run of each job: soon, for much may have waited while no hub ran, but not all jobs of all processes at once. */
const FIRST_MS_MIN = 500;
const FIRST_MS_MAX = 5_000;
/** A run is left out if another process began one within this part of the interval: N processes do not run it N times. */
const RECENT_SHARE = 0.8;
/** Runs come early or late by up to this part of the interval: processes that started together do not stay together. */
const JITTER_SHARE = 0.1;
/** After an act, processes take their turns within this time; who finds the job taken tries once more. */
const WAKE_MS_MAX = 300;
const WAKE_ATTEMPTS = 4;

/** Starts the jobs of one process. Of all processes on one database one at a time runs a job, and not more often than due. */
export function createJobClock(hub: Ports, options: JobClockOptions): JobClock {
  return new Clock(hub, options);
}

class Clock implements JobClock {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #stopping = new AbortController();
  readonly #chance: () => number;
  #deafen: (() => void) | undefined;

  constructor(
    private readonly hub: Ports,
    private readonly options: JobClockOptions,
  ) {
    this.#chance = options.chance ?? Math.random;
  }

  start(): void {
    for (const job of this.options.jobs) {
      const firstMs = FIRST_MS_MIN + this.#chance() * (Math.min(job.everyMs, FIRST_MS_MAX) - FIRST_MS_MIN);
      this.#set(job.name, Math.max(0, firstMs), () => this.#turn(job));
    }
    const afterActs = this.options.jobs.filter(({ name }) => this.options.afterActs?.includes(name) === true);
    if (afterActs.length === 0) return;
    this.#deafen = this.hub.inbox.listen('ACT', () => {
      for (const job of afterActs) this.#wake(job, WAKE_ATTEMPTS);
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#deafen?.();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#underWay);
  }

  async #turn(job: Job): Promise<void> {
    await this.#run(job, job.everyMs * RECENT_SHARE);
    const jitter = 1 + JITTER_SHARE * (2 * this.#chance() - 1);
    this.#set(job.name, job.everyMs * jitter, () => this.#turn(job));
  }

  /** Wishes that come together are one. A run that began before the act may have missed it, so it is no reason to leave this out. */
  #wake(job: Job, attempts: number): void {
    const name = `${job.name} after an act`;
    if (attempts === 0 || this.#timers.has(name)) return;
    this.#set(name, (WAKE_MS_MAX / 10) * (1 + 9 * this.#chance()), async () => {
      const run = await this.#run(job);
      if (run?.kind === 'SKIPPED') this.#wake(job, attempts - 1);
    });
  }

  #set(name: string, ms: number, work: () => Promise<void>): void {
    if (this.#stopping.signal.aborted) return;
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      const working = work().finally(() => this.#underWay.delete(working));
      this.#underWay.add(working);
    }, ms);
    // The hub is kept alive by its socket, not by work that is yet to come.
    timer.unref();
    this.#timers.set(name, timer);
  }

  /** undefined: nobody could say whose turn it is. Never throws: the next run heals. */
  async #run(job: Job, unlessWithinMs?: number): Promise<JobRun | undefined> {
    const { signal } = this.#stopping;
    try {
      const run = await runJob(this.hub, job, { signal, ...(unlessWithinMs === undefined ? {} : { unlessWithinMs }) });
      if (run.kind === 'FAILED' && !signal.aborted) this.options.onFault(job.name, run.cause);
      return run;
    } catch (cause) {
      if (!signal.aborted) this.options.onFault(job.name, cause);
      return undefined;
    }
  }
}
