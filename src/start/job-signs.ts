/** What an operator's supervision sees of the jobs. */
import type { Gauge } from '../http/metrics.js';
import type { ReadinessCheck } from '../http/probe-routes.js';
import type { Job } from '../hub/jobs.js';
import type { Ports } from '../hub/ports.js';

/** A job whose last success is older than this many intervals is late. */
const LATE_INTERVALS = 3;
/** A hub that just started has its first runs before it. */
const GRACE_MS = 120_000;

/**
 * `degraded` while the last run of a job failed, or none has succeeded for long: the hub answers all the same, and the next
 * run heals it. `nowMs`: milliseconds since 1970.
 */
export function jobCheck(
  hub: Pick<Ports, 'jobs'>,
  jobs: readonly Job[],
  nowMs: () => number = Date.now,
): ReadinessCheck {
  const upSinceMs = nowMs();
  return {
    name: 'jobs',
    async check() {
      const last = new Map((await hub.jobs.list()).map((job) => [job.name, job]));
      const isWrong = jobs.some(({ name, everyMs }) => {
        const job = last.get(name);
        if (job?.outcome === 'FAILED') return true;
        const lateMs = LATE_INTERVALS * everyMs + GRACE_MS;
        return Math.max(job?.succeededAt?.getTime() ?? 0, upSinceMs) + lateMs < nowMs();
      });
      return isWrong ? 'DEGRADED' : undefined;
    },
  };
}

/** When each job last succeeded, by whichever process. */
export function jobGauge(hub: Pick<Ports, 'jobs'>): Gauge {
  return {
    name: 'besa_job_last_success_seconds',
    help: 'When the job last succeeded, by whichever process, in seconds since 1970.',
    async read() {
      return (await hub.jobs.list()).flatMap(({ name, succeededAt }) =>
        succeededAt === null ? [] : [{ labels: `job="${name}"`, value: succeededAt.getTime() / 1000 }],
      );
    },
  };
}
