import { QUALITY_REASONS } from '../../domain/evidence.js';
import type { RecordPlace } from '../../domain/quality-act.js';
import type { ErasuresToReplay, Ports } from '../ports.js';
import { ERASED_AT_ONCE_MAX, eraseByRule, hostedPlaces } from './erase-by-rule.js';

/** A start that finds records changing under it: another process replays the same. */
const ATTEMPTS_MAX = 5;

/**
 * Erases again what a restored backup brought back: to be awaited before anything is served.
 *
 * INVARIANT (erased is erased): what safekeeping says was erased is in no answer, however old the database is.
 *
 * @param onSkipped told of each database that is hosted here no more, or not yet, and how many erasures wait for it: no record of it is served
 * @returns how many records were erased again
 * @throws HubError, and whatever safekeeping throws: then nothing may be served
 */
export async function replayErasures(
  hub: Pick<Ports, 'agreements' | 'corrections' | 'registry' | 'signing' | 'standard' | 'timeZone'>,
  onSkipped: (databaseId: number, erasures: number) => void = () => undefined,
): Promise<number> {
  let erased = 0;
  const skipped = new Set<number>();
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const replays = (await hub.corrections.erasuresToReplay()).filter(({ databaseId }) => !skipped.has(databaseId));
    if (replays.length === 0) return erased;
    const places = await hostedPlaces(hub);
    for (const replay of replays) {
      const { databaseId, live, gone } = replay;
      const place = places.find(({ database }) => database.id === databaseId);
      if (place !== undefined) {
        erased += await replayIn(hub, place, replay);
        continue;
      }
      skipped.add(databaseId);
      onSkipped(databaseId, live.length + gone.length);
    }
  }
  throw new Error('erasures kept outside of the database could not be done again: records kept changing');
}

async function replayIn(
  hub: Parameters<typeof eraseByRule>[0],
  place: RecordPlace,
  { live, gone }: ErasuresToReplay,
): Promise<number> {
  let erased = 0;
  const action = 'replayErasures';
  for (const reason of QUALITY_REASONS) {
    for (const records of inParts(live.filter((record) => record.reason === reason))) {
      if (await eraseByRule(hub, { place, reason, records, action })) erased += records.length;
    }
    for (const part of inParts(gone.filter((erasure) => erasure.reason === reason))) {
      await eraseByRule(hub, { place, reason, records: [], gone: part, action });
    }
  }
  return erased;
}

function inParts<T>(items: readonly T[]): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += ERASED_AT_ONCE_MAX) parts.push(items.slice(at, at + ERASED_AT_ONCE_MAX));
  return parts;
}
