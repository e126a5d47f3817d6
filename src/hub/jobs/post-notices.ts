import { postNotices } from '../inbox.js';
import type { Job } from '../jobs.js';

/**
 * Tells every agency what there is to tell. This is the guarantee: whatever else posts notices sooner may fail. A run that is
 * broken off anywhere leaves notices that are stored, and others that the next run derives again.
 */
export const job: Job = {
  name: 'post-notices',
  everyMs: 60_000,
  async run(hub, signal) {
    let posted = 0;
    let agencies = 0;
    let failure: { readonly cause: unknown } | undefined;
    for (const { code } of await hub.registry.agencies()) {
      if (signal.aborted) break;
      try {
        posted += await postNotices(hub, code);
        agencies += 1;
      } catch (cause) {
        // What cannot be told to one agency must not keep the others waiting.
        failure ??= { cause };
      }
    }
    if (failure !== undefined) throw failure.cause;
    return { counts: { agencies, notices: posted } };
  },
};
