import type { Job } from '../jobs.js';

const EVERY_MS = 60_000;

/** Signs the head of the ledger, if anything was appended since the last one, and puts it into safekeeping. */
export const job: Job = {
  name: 'sign-head',
  everyMs: EVERY_MS,
  async run({ treeHeads }) {
    const before = await treeHeads.latest();
    const head = await treeHeads.sign();
    return { counts: { entries: head.size - (before?.size ?? 0) } };
  },
};
