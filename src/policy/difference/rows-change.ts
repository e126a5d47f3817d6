import type { Clause } from '../../domain/clause.js';
import type { ChangeEffect } from '../../domain/difference.js';
import type { Predicate } from '../../domain/predicate.js';
import type { RecordType } from '../../domain/record-type.js';
import { bindPredicate } from '../bind-predicate.js';
import { implies, impliesUnlessFalse } from './implies.js';
import { isSame } from './same.js';

type Rows = Pick<Clause, 'rows'>;

/** What a changed condition of a permission does to the rows it shows. */
export function rowsAgainst(before: Rows, after: Rows, recordType: RecordType | undefined): ChangeEffect | 'SAME' {
  if (isSame(before.rows, after.rows)) return 'SAME';
  if (!areRowsWithin(after, before, recordType)) return 'WIDER';
  return areRowsWithin(before, after, recordType) ? 'NEUTRAL' : 'NARROWER';
}

/** Does a permission with the inner condition show only rows that one with the outer condition shows? False if not certain. */
export function areRowsWithin(inner: Rows, outer: Rows, recordType: RecordType | undefined): boolean {
  if (outer.rows === undefined || isSame(inner.rows, outer.rows)) return true;
  if (recordType === undefined) return false;
  // A condition that does not fit the type shows nothing.
  const [within, around] = [bound(inner, recordType), bound(outer, recordType)];
  if (within === null) return true;
  return within !== undefined && around !== null && around !== undefined && implies(within, around, recordType);
}

/** Does a prohibition with the outer condition bind every row that one with the inner condition binds? False if not certain. */
export function areBarredRowsWithin(inner: Rows, outer: Rows, recordType: RecordType | undefined): boolean {
  if (outer.rows === undefined || isSame(inner.rows, outer.rows)) return true;
  if (recordType === undefined) return false;
  // A condition that does not fit the type binds every row.
  const [within, around] = [bound(inner, recordType), bound(outer, recordType)];
  if (around === null || around === undefined) return true;
  return within !== null && within !== undefined && impliesUnlessFalse(within, around, recordType);
}

function bound({ rows }: Rows, recordType: RecordType): Predicate | null | undefined {
  return rows === undefined ? undefined : bindPredicate(rows, recordType);
}
