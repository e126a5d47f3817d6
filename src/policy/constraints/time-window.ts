import type { Permission } from '../../domain/clause.js';
import { startOfLocalDay } from '../local-time.js';
import type { ConstraintCheck } from './constraint.js';

/** Milliseconds since 1970, half-open; infinite where the clause names no day. */
export interface TimeWindow {
  readonly from: number;
  readonly until: number;
}

/** `from` and `until` of a clause: local days in the agreement's time zone, half-open. */
export const timeWindow: ConstraintCheck = (permission, _ask, { version, now }) => {
  const { from, until } = timeWindowOf(permission, version.terms.timeZone);
  const instant = now.getTime();
  return from <= instant && instant < until ? null : 'OUTSIDE_TIME_WINDOW';
};

/** When the clause may be used, as far as its own days say. A day that is none of the calendar makes it empty. */
export function timeWindowOf({ constraints }: Permission, timeZone: string): TimeWindow {
  const from = constraints.from === undefined ? Number.NEGATIVE_INFINITY : startOf(constraints.from, timeZone);
  const until = constraints.until === undefined ? Number.POSITIVE_INFINITY : startOf(constraints.until, timeZone);
  return from === null || until === null
    ? { from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY }
    : { from, until };
}

function startOf(day: string, timeZone: string): number | null {
  return Number.isNaN(Date.parse(`${day}T00:00:00.000Z`)) ? null : startOfLocalDay(day, timeZone);
}
