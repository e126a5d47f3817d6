import { type Duration, durationFrom, movedBy } from '../../domain/duration.js';
import { type Field, occurredAtOf, type Value } from '../../domain/record-type.js';
import { dayText, localDayOf } from '../local-time.js';
import type { ConstraintCheck } from './constraint.js';

/**
 * `recordAgeMax: P1Y`: only records that occurred no longer ago, told on each row inside the statement. It can be told of
 * records that say when they occurred; of others it needs the owner's word.
 */
export const recordAgeMax: ConstraintCheck = ({ constraints }, _ask, { recordType }) => {
  if (constraints.recordAgeMax === undefined) return null;
  const isTellable = occurredAtOf(recordType) !== undefined && durationFrom(constraints.recordAgeMax) !== null;
  return isTellable ? null : 'OWNER_APPROVAL_REQUIRED';
};

/**
 * Did it occur no longer ago than `age`? Calendar arithmetic: months first, a day the month has not is its last, then days;
 * in UTC for an instant, in local days of `timeZone` for a date. Null is not known, so not young enough.
 *
 *     2024-05-31T10:00:00Z, P1M, now 2024-06-30T10:00:00Z → yes, to the millisecond
 *
 * @param raw the row's own value of `field`
 */
export function isYoungEnough(
  raw: Value,
  age: string,
  at: { readonly field: Field; readonly now: Date; readonly timeZone: string },
): boolean {
  const duration = durationFrom(age);
  if (duration === null || typeof raw !== 'string') return false;
  return raw >= oldestOf(duration, at);
}

function oldestOf(
  duration: Duration,
  { field, now, timeZone }: { readonly field: Field; readonly now: Date; readonly timeZone: string },
): string {
  const isDate = field.type.kind === 'scalar' && field.type.name === 'Date';
  if (!isDate) return new Date(movedBy(now.getTime(), duration, -1)).toISOString();
  // A year before Christ begins with `-` in both forms, and sorts before every year that a record can have.
  return dayText(movedBy(Date.parse(`${localDayOf(now.getTime(), timeZone)}T00:00:00.000Z`), duration, -1));
}
