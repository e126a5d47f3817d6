import { durationFrom, movedBy } from '../domain/duration.js';

/** What the core needs to know of a time zone; days are `YYYY-MM-DD`. */
export interface LocalCalendar {
  /** in milliseconds since 1970 */
  startOfLocalDay(day: string, timeZone: string): number;
  /** when a period counted in whole local days is over: the day it begins on does not count, the last one counts to its end */
  endOfPeriod(begun: Date, duration: string, timeZone: string): Date;
}

/** `2024-01-31`, `P1M` → `2024-02-29`: a day that the month has not becomes its last. @throws for a text that is no duration */
export function dayAfter(day: string, duration: string): string {
  const parsed = durationFrom(duration);
  if (parsed === null) throw new Error(`\`${duration}\` is no duration`);
  return new Date(movedBy(Date.parse(`${day}T00:00:00Z`), parsed, 1)).toISOString().slice(0, 10);
}
