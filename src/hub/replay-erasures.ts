import { QUALITY_REASONS } from '../domain/evidence.js';
import { ERASED_AT_ONCE_MAX, eraseByRule, hostedPlaces } from './erase-by-rule.js';
import type { Ports } from './ports.js';

/** A start that finds records changing under it: another process replays the same. */
const ATTEMPTS_MAX = 5;

/**
 * Erases again what a restored backup brought back: to be awaited before anything is served.
 *
 * INVARIANT (erased is erased): what safekeeping says was erased is in no answer, however old the database is.
 *
 * @returns how many records were erased again
 * @throws HubError, and whatever safekeeping throws: then nothing may be served
 */
export async function replayErasures(
  hub: Pick<Ports, 'agreements' | 'corrections' | 'ledgerViews' | 'registry' | 'standard' | 'timeZone'>,
): Promise<number> {
  let erased = 0;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const replays = await hub.corrections.erasuresToReplay();
    if (replays.length === 0) return erased;
    const places = await hostedPlaces(hub);
    for (const { databaseId, live, gone } of replays) {
      const place = places.find(({ database }) => database.id === databaseId);
      if (place === undefined) throw new Error(`the database ${databaseId} of an erasure is hosted no more`);
      const action = 'replayErasures';
      for (const reason of QUALITY_REASONS) {
        const ofReason = live.filter((record) => record.reason === reason);
        for (const records of inParts(ofReason)) {
          if (await eraseByRule(hub, { place, reason, records, action })) erased += records.length;
        }
        const tombstones = gone.filter((erasure) => erasure.reason === reason);
        for (const part of inParts(tombstones)) {
          await eraseByRule(hub, { place, reason, records: [], gone: part, action });
        }
      }
    }
  }
  throw new Error('erasures kept outside of the database could not be done again: records kept changing');
}

function inParts<T>(items: readonly T[]): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += ERASED_AT_ONCE_MAX) parts.push(items.slice(at, at + ERASED_AT_ONCE_MAX));
  return parts;
}
