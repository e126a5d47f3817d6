/** The instants of local months, so that an event lies in the month its figure was published for, in the hub's time zone. */

/** A local month as instants, half-open: `[from, until)`. */
export interface MonthSpan {
  readonly from: Date;
  readonly until: Date;
}

/** The instants between which it is that month on the clocks of the time zone. */
export function spanOfMonth(year: number, month: number, timeZone: string): MonthSpan {
  const next = month === 12 ? { year: year + 1, month: 1 } : { year, month: month + 1 };
  return {
    from: startOfDay({ year, month, day: 1 }, timeZone),
    until: startOfDay({ ...next, day: 1 }, timeZone),
  };
}

/** The local date of an instant as `YYYY-MM-DD`, some days later if asked. */
export function localDate(instant: Date, timeZone: string, daysLater = 0): string {
  const { year, month, day } = localParts(instant, timeZone);
  return new Date(Date.UTC(year, month - 1, day + daysLater)).toISOString().slice(0, 10);
}

/**
 * The first instant of a local day. The offset is looked up where the day begins, not where it would begin in UTC: the two
 * differ on the days the clocks change.
 */
function startOfDay(date: { year: number; month: number; day: number }, timeZone: string): Date {
  const wanted = Date.UTC(date.year, date.month - 1, date.day);
  const guess = wanted - offsetAt(new Date(wanted), timeZone);
  return new Date(wanted - offsetAt(new Date(guess), timeZone));
}

/** Local clock minus UTC, in milliseconds. */
function offsetAt(instant: Date, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localParts(instant, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant.getTime() / 1000) * 1000;
}

function localParts(instant: Date, timeZone: string) {
  const parts = Object.fromEntries(
    formatterOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: string): number => parts[name] as number;
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formatters.set(timeZone, made);
  return made;
}
