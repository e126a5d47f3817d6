import type { Action } from './action.js';
import type { Predicate } from './predicate.js';

export interface OrderTerm {
  readonly field: string;
  readonly direction: 'ASC' | 'DESC';
}

/** What is asked of whom for what: the part of a request that a decision needs. */
export interface Ask {
  readonly agency: string;
  readonly action: Action;
  readonly purpose: string;
  readonly justification?: string;
  readonly recordType: string;
  /**
   * Set where an owner looks at its own data through a recipient's eyes: `agency` is the recipient, this is the owner. Only
   * databases of this owner are answered, read in the owner's name, and no quota is charged.
   */
  readonly viewedBy?: string;
  /** codes; absent = all of the type */
  readonly databases?: readonly string[];
}

/** The agency that really asks: in its name records are read, and for it ids and cursors are made. */
export function callerOf(ask: Pick<Ask, 'agency' | 'viewedBy'>): string {
  return ask.viewedBy ?? ask.agency;
}

export const PAGE_SIZE_DEFAULT = 50;
export const PAGE_SIZE_MAX = 1_000;

/** A page of records. `where` and `orderBy` touch fields; `fields` are only selected. */
export interface ReadAsk extends Ask {
  readonly action: 'READ';
  /** SDL names of the fields to select, each once */
  readonly fields: readonly string[];
  readonly where?: Predicate;
  /** empty = the default order: shown occurred-at, newest first, rows that do not show it last */
  readonly orderBy: readonly OrderTerm[];
  readonly page: Page;
}

/** Keyset paging, forwards (`first`, `after`) or backwards (`last`, `before`). The cursor is opened already. */
export interface Page {
  readonly direction: 'FORWARD' | 'BACKWARD';
  /** rows, 0 … PAGE_SIZE_MAX */
  readonly size: number;
  readonly cursor?: Cursor;
}

/** Where a page begins: shown order values of one row and its raw id, in the order of the terms. */
export interface Cursor {
  readonly values: readonly (string | number | boolean | null)[];
  readonly id: string;
}

/** One record by id: the id is decrypted already. */
export interface RecordAsk extends Ask {
  readonly action: 'READ';
  readonly fields: readonly string[];
  readonly databaseId: number;
  readonly id: string;
}

/** A dimension of statistics: the database, a field as it is, or a field at a step of its ladder. */
export type Dimension =
  | { readonly kind: 'database' }
  | { readonly kind: 'field'; readonly field: string; readonly step?: string };

export interface AggregateAsk extends Ask {
  readonly action: 'AGGREGATE';
  readonly where?: Predicate;
  readonly groupBy: readonly Dimension[];
  /** measures to sum, each once */
  readonly sums: readonly string[];
}

export const DIMENSIONS_MAX = 4;
/** cells in one statistics answer; more is LIMIT_EXCEEDED, never a silently cut table */
export const CELLS_MAX = 20_000;
