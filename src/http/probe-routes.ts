import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.js';

/** One thing the hub cannot answer without. `check` rejects if it is missing; what it rejects with is not told. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<void>;
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

async function isPassed({ check }: ReadinessCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, CHECK_MS_MAX, false);
  });
  const passed = check().then(
    () => true,
    () => false,
  );
  return Promise.race([passed, late]).finally(() => clearTimeout(timer));
}

/** What a supervisor asks: is the process alive, can it answer, which version is it, what has it counted. No secrets. */
export function probeRoutes(fastify: FastifyInstance, { checks, version, metrics }: ProbeParts): void {
  fastify.get('/livez', async () => ({ status: 'ok' }));
  fastify.get('/version', async () => version);
  fastify.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text()),
  );
  fastify.get('/readyz', async (_request, reply) => {
    const results = await Promise.all(
      checks.map(async (one) => [one.name, (await isPassed(one)) ? 'ok' : 'failed'] as const),
    );
    const isReady = results.every(([, result]) => result === 'ok');
    return reply
      .code(isReady ? 200 : 503)
      .send({ status: isReady ? 'ready' : 'not ready', checks: Object.fromEntries(results) });
  });
}
