import type { Job } from '../jobs.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const MONTHS_AHEAD = 3;

/** Makes the tables of the months to come. Were they forgotten, entries would lie in the default one: readable, and not to be parted by month. */
export const makeMonths: Job = {
  name: 'make-months',
  everyMs: DAY_MS,
  async run(hub) {
    return { counts: { ...(await hub.ledgerArchive.makeMonths(MONTHS_AHEAD)) } };
  },
};
