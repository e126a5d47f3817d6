import { tellUntold } from '../evidence/tell-recipients.js';
import type { Job } from '../jobs.js';

/**
 * Tells of corrections, disputes and erasures whose recipients nobody has told yet. Acts tell by themselves; this is the guarantee
 * for those whose process ended in between, and for answers that came to the ledger behind the act.
 */
export const tellRecipientsJob: Job = {
  name: 'tell-recipients',
  everyMs: 60_000,
  async run(hub, signal) {
    return { counts: { acts: await tellUntold(hub, signal) } };
  },
};
