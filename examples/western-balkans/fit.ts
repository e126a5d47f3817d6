/**
 * Tables of whole numbers with given margins. The published figures say how many detections each month had, and how many
 * each nationality had in a year, but not how many a nationality had in a month: this finds a table that fits both exactly.
 */
import { invariant } from '../../src/support/unreachable.js';

const ROUNDS_MAX = 1_000;
/** a margin this near is met: far below what could move a cell across a whole number */
const NEAR = 1e-7;

/**
 * A table of whole numbers whose row sums and column sums are exactly the given ones.
 *
 * Iterative proportional fitting (Deming and Stephan 1940) from a starting table, ones if none is given, then controlled
 * rounding (Cox 1987): each cell becomes the whole number just below or just above its fitted value.
 *
 * @param rowTotals    whole numbers ≥ 0
 * @param columnTotals whole numbers ≥ 0, with the same sum as the row totals
 * @param start        positive numbers, one per cell: what the split looks like before it is fitted
 * @throws if the two margins do not have the same sum
 */
export function fitTable(
  rowTotals: readonly number[],
  columnTotals: readonly number[],
  start?: readonly (readonly number[])[],
): number[][] {
  invariant(sumOf(rowTotals) === sumOf(columnTotals), 'both margins have the same sum');
  const fitted = fitProportionally(rowTotals, columnTotals, start ?? rowTotals.map(() => columnTotals.map(() => 1)));
  return roundToMargins(fitted, rowTotals, columnTotals);
}

/** Scales rows and columns in turn until both margins are met. */
export function fitProportionally(
  rowTotals: readonly number[],
  columnTotals: readonly number[],
  start: readonly (readonly number[])[],
): number[][] {
  const table = start.map((row) => [...row]);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    table.forEach((row, at) => {
      scale(row, rowTotals[at] as number);
    });
    const off = scaleColumns(table, columnTotals);
    if (off < NEAR) break;
  }
  return table;
}

function scale(row: number[], total: number): void {
  const sum = sumOf(row);
  for (let at = 0; at < row.length; at += 1) row[at] = sum === 0 ? 0 : ((row[at] as number) * total) / sum;
}

/** @returns how far the worst column was off before it was scaled */
function scaleColumns(table: number[][], columnTotals: readonly number[]): number {
  let worst = 0;
  columnTotals.forEach((total, column) => {
    const sum = table.reduce((so, row) => so + (row[column] as number), 0);
    worst = Math.max(worst, Math.abs(sum - total));
    for (const row of table) row[column] = sum === 0 ? 0 : ((row[column] as number) * total) / sum;
  });
  return worst;
}

/**
 * Rounds each cell down or up so that the margins are met exactly.
 *
 * All cells are rounded down; what is then missing in rows and columns is a flow problem with a unit edge per cell. The
 * fractions themselves solve it, so a whole solution exists (integrality of flows); the largest fractions are tried first,
 * and augmenting paths move earlier choices where that came to a dead end.
 */
function roundToMargins(fitted: number[][], rowTotals: readonly number[], columnTotals: readonly number[]): number[][] {
  const rounded = fitted.map((row) => row.map((value) => Math.floor(value + NEAR)));
  const rowGaps = rowTotals.map((total, at) => total - sumOf(rounded[at] as number[]));
  const columnGaps = columnTotals.map(
    (total, column) => total - rounded.reduce((sum, row) => sum + (row[column] as number), 0),
  );
  const cells = fitted.flatMap((row, at) =>
    row.map((value, column) => ({ at, column, fraction: value - Math.floor(value + NEAR), isOpen: value > 0 })),
  );
  const open = cells.filter((cell) => cell.isOpen).sort((a, b) => b.fraction - a.fraction);
  const raised = fitted.map((row) => row.map(() => false));
  for (const { at, column } of open) {
    if ((rowGaps[at] as number) <= 0 || (columnGaps[column] as number) <= 0) continue;
    (raised[at] as boolean[])[column] = true;
    rowGaps[at] = (rowGaps[at] as number) - 1;
    columnGaps[column] = (columnGaps[column] as number) - 1;
  }
  const isOpen = fitted.map((row) => row.map((value) => value > 0));
  rowGaps.forEach((gap, at) => {
    for (let left = gap; left > 0; left -= 1) raiseOne(at, { raised, isOpen, columnGaps });
  });
  return rounded.map((row, at) => row.map((value, column) => value + (raised[at]?.[column] ? 1 : 0)));
}

interface Rounding {
  /** which cells are rounded up so far */
  readonly raised: boolean[][];
  /** cells that may hold something at all */
  readonly isOpen: readonly (readonly boolean[])[];
  readonly columnGaps: number[];
}

/** Raises one more cell of a row, moving other rows' raised cells to other columns where it must (shortest augmenting path). */
function raiseOne(row: number, { raised, isOpen, columnGaps }: Rounding): void {
  const cameFromRow = new Map<number, number>();
  const cameFromColumn = new Map<number, number>();
  const queue = [row];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (let column = 0; column < columnGaps.length; column += 1) {
      if (cameFromRow.has(column) || raised[at]?.[column] || !isOpen[at]?.[column]) continue;
      cameFromRow.set(column, at);
      if ((columnGaps[column] as number) > 0) {
        columnGaps[column] = (columnGaps[column] as number) - 1;
        walkBack(column, raised, cameFromRow, cameFromColumn);
        return;
      }
      for (let other = 0; other < raised.length; other += 1) {
        if (!raised[other]?.[column] || cameFromColumn.has(other) || other === row) continue;
        cameFromColumn.set(other, column);
        queue.push(other);
      }
    }
  }
  invariant(false, 'a table of fractions with whole margins can be rounded to them');
}

function walkBack(
  last: number,
  raised: boolean[][],
  cameFromRow: ReadonlyMap<number, number>,
  cameFromColumn: ReadonlyMap<number, number>,
): void {
  for (let column: number | undefined = last; column !== undefined; ) {
    const row = cameFromRow.get(column) as number;
    (raised[row] as boolean[])[column] = true;
    column = cameFromColumn.get(row);
    if (column !== undefined) (raised[row] as boolean[])[column] = false;
  }
}

/**
 * Whole numbers in the proportions of the weights that add up to `total`: largest remainders, ties to the earlier one.
 *
 * @throws if there is something to share out and no weight above 0
 */
export function apportion(weights: readonly number[], total: number): number[] {
  const sum = sumOf(weights);
  invariant(total === 0 || sum > 0, 'there is a weight above 0');
  const exact = weights.map((weight) => (sum === 0 ? 0 : (weight * total) / sum));
  const shares = exact.map(Math.floor);
  const left = total - sumOf(shares);
  const byRemainder = exact
    .map((value, at) => ({ at, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.at - b.at);
  for (const { at } of byRemainder.slice(0, left)) shares[at] = (shares[at] as number) + 1;
  return shares;
}

export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
