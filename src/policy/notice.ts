import { durationFrom, movedBy } from '../domain/duration.js';
import { dayText, localDayOf, startOfLocalDay } from './local-time.js';

const DAY_MS = 86_400_000;

/**
 * When something of which notice is given takes effect: the first instant of the first local day after the local day of the
 * notice and the duration. Whole days, so that neither the hour nor summer time shortens it; `besa.after_notice` says the same.
 *
 *     2024-03-30T23:30:00Z (31 March in Europe/Tirane), P1D → 2024-04-01T22:00:00Z     31 January, P1M → 1 March
 *
 * @param notice ISO 8601 duration of years, months and days; absent = no notice
 * @returns undefined without a notice: at once
 * @throws if `notice` is no duration: refused when drafted
 */
export function afterNotice(givenAt: Date, notice: string | undefined, timeZone: string): Date | undefined {
  return notice === undefined ? undefined : endOfPeriod(givenAt, notice, timeZone);
}

/** When a period counted in whole local days is over, as a notice is. @throws if `period` is no duration */
export function endOfPeriod(begun: Date, period: string, timeZone: string): Date {
  const duration = durationFrom(period);
  if (duration === null) throw new Error('a period is a duration');
  const day = Date.parse(`${localDayOf(begun.getTime(), timeZone)}T00:00:00.000Z`);
  return new Date(startOfLocalDay(dayText(movedBy(day, duration, 1) + DAY_MS), timeZone));
}
