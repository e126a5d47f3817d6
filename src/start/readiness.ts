import type { ReadinessCheck } from '../http/probe-routes.js';
import type { Ports } from '../hub/ports.js';

/** What `/readyz` looks at. It is read without a token: that something is wrong may be told, never what or how much of it. */
export function readinessChecks(hub: Pick<Ports, 'agreements' | 'ledger'>): readonly ReadinessCheck[] {
  return [
    { name: 'database', check: async () => void (await hub.agreements.inForce({ refresh: true })) },
    {
      name: 'agreements',
      check: async () => {
        const { doubts = [] } = await hub.agreements.inForce({ refresh: true });
        return doubts.length > 0 ? 'DEGRADED' : undefined;
      },
    },
    { name: 'ledger', check: async () => void (await hub.ledger.list('', { limit: 1 })) },
  ];
}
