import type { Decision } from '../domain/decision.js';
import { edgesAround } from './constraints/hours.js';
import { quotaPeriod } from './quota-account.js';
import type { Rights } from './rights.js';

/**
 * The stretch around an instant in which no clause of the agency begins or ends, and none of the hours any is limited to
 * opens or closes, and no period of a quota ends; null = no boundary that way.
 */
export function validityAt(
  { boundaries, windows, quotaPeriods }: Pick<Rights, 'boundaries' | 'windows' | 'quotaPeriods'>,
  now: Date,
): Pick<Decision, 'validFrom' | 'validUntil'> {
  const instant = now.getTime();
  const next = boundaries.findIndex((boundary) => boundary > instant);
  const periods = quotaPeriods.map(({ per, timeZone }) => quotaPeriod(per, timeZone, now));
  const edges = [
    ...windows.map((window) => edgesAround(window, instant)),
    ...periods.map(({ from, until }) => ({ before: from.getTime(), after: until.getTime() })),
  ];
  const last = next < 0 ? boundaries.at(-1) : boundaries[next - 1];
  const from = Math.max(last ?? Number.NEGATIVE_INFINITY, ...edges.map(({ before }) => before));
  const until = Math.min(boundaries[next] ?? Number.POSITIVE_INFINITY, ...edges.map(({ after }) => after));
  return {
    validFrom: Number.isFinite(from) ? new Date(from) : null,
    validUntil: Number.isFinite(until) ? new Date(until) : null,
  };
}
