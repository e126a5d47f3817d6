import type { LadderStep, Period } from '../domain/ladder.js';
import type { Scalar, Value } from '../domain/record-type.js';
import { invariant, unreachable } from '../support/unreachable.js';
import { localDayOf, offsetAt, startOfLocalDay } from './local-time.js';
import { isList } from './truth.js';

/**
 * The value as a coarser step of its ladder shows it; null stays null, a list is generalised element by element.
 *
 *     2023-05-03T22:30:00.000Z, month, Europe/Tirane → 2023-04-30T22:00:00.000Z   first instant of the local period, UTC
 *     2023-05-04, quarter                            → 2023-04-01                  first day of the period
 *     37, width 10                                   → 30                          −37 → −40
 *     AL-MK.2, before '.'                            → AL-MK
 *     SYR, groups                                    → the group it is listed in, else `otherwise`
 *
 * Not idempotent for groups: a group's name is no member of itself. So a shown value is never generalised again.
 *
 * @throws if the step does not fit the value: refused when the clause was drafted, so our own bug
 * @see design 3 (ladders), 5.6
 */
export function generalise(value: Value, step: LadderStep, timeZone: string): Value {
  if (value === null) return null;
  if (isList(value)) return value.map((element) => generaliseScalar(element, step, timeZone));
  return generaliseScalar(value, step, timeZone);
}

/** The same for one value that is there: what the operand of a condition is compared as. */
export function generaliseScalar(value: Scalar, step: LadderStep, timeZone: string): Scalar {
  switch (step.kind) {
    case 'period':
      invariant(typeof value === 'string', 'only dates and instants have periods');
      return isDay(value) ? periodStart(value, step.period) : instantPeriodStart(value, step.period, timeZone);
    case 'width':
      invariant(typeof value === 'number' && step.width > 0, 'only numbers have widths');
      // `+ 0` turns the negative zero of −0 into the zero that JSON and SQL know.
      return Math.floor(value / step.width) * step.width + 0;
    case 'before': {
      invariant(typeof value === 'string', 'only text has a beginning');
      const end = value.indexOf(step.separator);
      return end < 0 ? value : value.slice(0, end);
    }
    case 'groups': {
      const group = Object.entries(step.groups).find(([, members]) => members.includes(String(value)));
      return group === undefined ? step.otherwise : group[0];
    }
    default:
      return unreachable(step);
  }
}

/**
 * The key of a group on a step: of a period its ISO 8601 label, of anything else the value itself.
 *
 *     day 2023-05-04 · month 2023-05 · quarter 2023-Q2 · year 2023
 *
 * @param value a generalised value: the start of its period
 */
export function label(value: Scalar | null, step: LadderStep, timeZone: string): Scalar | null {
  if (value === null || step.kind !== 'period') return value;
  invariant(typeof value === 'string', 'only dates and instants have periods');
  const day = isDay(value) ? value : localDayOf(Date.parse(value), timeZone);
  switch (step.period) {
    case 'day':
      return day;
    case 'month':
      return day.slice(0, 7);
    case 'quarter':
      return `${day.slice(0, 4)}-Q${quarterOf(day)}`;
    case 'year':
      return day.slice(0, 4);
    default:
      return unreachable(step.period);
  }
}

/**
 * A generalised instant as it is served: the start of its period with that zone's offset.
 *
 *     2023-05-03T22:00:00.000Z, Europe/Tirane → 2023-05-04T00:00:00+02:00
 *
 * RFC 3339 knows offsets of whole minutes only: instants from the time of mean solar clocks stay in UTC.
 */
export function servedInstant(start: string, timeZone: string): string {
  const key = `${timeZone} ${start}`;
  const known = served.get(key);
  if (known !== undefined) return known;
  const instant = Date.parse(start);
  const offset = offsetAt(instant, timeZone);
  const minutes = offset / 60_000;
  const text = Number.isInteger(minutes)
    ? `${new Date(instant + offset).toISOString().slice(0, 19)}${offsetText(minutes)}`
    : start;
  remember(served, key, text);
  return text;
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

// Starts of periods are few and asked for by every row; the bound keeps a hostile spread of dates from filling memory.
const CACHE_ENTRIES_MAX = 20_000;
const starts = new Map<string, string>();
const served = new Map<string, string>();

function remember(cache: Map<string, string>, key: string, text: string): void {
  if (cache.size >= CACHE_ENTRIES_MAX) cache.clear();
  cache.set(key, text);
}

function instantPeriodStart(instant: string, period: Period, timeZone: string): string {
  const day = periodStart(localDayOf(Date.parse(instant), timeZone), period);
  const key = `${timeZone} ${day}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  const start = new Date(startOfLocalDay(day, timeZone)).toISOString();
  remember(starts, key, start);
  return start;
}

function periodStart(day: string, period: Period): string {
  const year = day.slice(0, 4);
  switch (period) {
    case 'day':
      return day;
    case 'month':
      return `${day.slice(0, 7)}-01`;
    case 'quarter':
      return `${year}-${String(quarterOf(day) * 3 - 2).padStart(2, '0')}-01`;
    case 'year':
      return `${year}-01-01`;
    default:
      return unreachable(period);
  }
}

function quarterOf(day: string): number {
  return Math.ceil(Number(day.slice(5, 7)) / 3);
}

function isDay(value: string): boolean {
  return value.length === 10;
}
