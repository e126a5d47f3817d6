const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
/** RFC 3339, section 5.6, with at most nine digits of a second; an offset is needed, the leap second is none of ours. */
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
/** Years outside compare wrongly as text, and `0099` means another year to half of the tools that read it. */
const YEAR_MIN = 1000;
const MINUTE_MS = 60_000;

const DAYS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Is this `YYYY-MM-DD` a day of the Gregorian calendar in the years 1000 to 9999? */
export function isCalendarDate(text: string): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
  return year >= YEAR_MIN && day >= 1 && day <= days;
}

/**
 * The instant in UTC with milliseconds: `2023-05-04T12:00:00.1234+02:00` → `2023-05-04T10:00:00.123Z`; further digits are
 * cut. Undefined if it is no RFC 3339 instant with an offset, or outside the years 1000 to 9999 in UTC.
 */
export function instantOf(text: string): string | undefined {
  const match = INSTANT.exec(text);
  if (match === null || !isCalendarDate(match[1] ?? '')) return undefined;
  const [, date, hour, minute, second, fraction = '', sign, offsetHour, offsetMinute] = match;
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const local = Date.parse(`${date}T${hour}:${minute}:${second}.${milliseconds}Z`);
  const offset = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * MINUTE_MS;
  const iso = new Date(local - (sign === '-' ? -offset : offset)).toISOString();
  return iso.length === 24 && Number(iso.slice(0, 4)) >= YEAR_MIN ? iso : undefined;
}
