/** What a table of counts must say, counted row by row in memory from the records the world was loaded with. */
import { recordsOf, WORLD_TIME_ZONE } from '../world.js';

export interface CountedRow {
  readonly database: string;
  readonly borderSection: string;
  readonly nationality: string;
  readonly personsCount: number;
  /** `2023-05-04`, where the hub counts */
  readonly day: string;
}

const localDay = new Intl.DateTimeFormat('sv-SE', { timeZone: WORLD_TIME_ZONE, dateStyle: 'short' });

/** The border crossings of these databases. */
export function crossingsOf(...databases: readonly string[]): readonly CountedRow[] {
  return databases.flatMap((database) =>
    recordsOf(database).map((row) => ({
      database,
      borderSection: String(row.borderSection),
      nationality: String(row.nationality),
      personsCount: Number(row.personsCount),
      day: localDay.format(new Date(String(row.detectedAt))),
    })),
  );
}

export const monthOf = ({ day }: CountedRow): string => day.slice(0, 7);
export const yearOf = ({ day }: CountedRow): string => day.slice(0, 4);
export const quarterOf = ({ day }: CountedRow): string =>
  `${day.slice(0, 4)}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;

export interface Knowledge {
  readonly countMin: number;
  /** the asker owns the row or may READ it for some purpose */
  readonly isRead: (row: CountedRow) => boolean;
  /** and with every touched field at the step used or finer */
  readonly isKnown: (row: CountedRow) => boolean;
}

/** Cells by key: how many records, or null where that must be suppressed (design 5.8, zero policy SHOW). */
export function cellsOf(
  rows: readonly CountedRow[],
  keyOf: (row: CountedRow) => string,
  { countMin, isRead, isKnown }: Knowledge,
): Readonly<Record<string, number | null>> {
  const groups = groupsOf(rows, keyOf);
  return Object.fromEntries(
    [...groups].map(([key, group]) => {
      const unknown = group.filter((row) => !isKnown(row)).length;
      const unread = group.filter((row) => !isRead(row)).length;
      return [key, unknown === 0 || unread >= countMin ? group.length : null];
    }),
  );
}

/** How many rows have each key. */
export function countsOf(
  rows: readonly CountedRow[],
  keyOf: (row: CountedRow) => string,
): Readonly<Record<string, number>> {
  return Object.fromEntries([...groupsOf(rows, keyOf)].map(([key, group]) => [key, group.length]));
}

function groupsOf(
  rows: readonly CountedRow[],
  keyOf: (row: CountedRow) => string,
): ReadonlyMap<string, readonly CountedRow[]> {
  const groups = new Map<string, CountedRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}
