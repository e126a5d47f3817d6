import { offsetAt } from '../local-time.js';
import type { ConstraintCheck } from './constraint.js';

/** Minutes of the local day, half-open; `until` not after `from` spans midnight. */
interface DailyHours {
  readonly from: number;
  readonly until: number;
}

/** Hours of the day in which a clause may be used, in the time zone of its agreement. */
export interface DailyWindow {
  readonly timeZone: string;
  /** `06:00-22:00`, `22:00-06:00` */
  readonly hours: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Every window that opens at all opens and closes within so many days, also where the clocks skip it on one of them. */
const DAYS_AROUND = 3;

const HOURS = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/;

/**
 * `hours: "06:00-22:00"`: the time of day in which the clause may be used, half-open, as the clocks of the agreement's time
 * zone show it. An hour that comes twice is open both times; one that the clocks skip is not open that day.
 */
export const hours: ConstraintCheck = ({ constraints }, _ask, { version, now }) => {
  if (constraints.hours === undefined) return null;
  const window = { timeZone: version.terms.timeZone, hours: constraints.hours };
  return isOpenAt(window, now.getTime()) ? null : 'OUTSIDE_TIME_WINDOW';
};

function isOpenAt({ timeZone, hours: text }: DailyWindow, instant: number): boolean {
  const daily = dailyHours(text);
  // Hours that nobody understands, and `06:00-06:00`, are no time of the day at all.
  if (daily === null || daily.from === daily.until) return false;
  const minute = timeOfDay(instant, timeZone) / MINUTE_MS;
  const isBehindFrom = minute >= daily.from;
  const isBeforeUntil = minute < daily.until;
  return daily.from < daily.until ? isBehindFrom && isBeforeUntil : isBehindFrom || isBeforeUntil;
}

function timeOfDay(instant: number, timeZone: string): number {
  const wall = instant + offsetAt(instant, timeZone);
  return ((wall % DAY_MS) + DAY_MS) % DAY_MS;
}

function dailyHours(text: string): DailyHours | null {
  const parts = HOURS.exec(text);
  if (parts === null) return null;
  const [fromHour = 0, fromMinute = 0, untilHour = 0, untilMinute = 0] = parts.slice(1).map(Number);
  return { from: fromHour * 60 + fromMinute, until: untilHour * 60 + untilMinute };
}

/**
 * The stretch around an instant in which a window neither opens nor closes, in milliseconds since 1970: `before` is the last
 * edge at or before `now`, `after` the next one behind it. Where there is none near, the stretch just ends.
 */
export function edgesAround(window: DailyWindow, now: number): { readonly before: number; readonly after: number } {
  const edges = possibleEdges(window, now).filter((edge) => isOpenAt(window, edge - 1) !== isOpenAt(window, edge));
  return {
    before: Math.max(now - DAYS_AROUND * DAY_MS, ...edges.filter((edge) => edge <= now)),
    after: Math.min(now + DAYS_AROUND * DAY_MS, ...edges.filter((edge) => edge > now)),
  };
}

/** Where an edge may be: both ends of the window on each day under each offset of the zone, and the changes of the clocks. */
function possibleEdges({ timeZone, hours: text }: DailyWindow, now: number): readonly number[] {
  const daily = dailyHours(text);
  if (daily === null) return [];
  const days = Array.from({ length: 2 * DAYS_AROUND + 1 }, (_, index) => index - DAYS_AROUND);
  const samples = days.map((day) => now + day * DAY_MS);
  const offsets = [...new Set(samples.map((sample) => offsetAt(sample, timeZone)))];
  const ends = offsets.flatMap((offset) => {
    const midnight = Math.floor((now + offset) / DAY_MS) * DAY_MS - offset;
    return days.flatMap((day) => [daily.from, daily.until].map((end) => midnight + day * DAY_MS + end * MINUTE_MS));
  });
  const changes = samples.slice(1).flatMap((sample) => clockChange(sample - DAY_MS, sample, timeZone));
  return [...ends, ...changes];
}

/** The first instant of the offset that holds at `until`, if the clocks were changed since `from`. */
function clockChange(from: number, until: number, timeZone: string): readonly number[] {
  const offset = offsetAt(until, timeZone);
  if (offsetAt(from, timeZone) === offset) return [];
  let [before, behind] = [from, until];
  while (behind - before > 1) {
    const middle = Math.floor((before + behind) / 2);
    if (offsetAt(middle, timeZone) === offset) behind = middle;
    else before = middle;
  }
  return [behind];
}
