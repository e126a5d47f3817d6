/** `GET /ledger/v1/head.json` and `keys.json`: what an agency keeps, so that nobody can change the past unnoticed. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from '../domain/identity.js';
import { answer } from '../hub/answer.js';
import { ledgerHeadFile, ledgerKeysFile } from '../hub/evidence/ledger-heads.js';
import type { Ports } from '../hub/ports.js';
import { HttpRefusal } from './http-error.js';

export interface LedgerHeadRouteDeps {
  readonly hub: Ports;
  /** @throws HubError UNAUTHENTICATED */
  authenticate(request: FastifyRequest): Promise<Identity>;
}

const FILES = { head: ledgerHeadFile, keys: ledgerKeysFile } as const;
const ACTIONS = { head: 'ledgerHead', keys: 'ledgerKeys' } as const;

/** A Fastify plugin. Each file is one entry in the ledger, like every request. */
export async function ledgerHeadRoute(
  fastify: FastifyInstance,
  { hub, authenticate }: LedgerHeadRouteDeps,
): Promise<void> {
  for (const name of ['head', 'keys'] as const) {
    fastify.get(`/ledger/v1/${name}.json`, async (request, reply): Promise<FastifyReply> => {
      const identity = await authenticate(request);
      const named = { requestId: randomUUID(), action: ACTIONS[name], operation: { name: null, hash: null } };
      const text = await answer(hub, identity, named, () => FILES[name](hub, identity)).catch((error: unknown) => {
        // The catalogue's status is the one of GraphQL.
        if (isForbidden(error)) throw new HttpRefusal(403, error.message, 'FORBIDDEN');
        throw error;
      });
      return reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name}.json"`)
        .send(`${text}\n`);
    });
  }
}

const isForbidden = (error: unknown): error is Error & { readonly code: 'FORBIDDEN' } =>
  error instanceof Error && 'code' in error && error.code === 'FORBIDDEN';
