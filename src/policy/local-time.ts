/** Local calendar days of a time zone. Instants are milliseconds since 1970, UTC; days are `YYYY-MM-DD` of the proleptic Gregorian calendar. */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Since then every zone's clocks changed at whole minutes of UTC (Liberia was the last not to): so one offset holds for each minute. */
const WHOLE_MINUTES_FROM = Date.UTC(1973, 0, 1);

const offsets = new Map<string, Map<number, number>>();
/** minutes kept per zone; the same instants are asked for again and again, by every row of an answer */
const OFFSETS_MAX = 20_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  // Making one costs some 50 µs, using it 1 µs.
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, made);
  return made;
}

/**
 * What the clocks of the zone show at an instant, as if it were UTC, in milliseconds.
 *
 * @throws RangeError if the zone is unknown or the instant is not a number
 */
export function wallClock(instant: number, timeZone: string): number {
  const parts: Partial<Record<string, number>> = {};
  for (const part of formatOf(timeZone).formatToParts(instant)) parts[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const milliseconds = ((instant % 1000) + 1000) % 1000;
  // `Date.UTC` takes the years 0 to 99 for 1900 to 1999; `setUTCFullYear` does not.
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  return midnight + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds;
}

/** The zone's offset from UTC at an instant, in milliseconds; positive east of Greenwich. */
export function offsetAt(instant: number, timeZone: string): number {
  if (instant < WHOLE_MINUTES_FROM) return wallClock(instant, timeZone) - instant;
  const minute = Math.floor(instant / MINUTE_MS);
  let known = offsets.get(timeZone);
  if (known === undefined || known.size >= OFFSETS_MAX) {
    known = new Map();
    offsets.set(timeZone, known);
  }
  const offset = known.get(minute) ?? wallClock(minute * MINUTE_MS, timeZone) - minute * MINUTE_MS;
  known.set(minute, offset);
  return offset;
}

/** The local day an instant falls in: `2023-05-03T22:30:00Z` in Europe/Tirane → `2023-05-04`. */
export function localDayOf(instant: number, timeZone: string): string {
  return dayText(instant + offsetAt(instant, timeZone));
}

/** `YYYY-MM-DD` of an instant, read in UTC. */
export function dayText(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/**
 * The first instant of a local day. Where the clocks were put forward over midnight that is the instant of the change;
 * where midnight came twice, the first one.
 *
 * @throws RangeError if `day` is no calendar day or the zone is unknown
 */
export function startOfLocalDay(day: string, timeZone: string): number {
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  const before = midnight - offsetAt(midnight - DAY_MS, timeZone);
  const after = midnight - offsetAt(midnight + DAY_MS, timeZone);
  const [early, late] = before < after ? [before, after] : [after, before];
  if (early + offsetAt(early, timeZone) === midnight) return early;
  if (late + offsetAt(late, timeZone) === midnight) return late;
  return firstInstantOnOrAfter(day, { from: early - DAY_MS, until: late + DAY_MS }, timeZone);
}

/**
 * The instants at which the clocks of the zone show a time: one, two where it came twice, and where it was skipped the two
 * it would be under the offset before and behind the change.
 *
 * @param wall what the clocks show, as if it were UTC, in milliseconds
 */
export function instantsOfWall(wall: number, timeZone: string): readonly number[] {
  const offsets = [wall - DAY_MS, wall + DAY_MS].map((near) => offsetAt(near, timeZone));
  const possible = [...new Set(offsets.map((offset) => wall - offset))];
  const shown = possible.filter((instant) => instant + offsetAt(instant, timeZone) === wall);
  return shown.length === 0 ? possible : shown;
}

/** No clock of the zone showed this midnight: the change itself is looked up by halving. */
function firstInstantOnOrAfter(
  day: string,
  { from, until }: { from: number; until: number },
  timeZone: string,
): number {
  let before = from;
  let behind = until;
  while (behind - before > 1) {
    const middle = Math.floor((before + behind) / 2);
    if (localDayOf(middle, timeZone) < day) before = middle;
    else behind = middle;
  }
  return behind;
}
