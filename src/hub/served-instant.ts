import { PERIODS, type Period } from '../domain/ladder.js';
import type { Treatment } from '../domain/treatment.js';
import { generalise, servedInstant } from '../policy/generalise.js';
import { startOfLocalDay } from '../policy/local-time.js';

/** local days served so far; every row of a page shows one of a few */
const DAYS_MAX = 20_000;
const servedDays = new Map<string, string>();

/**
 * A generalised instant as it is served: the begin of its period with that zone's offset.
 *
 *     2023-05-04 in Europe/Tirane → 2023-05-04T00:00:00+02:00
 */
export function servedPeriodStart(day: string, timeZone: string): string {
  const key = `${timeZone} ${day}`;
  let served = servedDays.get(key);
  if (served === undefined) {
    if (servedDays.size >= DAYS_MAX) servedDays.clear();
    served = servedInstant(new Date(startOfLocalDay(day, timeZone)).toISOString(), timeZone);
    servedDays.set(key, served);
  }
  return served;
}

/** `2023-05-04 10:00:00.5+00`, as PostgreSQL writes an instant in UTC → `2023-05-04T10:00:00.5Z` */
export function servedExactInstant(cell: string): string {
  return `${cell.slice(0, 10)}T${cell.slice(11, -3)}Z`;
}

/** An instant of the envelope as coarse as the record's own times are shown; null where they are not. */
export function servedEnvelopeInstant(cell: string | null, treatment: Treatment, timeZone: string): string | null {
  if (cell === null) return null;
  const exact = servedExactInstant(cell);
  if (treatment.kind === 'CLEAR') return exact;
  if (treatment.kind !== 'GENERALISED') return null;
  const period = PERIODS.find((candidate): candidate is Period => candidate === treatment.step);
  if (period === undefined) return null;
  const start = generalise(new Date(exact).toISOString(), { name: period, kind: 'period', period }, timeZone);
  return typeof start === 'string' ? servedInstant(start, timeZone) : null;
}
