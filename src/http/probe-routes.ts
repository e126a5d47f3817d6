import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.js';

/**
 * One thing the hub cannot answer without. `check` rejects if it is missing; what it rejects with is not told. `DEGRADED`: the
 * hub answers, but something needs its operator. Anything else is no more than that it did not reject.
 */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<unknown>;
}

export interface VersionTold {
  readonly version: string;
  readonly node: string;
}

export interface ProbeParts {
  readonly checks: readonly ReadinessCheck[];
  readonly version: VersionTold;
  readonly metrics: Metrics;
}

const CHECK_MS_MAX = 2_000;

type Result = 'ok' | 'degraded' | 'failed';

async function resultOf({ check }: ReadinessCheck): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Result>((resolve) => {
    timer = setTimeout(resolve, CHECK_MS_MAX, 'failed');
  });
  const result = check().then(
    (said): Result => (said === 'DEGRADED' ? 'degraded' : 'ok'),
    (): Result => 'failed',
  );
  return Promise.race([result, late]).finally(() => clearTimeout(timer));
}

/** What a supervisor asks: is the process alive, can it answer, which version is it, what has it counted. No secrets. */
export function probeRoutes(fastify: FastifyInstance, { checks, version, metrics }: ProbeParts): void {
  fastify.get('/livez', async () => ({ status: 'ok' }));
  fastify.get('/version', async () => version);
  fastify.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text()),
  );
  fastify.get('/readyz', async (_request, reply) => {
    const results = await Promise.all(checks.map(async (one) => [one.name, await resultOf(one)] as const));
    const isReady = results.every(([, result]) => result !== 'failed');
    // 200 all the same: whoever changed a stored agreement must not be able to take the others off the line with it.
    const status = results.some(([, result]) => result === 'degraded') ? 'degraded' : 'ready';
    return reply
      .code(isReady ? 200 : 503)
      .send({ status: isReady ? status : 'not ready', checks: Object.fromEntries(results) });
  });
}
