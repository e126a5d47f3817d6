import { postNotices } from '../inbox/inbox.js';
import type { Job } from '../jobs.js';
import type { Ports } from '../ports.js';

interface Derived {
  /** of the agreement set */
  readonly version: string;
  readonly endedMs: number;
  readonly tookMs: number;
}

const derived = new WeakMap<Ports, Map<string, Derived>>();

/**
 * Where nothing was agreed since, an agency with very many clauses is not looked at each minute: deriving its notices takes at
 * most a hundredth of the time. What its people read is exact all the same.
 */
const REST = 100;
/** What takes less than this may be done each minute. */
const COSTLY_MS_MIN = 3_000;

async function postUnlessResting(hub: Ports, agency: string): Promise<number | undefined> {
  const known = derived.get(hub) ?? new Map<string, Derived>();
  derived.set(hub, known);
  const { version } = (await hub.agreements.inForce()).set;
  const last = known.get(agency);
  const begunMs = hub.monotonicMs();
  const restMs = last?.version !== version || last.tookMs < COSTLY_MS_MIN ? 0 : REST * last.tookMs;
  if (last !== undefined && begunMs - last.endedMs < restMs) return undefined;
  const posted = await postNotices(hub, agency);
  const endedMs = hub.monotonicMs();
  known.set(agency, { version, endedMs, tookMs: endedMs - begunMs });
  return posted;
}

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
        const here = await postUnlessResting(hub, code);
        posted += here ?? 0;
        agencies += here === undefined ? 0 : 1;
      } catch (cause) {
        // What cannot be told to one agency must not keep the others waiting.
        failure ??= { cause };
      }
    }
    if (failure !== undefined) throw failure.cause;
    return { counts: { agencies, notices: posted } };
  },
};
