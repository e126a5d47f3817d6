/** A calendar duration: whole months and whole days, neither ever negative. */
export interface Duration {
  readonly months: number;
  readonly days: number;
}

/** `P1Y6M`, `P30D`: years, months and days of ISO 8601, in this order, at least one of them. */
export const DURATION_PATTERN = /^P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?$/;

/** Longer means the same, and stays within the calendars of JavaScript and PostgreSQL alike. */
const MONTHS_MAX = 12 * 2_000;

/**
 * A duration as months and days; null if the text is none.
 *
 *     P1Y6M10D → { months: 18, days: 10 }
 */
export function durationFrom(text: string): Duration | null {
  const parts = DURATION_PATTERN.exec(text);
  if (parts === null) return null;
  const [years = 0, months = 0, days = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return { months: Math.min(12 * years + months, MONTHS_MAX), days };
}

/** `P1Y6M10D` → `1 year, 6 months and 10 days`; a text that is no duration as it stands. */
export function durationInWords(text: string): string {
  const parts = DURATION_PATTERN.exec(text);
  if (parts === null) return text;
  const said = (['year', 'month', 'day'] as const).flatMap((unit, index) => {
    const count = Number(parts[index + 1] ?? 0);
    return count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`];
  });
  if (said.length === 0) return '0 days';
  return said.length === 1 ? said.join() : `${said.slice(0, -1).join(', ')} and ${said.at(-1)}`;
}

/**
 * An instant moved by a duration, `sign` 1 later or −1 earlier: first the months, then the days, as PostgreSQL adds an
 * interval to a timestamp. A day that the month has not becomes its last: 31 March − P1M → 28 February.
 *
 * @param wall milliseconds since 1970 of a clock without zone (UTC, or a local clock read as if it were UTC)
 */
export function movedBy(wall: number, { months, days }: Duration, sign: 1 | -1): number {
  const moved = new Date(wall);
  const day = moved.getUTCDate();
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + sign * months);
  const lastOfMonth = new Date(moved);
  lastOfMonth.setUTCMonth(lastOfMonth.getUTCMonth() + 1, 0);
  moved.setUTCDate(Math.min(day, lastOfMonth.getUTCDate()));
  moved.setUTCDate(moved.getUTCDate() + sign * days);
  return moved.getTime();
}
