/** What an operator's supervision sees of entries that nobody can read: they name recipients to nobody, not even in a correction. */
import type { Gauge } from '../http/metrics.js';
import type { ReadinessCheck } from '../http/probe-routes.js';
import { indexLedger } from '../hub/jobs/index-ledger.js';
import type { Ports } from '../hub/ports.js';

/** `degraded` as long as an entry of the ledger cannot be read, as the last run of `index-ledger` found it. */
export function indexCheck(hub: Pick<Ports, 'jobs'>): ReadinessCheck {
  return {
    name: 'ledgerIndex',
    check: async () => (((await unreadable(hub)) ?? 0) > 0 ? 'DEGRADED' : undefined),
  };
}

/** How many there are; without a value until the job has run. */
export function unreadableGauge(hub: Pick<Ports, 'jobs'>): Gauge {
  return {
    name: 'besa_ledger_unreadable_entries',
    help: 'Entries of the ledger that cannot be read: besa audit verify says what became of them.',
    async read() {
      const value = await unreadable(hub);
      return value === undefined ? [] : [{ labels: '', value }];
    },
  };
}

/** From what the job told: counting now would wait behind the long counts of auditors, and take the hub off the line. */
async function unreadable({ jobs }: Pick<Ports, 'jobs'>): Promise<number | undefined> {
  return (await jobs.list()).find(({ name }) => name === indexLedger.name)?.counts.unreadable;
}
