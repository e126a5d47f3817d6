import { invariant } from '../../src/support/unreachable.js';
import { apportion, fitTable, sumOf } from './fit.js';

/** The published figures, as `figures.yaml` has them: one route, by month for all years and by nationality from 2023. */
export interface Figures {
  /** per year, one count for each month from January on */
  readonly byMonth: Readonly<Record<number, readonly number[]>>;
  /** per year, one count for each nationality code of the source */
  readonly byNationality: Readonly<Record<number, Readonly<Record<string, number>>>>;
}

/** How many detections one nationality had in one month: a cell of the fitted table. Never zero. */
export interface Cell {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly nationality: string;
  readonly detections: number;
}

/** The source's code for nationalities it does not tell. */
export const NATIONALITY_NOT_TOLD = 'OOO';

/**
 * The figures in a parsed `figures.yaml`.
 *
 * @throws if a count is no whole number ≥ 0, or a year's nationalities do not add up to its months
 */
export function readFigures(document: unknown): Figures {
  const { westernBalkanRouteByMonth, westernBalkanRouteByNationality } = document as {
    westernBalkanRouteByMonth: Record<string, number[]>;
    westernBalkanRouteByNationality: Record<string, Record<string, number>>;
  };
  const byMonth = byYear(westernBalkanRouteByMonth);
  const byNationality = byYear(westernBalkanRouteByNationality);
  for (const [year, months] of Object.entries(byMonth)) {
    invariant(months.every(isCount) && months.length <= 12, `the months of ${year} are counts`);
    const nationalities = byNationality[Number(year)];
    if (nationalities === undefined) continue;
    const counts = Object.values(nationalities);
    invariant(counts.every(isCount) && sumOf(counts) === sumOf(months), `both totals of ${year} are equal`);
  }
  return { byMonth, byNationality };
}

/** Years whose nationalities were published: the demo's events are of these, unless it is the large one. */
export function yearsByNationality(figures: Figures): number[] {
  return yearsOf(figures).filter((year) => figures.byNationality[year] !== undefined);
}

/** Years before those: only month totals were carried over. */
export function yearsByMonthOnly(figures: Figures): number[] {
  return yearsOf(figures).filter((year) => figures.byNationality[year] === undefined);
}

/**
 * The split of one year's detections by month and nationality that meets both published margins exactly.
 * A year without nationalities takes the proportions of the first year that has them.
 */
export function cellsOfYear(figures: Figures, year: number): Cell[] {
  const months = monthsOf(figures, year);
  const nationalities = figures.byNationality[year] ?? nationalitiesLike(figures, sumOf(months));
  const codes = Object.keys(nationalities);
  const table = fitTable(months, Object.values(nationalities));
  return table.flatMap((row, at) =>
    row.flatMap((detections, column) =>
      detections === 0 ? [] : [{ year, month: at + 1, nationality: codes[column] as string, detections }],
    ),
  );
}

/** One cell for each month of a year, without nationality: all that was published before nationalities were. */
export function monthTotalsOfYear(figures: Figures, year: number): Cell[] {
  return monthsOf(figures, year).flatMap((detections, at) =>
    detections === 0 ? [] : [{ year, month: at + 1, nationality: NATIONALITY_NOT_TOLD, detections }],
  );
}

/** The same figures cut down to `total` detections in the years with nationalities, in proportion: the world of the tests. */
export function cutFigures(figures: Figures, total: number): Figures {
  const years = yearsByNationality(figures);
  const months = years.flatMap((year) => monthsOf(figures, year).map((count) => ({ year, count })));
  const shares = apportion(
    months.map(({ count }) => count),
    total,
  );
  const byMonth = Object.fromEntries(
    years.map((year) => [year, shares.filter((_, at) => months[at]?.year === year)] as const),
  );
  const byNationality = Object.fromEntries(
    years.map((year) => {
      const counts = figures.byNationality[year] ?? {};
      const cut = apportion(Object.values(counts), sumOf(byMonth[year] ?? []));
      return [year, Object.fromEntries(Object.keys(counts).map((code, at) => [code, cut[at] as number]))] as const;
    }),
  );
  return { byMonth, byNationality };
}

function monthsOf(figures: Figures, year: number): readonly number[] {
  const months = figures.byMonth[year];
  invariant(months !== undefined, `figures of ${year} are published`);
  return months;
}

function nationalitiesLike(figures: Figures, total: number): Record<string, number> {
  const first = yearsByNationality(figures)[0];
  invariant(first !== undefined, 'the nationalities of some year are published');
  const counts = figures.byNationality[first] ?? {};
  const shares = apportion(Object.values(counts), total);
  return Object.fromEntries(Object.keys(counts).map((code, at) => [code, shares[at] as number]));
}

function yearsOf(figures: Figures): number[] {
  return Object.keys(figures.byMonth)
    .map(Number)
    .sort((a, b) => a - b);
}

function byYear<T>(table: Record<string, T>): Record<number, T> {
  return Object.fromEntries(Object.entries(table).map(([year, value]) => [Number(year), value]));
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
