import type { FastifyInstance } from 'fastify';
import { type Gauge, gaugeText, type Metrics } from './metrics.js';

/**
 * One thing the hub cannot answer without. `check` rejects if it is missing; what it rejects with is not told. `DEGRADED`: the
 * hub answers, but something needs its operator; `Degraded` says what. `Refused`: the hub answers nothing, and the reason may be told to whoever asks.
 * Anything else is no more than that it did not reject.
 */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<unknown>;
}

/** Why the hub answers nothing, in words that tell nothing of what it holds. */
export interface Refused {
  readonly refused: string;
}

/** What needs its operator while the hub answers, in words that may be told to whoever asks. */
export interface Degraded {
  readonly degraded: string;
}

export interface VersionTold {
  readonly version: string;
  readonly node: string;
}

export interface ProbeParts {
  readonly checks: readonly ReadinessCheck[];
  readonly version: VersionTold;
  readonly metrics: Metrics;
  /** read with the metrics; one that cannot be read is left out */
  readonly gauges?: readonly Gauge[];
}

const CHECK_MS_MAX = 2_000;

interface Result {
  readonly state: 'ok' | 'degraded' | 'failed';
  readonly reason?: string;
}

const FAILED: Result = { state: 'failed' };

function resultOf({ check }: ReadinessCheck): Promise<Result> {
  const result = check().then(
    (said): Result => {
      if (isRefused(said)) return { state: 'failed', reason: said.refused };
      if (isDegraded(said)) return { state: 'degraded', reason: said.degraded };
      return { state: said === 'DEGRADED' ? 'degraded' : 'ok' };
    },
    () => FAILED,
  );
  return inTime(result, FAILED);
}

const isRefused = (said: unknown): said is Refused =>
  typeof said === 'object' && said !== null && 'refused' in said && typeof said.refused === 'string';

const isDegraded = (said: unknown): said is Degraded =>
  typeof said === 'object' && said !== null && 'degraded' in said && typeof said.degraded === 'string';

/** What was promised, or something else where that takes too long. */
function inTime<T>(promised: Promise<T>, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, CHECK_MS_MAX, late);
  });
  return Promise.race([promised, tooLate]).finally(() => clearTimeout(timer));
}

/** What a supervisor asks: is the process alive, can it answer, which version is it, what has it counted. No secrets. */
export function probeRoutes(fastify: FastifyInstance, { checks, version, metrics, gauges = [] }: ProbeParts): void {
  fastify.get('/livez', async () => ({ status: 'ok' }));
  fastify.get('/version', async () => version);
  fastify.get('/metrics', async (_request, reply) => {
    const read = await Promise.all(
      gauges.map((gauge) =>
        inTime(
          gaugeText(gauge).catch(() => ''),
          '',
        ),
      ),
    );
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send([metrics.text(), ...read].join(''));
  });
  fastify.get('/readyz', async (_request, reply) => {
    const results = await Promise.all(checks.map(async (one) => [one.name, await resultOf(one)] as const));
    const isReady = results.every(([, { state }]) => state !== 'failed');
    const reasons = results.flatMap(([name, { reason }]) => (reason === undefined ? [] : [[name, reason] as const]));
    // 200 all the same: whoever changed a stored agreement must not be able to take the others off the line with it.
    const status = results.some(([, { state }]) => state === 'degraded') ? 'degraded' : 'ready';
    return reply.code(isReady ? 200 : 503).send({
      status: isReady ? status : 'not ready',
      checks: Object.fromEntries(results.map(([name, { state }]) => [name, state])),
      ...(reasons.length === 0 ? {} : { reasons: Object.fromEntries(reasons) }),
    });
  });
}
