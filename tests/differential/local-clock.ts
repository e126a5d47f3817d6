// Local time and calendar arithmetic of the meaning, written from the words alone: slow, and by no way the hub's own.

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(timeZone, made);
  return made;
}

export interface LocalTime {
  /** `2024-03-31` */
  readonly day: string;
  /** `06:05`, what a clock on the wall shows */
  readonly clock: string;
}

const times = new Map<string, LocalTime>();

/** What calendar and clock on a wall in this zone show at an instant (ms). */
export function localTime(at: number, timeZone: string): LocalTime {
  const key = `${timeZone} ${at}`;
  const known = times.get(key);
  if (known !== undefined) return known;
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );
  const found = { day: `${parts.year}-${parts.month}-${parts.day}`, clock: `${parts.hour}:${parts.minute}` };
  // A long run must not keep every instant it ever asked about.
  if (times.size > 50_000) times.clear();
  times.set(key, found);
  return found;
}

const HOUR_MS = 3_600_000;
const starts = new Map<string, number>();

/** The first instant (ms) of a local day; where midnight is skipped, the first instant after the gap. */
export function startOfDay(day: string, timeZone: string): number {
  const key = `${timeZone} ${day}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  const noon = Date.parse(`${day}T12:00:00Z`);
  let [early, late] = [noon - 40 * HOUR_MS, noon + 16 * HOUR_MS];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (localTime(middle, timeZone).day < day) early = middle;
    else late = middle;
  }
  starts.set(key, late);
  return late;
}

interface Duration {
  readonly months: number;
  readonly days: number;
}

/** `P1Y2M3D` → months and days. */
function durationOf(text: string): Duration {
  const found = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?$/.exec(text);
  if (found === null) throw new Error(`no duration: ${text}`);
  const [years = 0, months = 0, days = 0] = found.slice(1).map((digits) => Number(digits ?? 0));
  return { months: years * 12 + months, days };
}

/** The day so long before (`sign` -1) or after (1): months first, where a month has no such day its last one, then days. */
export function shiftedDay(day: string, duration: string, sign: 1 | -1): string {
  const { months, days } = durationOf(duration);
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const count = year * 12 + (month - 1) + sign * months;
  const [newYear, newMonth] = [Math.floor(count / 12), count % 12];
  const lastDate = new Date(Date.UTC(newYear, newMonth + 1, 0)).getUTCDate();
  return new Date(Date.UTC(newYear, newMonth, Math.min(date, lastDate) + sign * days)).toISOString().slice(0, 10);
}

/** The instant (ms) so long before, on the calendar and clock of UTC. */
export function instantBefore(at: number, duration: string): number {
  const [day = '', clock = ''] = new Date(at).toISOString().split('T');
  return Date.parse(`${shiftedDay(day, duration, -1)}T${clock}`);
}

/** Is it so late on the wall? `06:00-22:00`, half-open; `22:00-06:00` spans midnight. */
export function isWithinHours(hours: string, at: number, timeZone: string): boolean {
  const [from = '', until = ''] = hours.split('-');
  const { clock } = localTime(at, timeZone);
  return from < until ? from <= clock && clock < until : from <= clock || clock < until;
}
