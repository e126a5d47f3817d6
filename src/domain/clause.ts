import type { Action } from './action.js';
import type { Predicate } from './predicate.js';
import type { HandlingCode, Sensitivity } from './record-type.js';
import type { Treatment } from './treatment.js';

export const ZERO_POLICIES = ['SHOW', 'SUPPRESS'] as const;
/** What is done with cells without unknown rows: SHOW (default; an absent group means 0) or SUPPRESS. */
export type ZeroPolicy = (typeof ZERO_POLICIES)[number];

export const EVIDENCE = ['VALUES'] as const;
/** What the ledger keeps of the values that were shown: VALUES, a salted commitment to exactly these. */
export type Evidence = (typeof EVIDENCE)[number];

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

export const QUOTA_UNITS = ['values', 'requests', 'records', 'subjects'] as const;
/**
 * What a quota counts: values asked for in matches, requests, records that may be disclosed, or different records disclosed
 * (each once in a period, however often it is read).
 */
export type QuotaUnit = (typeof QUOTA_UNITS)[number];

/** At most so many in a calendar day or month of the agreement's time zone, per recipient agency and direction. At least one unit. */
export type Quota = { readonly [unit in QuotaUnit]?: number } & { readonly per: 'day' | 'month' };

/**
 * What the recipient owes in return: a task that is attested. `within` (ISO 8601 duration) after the clause begins to hold;
 * `every`: again after each such duration. Neither: it is owed once, with no date.
 */
export type ClauseDuty = string | { readonly duty: string; readonly within?: string; readonly every?: string };

/**
 * What a permission demands beside parties, purpose, action and time. Each may only narrow. The form is that of the agreement
 * file: what stands here is what is signed.
 */
export interface Constraints {
  /** smallest count of records in a statistics cell that may be told; absent = no minimum */
  readonly countMin?: number;
  readonly zeroPolicy?: ZeroPolicy;
  /** `pattern`: a mask such as `AA-999999`, see `policy/constraints/justification.ts` */
  readonly justification?: 'REQUIRED' | { readonly pattern: string };
  /** legal regime that the purpose must have in the exchange standard */
  readonly regime?: string;
  /** local dates in the agreement's time zone, half-open, within the agreement's own */
  readonly from?: string;
  readonly until?: string;
  /** local hours in the agreement's time zone, half-open: `06:00-22:00`; `22:00-06:00` spans midnight */
  readonly hours?: string;
  /** ISO 8601 duration: only records that occurred no longer ago, by the database's clock */
  readonly recordAgeMax?: string;
  /** only records about data subjects of these categories; records without a category are not shown */
  readonly dataSubjectCategories?: readonly string[];
  /** rows with one of these codes are visible too; H2 and H3 rows are not, unless named */
  readonly handlingCodes?: readonly HandlingCode[];
  readonly quota?: Quota;
  /** rows in one answer */
  readonly rowsMax?: number;
  /** ISO 8601 duration: how long the recipient may keep what it received; stated in `disclosure` */
  readonly retainFor?: string;
  /** how often the recipient may hand it on; stated in `disclosure` */
  readonly onwardDepth?: number;
  readonly duties?: readonly ClauseDuty[];
  /** the ledger keeps a commitment to what was shown of each record, which its owner can open later */
  readonly evidence?: Evidence;
}
