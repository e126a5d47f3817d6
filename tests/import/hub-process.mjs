// A hub's door for imports in a process of its own, from the compiled sources: to be measured, or killed.
import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import { importRoute } from '../../dist/src/http/import-route.js';
import { createLedger } from '../../dist/src/persistence/ledger.js';
import { createRecordLoader } from '../../dist/src/persistence/record-loader.js';

process.once('message', async ({ url, recordType, databases }) => {
  const hub = {
    standard: { recordTypes: [recordType], purposes: [] },
    registry: { databases: async () => databases },
    loader: createRecordLoader({ url, secret: Buffer.alloc(32, 1) }),
    ledger: createLedger({ url }),
    agreements: { inForce: () => Promise.reject(new Error('an import asks no agreement')) },
    monotonicMs: () => performance.now(),
    witnesses: { doubt: async () => undefined },
  };
  const fastify = Fastify({ requestTimeout: 0, genReqId: () => randomUUID() });
  const steward = { agency: databases[0].owner, person: 'steward', roles: ['STEWARD'] };
  await fastify.register(importRoute, { hub, authenticate: async () => steward });
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  process.on('message', () => process.send({ peakBytes: process.resourceUsage().maxRSS * 1024 }));
  process.send({ port: fastify.server.address().port });
});
