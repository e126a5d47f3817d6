import { ERASED_AT_ONCE_MAX, eraseByRule, hostedPlaces } from '../evidence/erase-by-rule.js';
import { replayErasures } from '../evidence/replay-erasures.js';
import { tellUntold } from '../evidence/tell-recipients.js';
import type { Job } from '../jobs.js';

const EVERY_MS = 60_000;

/**
 * Erases records whose `retainUntil` has passed: of each database up to a thousand in one act, with one entry, and one notice to
 * each agency that received one of them. What is left over is the next run's. Before that, what safekeeping says was erased: the
 * database may have been set back under a hub that went on running.
 */
export const endRetention: Job = {
  name: 'end-retention',
  everyMs: EVERY_MS,
  async run(hub, signal) {
    const replayed = await replayErasures(hub);
    let erased = 0;
    let leftOver = 0;
    for (const place of await hostedPlaces(hub)) {
      if (signal.aborted) break;
      const records = await hub.corrections.expired(place, ERASED_AT_ONCE_MAX);
      if (records.length === 0) continue;
      const ruled = { place, reason: 'RETENTION_ENDED' as const, records, action: 'endRetention' };
      if (await eraseByRule(hub, ruled)) erased += records.length;
      else leftOver += records.length;
    }
    // Else the job that tells would have it to do, a minute later.
    if (erased + replayed > 0) await tellUntold(hub, signal);
    return { counts: { erased, leftOver, replayed } };
  },
};
