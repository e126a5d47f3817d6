import { durationFrom, movedBy } from '../../domain/duration.js';
import { instantsOfWall, offsetAt } from '../local-time.js';
import type { ConstraintCheck } from './constraint.js';

/**
 * `retainFor: P30D`: how long the recipient may keep what it received. It fails no ask: it goes with the data, as
 * `disclosure.retainUntil` and among the conditions. A length of time that nobody understands needs the owner's word.
 */
export const retainFor: ConstraintCheck = ({ constraints }) =>
  constraints.retainFor === undefined || durationFrom(constraints.retainFor) !== null
    ? null
    : 'OWNER_APPROVAL_REQUIRED';

/**
 * Until when what is received at `now` may be kept: so many months and days later on the clocks of the agreement's time zone.
 * Where the clocks show that time twice, or skip it, the earlier instant counts.
 *
 *     2024-03-30T09:30:00Z, P1D, Europe/Tirane → 2024-03-31T08:30:00Z      10:30 both days; the clocks went forward
 *
 * @returns milliseconds since 1970; `now` itself for a duration that is none
 */
export function retainedUntil(now: Date, duration: string, timeZone: string): number {
  const instant = now.getTime();
  const parts = durationFrom(duration);
  if (parts === null) return instant;
  return Math.min(...instantsOfWall(movedBy(instant + offsetAt(instant, timeZone), parts, 1), timeZone));
}
