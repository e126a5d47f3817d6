import type { Action } from './action.js';
import type { Predicate } from './predicate.js';
import type { HandlingCode, Sensitivity } from './record-type.js';
import type { Treatment } from './treatment.js';

export const ZERO_POLICIES = ['SHOW', 'SUPPRESS'] as const;
/** What is done with cells without unknown rows: SHOW (default; an absent group means 0) or SUPPRESS. */
export type ZeroPolicy = (typeof ZERO_POLICIES)[number];

/** All databases of a record type that the assigner owns, or one of them. */
export type ClauseScope =
  | { readonly kind: 'RecordType'; readonly recordType: string }
  | { readonly kind: 'Database'; readonly database: string };

interface ClauseCommon {
  /** article number in the agreement, e.g. `3.1`; unique in one version */
  readonly article: string;
  /** an agency, or a partner: then those of its agencies that are parties to the agreement */
  readonly assigner: string;
  readonly assignee: string;
  /** holds in the other direction too, assigner and assignee exchanged */
  readonly mutual: boolean;
  readonly scope: ClauseScope;
  /** condition over raw values; absent = every row */
  readonly rows?: Predicate;
}

/** A permission is a unit: rows × fields × treatment × purpose × time. */
export interface Permission extends ClauseCommon {
  readonly kind: 'PERMISSION';
  readonly action: Action;
  readonly purposes: readonly string[];
  /** treatment per field named; absent = the clause lists no fields at all, and shows REFERENCE fields CLEAR */
  readonly fields?: Readonly<Record<string, Treatment>>;
  readonly constraints: Constraints;
}

/**
 * A prohibition withholds. With fields (by name or sensitivity) it withholds those; without, it makes the rows invisible.
 * Without action or purposes it speaks of all of them. It applies on rows where its predicate is TRUE *or unknown*.
 */
export interface Prohibition extends ClauseCommon {
  readonly kind: 'PROHIBITION';
  readonly action?: Action;
  readonly purposes: readonly string[];
  readonly fields?: readonly string[];
  readonly sensitivity?: readonly Sensitivity[];
}

export type Clause = Permission | Prohibition;

/** What a permission demands beside parties, purpose, action and time. Each may only narrow. */
export interface Constraints {
  /** smallest count of records in a statistics cell that may be told; absent = no minimum */
  readonly countMin?: number;
  readonly zeroPolicy?: ZeroPolicy;
  readonly justification?: 'REQUIRED';
  /** rows with one of these codes are visible too; H2 and H3 rows are not, unless named */
  readonly handlingCodes?: readonly HandlingCode[];
  // Not enforced yet: a permission that carries one of these loads and verifies, and denies (policy/constraints/).
  readonly quota?: { readonly values: number; readonly per: 'day' | 'month' };
  readonly rowsMax?: number;
  readonly recordAgeMax?: string;
  readonly hours?: string;
  readonly retainFor?: string;
  readonly onwardDepth?: number;
  readonly duties?: readonly string[];
}
