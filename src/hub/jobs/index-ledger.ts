import type { Job } from '../jobs.js';

/** Readers of the ledger bring its index up to date themselves: done before, they need not wait for it. */
export const indexLedger: Job = {
  name: 'index-ledger',
  everyMs: 60_000,
  async run({ ledgerViews }, signal) {
    const indexedUpTo = await ledgerViews.index(signal);
    return { counts: { indexedUpTo, unreadable: await ledgerViews.unreadable() } };
  },
};
