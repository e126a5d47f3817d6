import { TURNED_AWAY_KEPT_DAYS } from '../../domain/turned-away.js';
import type { Job } from '../jobs.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Removes old counts of requests that were turned away: they hold addresses, and have served their purpose. */
export const forgetTurnedAway: Job = {
  name: 'forget-turned-away',
  everyMs: DAY_MS,
  async run(hub) {
    return { counts: { forgotten: await hub.turnedAway.forget(TURNED_AWAY_KEPT_DAYS) } };
  },
};
