import { durationFrom, movedBy } from '../domain/duration.js';

/** What the core needs to know of a time zone; days are `YYYY-MM-DD`, instants milliseconds since 1970. */
export interface LocalCalendar {
  localDayOf(instant: number, timeZone: string): string;
  startOfLocalDay(day: string, timeZone: string): number;
}

const DAY_MS = 86_400_000;

/** `2024-01-31`, `P1M` → `2024-02-29`: a day that the month has not becomes its last. @throws for a text that is no duration */
export function dayAfter(day: string, duration: string): string {
  const parsed = durationFrom(duration);
  if (parsed === null) throw new Error(`\`${duration}\` is no duration`);
  return new Date(movedBy(Date.parse(`${day}T00:00:00Z`), parsed, 1)).toISOString().slice(0, 10);
}

/**
 * The instant at which a period counted in whole local days is over: the day it begins on does not count, and the last one
 * counts to its end.
 *
 *     2 June 15:00, P30D → 3 July 00:00
 */
export function endOfPeriod(begun: Date, duration: string, timeZone: string, calendar: LocalCalendar): Date {
  const last = dayAfter(calendar.localDayOf(begun.getTime(), timeZone), duration);
  const next = new Date(Date.parse(`${last}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
  return new Date(calendar.startOfLocalDay(next, timeZone));
}
