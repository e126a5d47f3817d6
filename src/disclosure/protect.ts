import type { ZeroPolicy } from '../domain/clause.js';
import type { Scalar } from '../domain/record-type.js';

/** What binds a cell: the strictest minimum and zero policy among all clauses of the databases it spans. */
export interface CellRule {
  /** in records; null = no clause demands a minimum */
  readonly countMin: number | null;
  readonly zeroPolicy: ZeroPolicy;
}

/** One group of records with what the caller could know of it otherwise. All counts in records, `count >= unknown >= unread >= 0`. */
export interface CountCell extends CellRule {
  /** one entry per dimension; no two cells have the same */
  readonly key: readonly (Scalar | null)[];
  readonly count: number;
  /** one entry per measure; null where no record has a value */
  readonly sums: readonly (number | null)[];
  /** records the caller neither owns nor may READ at all */
  readonly unread: number;
  /** records the caller neither owns nor may READ with every touched field at the step used or finer */
  readonly unknown: number;
}

/** One group as released. Suppressed: count and sums are null, and nothing tells why. */
export interface SafeCell {
  readonly key: readonly (Scalar | null)[];
  readonly count: number | null;
  readonly sums: readonly (number | null)[];
  readonly suppressed: boolean;
}

export interface SafeTable {
  readonly cells: readonly SafeCell[];
  /** records in all groups; null where it would give a suppressed cell away */
  readonly total: number | null;
  /** of the cells listed */
  readonly suppressedCells: number;
}

/**
 * Makes a table of counts safe to release (design 5.8).
 *
 * A cell is shown if no minimum binds it; or if the caller knows every record of it anyway and the zero policy is SHOW;
 * or if at least `countMin` of its records are hidden from the caller otherwise. The rest is suppressed, and with any of
 * it the total, so that no subtraction tells a suppressed count. Under SUPPRESS a group of nothing but unknown records is
 * left out, as an empty one is: listed as suppressed it would say that it is not empty.
 *
 * @param cells one per group that has records; no margins
 * @param rule  what binds the total: the strictest of everything the table spans, whether or not it has a record in it
 * @returns the cells in the order given
 * @throws never; an empty table is safe
 */
export function protect(cells: readonly CountCell[], rule: CellRule): SafeTable {
  const released = cells.filter((cell) => isShown(cell) || isListedSuppressed(cell)).map(release);
  const suppressedCells = released.filter((cell) => cell.suppressed).length;
  return { cells: released, total: totalOf(cells, rule), suppressedCells };
}

function totalOf(cells: readonly CountCell[], rule: CellRule): number | null {
  // INVARIANT (no complement): with one number missing from a column, its sum is that number.
  if (!cells.every(isShown)) return null;
  // Under SUPPRESS a total says that no group was left out: that every group not listed is empty.
  if (rule.countMin !== null && rule.zeroPolicy === 'SUPPRESS') return null;
  const sumOf = (count: (cell: CountCell) => number): number => cells.reduce((sum, cell) => sum + count(cell), 0);
  const count = sumOf((cell) => cell.count);
  const hidden = { unread: sumOf((cell) => cell.unread), unknown: sumOf((cell) => cell.unknown) };
  return isShown({ ...rule, ...hidden }) ? count : null;
}

function isShown({ countMin, zeroPolicy, unread, unknown }: Omit<CountCell, 'key' | 'count' | 'sums'>): boolean {
  if (countMin === null) return true;
  // Under SUPPRESS what is known to the last record is suppressed too: shown, it would say that no unknown one is in it.
  if (unknown === 0) return zeroPolicy === 'SHOW';
  return unread >= countMin;
}

/** Of a suppressed cell: does the caller know a record of it, so that listing it tells nothing? Under SHOW all are listed. */
function isListedSuppressed({ zeroPolicy, count, unknown }: CountCell): boolean {
  return zeroPolicy === 'SHOW' || count > unknown;
}

function release(cell: CountCell): SafeCell {
  const { key, count, sums } = cell;
  if (isShown(cell)) return { key, count, sums, suppressed: false };
  return { key, count: null, sums: sums.map(() => null), suppressed: true };
}
