/** Tells who received what an act on records replaced: behind its commit, as often as the ledger has more to say. */

import type { Ports } from '../ports.js';
import { noticeDrafts } from './notice-drafts.js';

/** The part of the hub that telling needs. */
export type Telling = Pick<Ports, 'agreements' | 'corrections' | 'ledgerViews' | 'standard'>;

/** acts looked for at a time */
const ACTS = 100;

/**
 * Tells the recipients of one act that are in the ledger as of now. To be done again does no harm: nobody is told anything twice.
 *
 * @param signal ends the wait for the ledger's index
 * @returns `LATER`: the index does not reach the act yet, and the next run of the job tells
 */
export async function tellRecipients(hub: Telling, act: number, signal?: AbortSignal): Promise<'TOLD' | 'LATER'> {
  await hub.ledgerViews.index(signal);
  const { set } = await hub.agreements.inForce({ refresh: true });
  return hub.corrections.tell(act, (received) => {
    const recordType = hub.standard.recordTypes.find(({ name }) => name === received.recordType);
    return noticeDrafts(received, { recordType, versions: set.versions });
  });
}

/**
 * Tells of every act that somebody is still to be told of: acts whose own process ended before it told, and those of which an
 * answer that was under way came to the ledger behind them.
 *
 * @returns how many acts were told of
 * @throws the first failure, after all others have had their turn
 */
export async function tellUntold(hub: Telling, signal?: AbortSignal): Promise<number> {
  // Up to date first: it is the index that finds out who came late.
  await hub.ledgerViews.index(signal);
  let told = 0;
  let failure: { readonly cause: unknown } | undefined;
  const isOver = (): boolean => signal?.aborted === true;
  for (let after = 0; !isOver(); ) {
    const acts = await hub.corrections.untold(ACTS, after);
    for (const act of acts) {
      if (isOver()) break;
      try {
        if ((await tellRecipients(hub, act, signal)) === 'TOLD') told += 1;
      } catch (cause) {
        // What cannot be told of one act must not keep the recipients of the others waiting.
        failure ??= { cause };
      }
    }
    const last = acts.at(-1);
    if (last === undefined || acts.length < ACTS) break;
    after = last;
  }
  if (failure !== undefined) throw failure.cause;
  return told;
}
