import { describe, expect, test } from '@jest/globals';
import { cellsOfYear, readFigures } from '../../examples/western-balkans/figures.js';
import { sumOf } from '../../examples/western-balkans/fit.js';
import { createWorld, type WorldSize } from '../../examples/western-balkans/world.js';
import { WORLD_TIME_ZONE, worldFiles } from '../world.js';

const { figures } = worldFiles();
const worldOf = (size: WorldSize) => createWorld({ ...worldFiles(), size, timeZone: WORLD_TIME_ZONE });

/** Written apart from the generator's own calendar: the reader of the records knows only the clock on the wall. */
const wallClock = new Intl.DateTimeFormat('en-CA', { timeZone: WORLD_TIME_ZONE, year: 'numeric', month: '2-digit' });
const localMonths = new Map<string, string>();
const localMonthOf = (instant: string): string => {
  const known = localMonths.get(instant);
  if (known !== undefined) return known;
  const parts = Object.fromEntries(wallClock.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
  const month = `${parts.year}-${parts.month}`;
  localMonths.set(instant, month);
  return month;
};

interface Totals {
  readonly months: Map<string, number>;
  readonly nationalities: Map<string, number>;
  /** by month and nationality */
  readonly cells: Map<string, number>;
}

const add = (totals: Totals, month: string, nationality: string, count: number): void => {
  const year = month.slice(0, 4);
  for (const [table, key] of [
    [totals.months, month],
    [totals.nationalities, `${year} ${nationality}`],
    [totals.cells, `${month} ${nationality}`],
  ] as const) {
    table.set(key, (table.get(key) ?? 0) + count);
  }
};

const noTotals = (): Totals => ({ months: new Map(), nationalities: new Map(), cells: new Map() });

const crossings = noTotals();
const detections = noTotals();
for (const database of worldOf('small')) {
  if (database.recordType === 'BorderCrossing') {
    for (const row of database.rows()) add(crossings, localMonthOf(String(row.detectedAt)), String(row.nationality), 1);
  }
  if (database.recordType === 'DetectionCount') {
    for (const row of database.rows()) {
      add(detections, String(row.detectedMonth).slice(0, 7), String(row.nationality), Number(row.detections));
    }
  }
}

const published = {
  months: Object.entries(figures.byMonth).flatMap(([year, counts]) =>
    counts.map((count, at) => [`${year}-${String(at + 1).padStart(2, '0')}`, count] as const),
  ),
  nationalities: Object.entries(figures.byNationality).flatMap(([year, counts]) =>
    Object.entries(counts).map(([code, count]) => [`${year} ${code}`, count] as const),
  ),
};
const sorted = <T>(entries: Iterable<readonly [string, T]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

describe('the published figures', () => {
  test('a year whose nationalities do not add up to its months is refused', () => {
    const document = {
      westernBalkanRouteByMonth: { 2023: [1, 2] },
      westernBalkanRouteByNationality: { 2023: { SYR: 4 } },
    };
    expect(() => readFigures(document)).toThrow('both totals of 2023 are equal');
  });

  test('are those of the source: 99,002 detections in 2023, 1,363,571 in all years', () => {
    const year = (number: number) => sumOf(figures.byMonth[number] ?? []);
    expect([year(2023), year(2024), year(2025)]).toEqual([99_002, 21_525, 3_436]);
    expect(sumOf(Object.values(figures.byMonth).map((months) => sumOf(months)))).toBe(1_363_571);
  });
});

describe('the events of the six owners', () => {
  test('are one for each published detection from 2023-01 to 2025-04', () => {
    expect(sumOf([...crossings.months.values()])).toBe(123_963);
  });

  test('add up to the published month totals, one by one, on the clocks of the hub', () => {
    expect(sorted(crossings.months)).toEqual(sorted(published.months.filter(([month]) => month >= '2023')));
  });

  test('add up to the published totals of each nationality, year by year', () => {
    expect(sorted(crossings.nationalities)).toEqual(sorted(published.nationalities));
    expect(['SYR', 'TUR', 'AFG'].map((code) => crossings.nationalities.get(`2023 ${code}`))).toEqual([
      72_937, 8_930, 7_349,
    ]);
  });

  test('are split by month and nationality as the published counts are', () => {
    const recent = sorted(detections.cells).filter(([key]) => key >= '2023');
    expect(sorted(crossings.cells)).toEqual(recent);
  });

  test('lie in their months in another time zone too, if the hub keeps that one', () => {
    const world = createWorld({ ...worldFiles(), size: 'tests', timeZone: 'America/St_Johns' });
    const clock = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/St_Johns', year: 'numeric', month: '2-digit' });
    for (const { code, rows, recordType } of world.filter(({ code }) => code === 'RS-BORDER-CROSSINGS')) {
      for (const row of rows()) {
        const month = /SYN-RS-(\d{4})(\d{2})-/.exec(String(row.nationalReference))?.slice(1).join('-');
        expect([code, recordType, clock.format(new Date(String(row.detectedAt)))]).toEqual([code, recordType, month]);
      }
    }
  });
});

describe('the published counts of the European agency', () => {
  test('add up to the published month totals of all years', () => {
    expect(sorted(detections.months)).toEqual(sorted(published.months));
  });

  test('add up to the published totals of each nationality from 2023, and do not tell nationalities before', () => {
    const recent = sorted(detections.nationalities).filter(([key]) => key >= '2023');
    expect(recent).toEqual(sorted(published.nationalities));
    const before = [...detections.nationalities.keys()].filter((key) => key < '2023');
    expect(new Set(before.map((key) => key.slice(5)))).toEqual(new Set(['OOO']));
  });

  test('are complete in the world of the tests as well', () => {
    const records = (size: WorldSize) => worldOf(size).find(({ code }) => code === 'EU-DETECTIONS')?.records;
    expect(records('tests')).toBe(records('small'));
  });
});

describe('the large demo', () => {
  test('has an event for each detection of all years, and the small demo unchanged in it', () => {
    const large = worldOf('large').filter(({ recordType }) => recordType === 'BorderCrossing');
    expect(sumOf(large.map(({ records }) => records))).toBe(1_363_571);
    const small = worldOf('small').find(({ code }) => code === 'XK-BORDER-CROSSINGS');
    const widened = large.find(({ code }) => code === 'XK-BORDER-CROSSINGS');
    const rows = [...(widened?.rows() ?? [])];
    expect(rows.slice(-(small?.records ?? 0))).toEqual([...(small?.rows() ?? [])]);
  });

  test('gives the years before 2023 the proportions of 2023', () => {
    const cells = cellsOfYear(figures, 2015);
    const syrians = sumOf(
      cells.flatMap(({ nationality, detections: count }) => (nationality === 'SYR' ? [count] : [])),
    );
    expect(syrians).toBe(Math.round((764_033 * 72_937) / 99_002));
    expect(sumOf(cells.map(({ detections: count }) => count))).toBe(764_033);
  });
});
