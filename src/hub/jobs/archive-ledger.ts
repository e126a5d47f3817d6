import type { Job } from '../jobs.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Brings the months that the operator's rule lets go into the archive; does nothing where there is no rule. */
export const archiveLedger: Job = {
  name: 'archive-ledger',
  everyMs: DAY_MS,
  async run(hub, signal) {
    return { counts: { ...(await hub.ledgerArchive.archiveByRule(signal)) } };
  },
};
