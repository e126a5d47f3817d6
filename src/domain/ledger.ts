import type { Action } from './action.js';
import type { SourceOutcome } from './decision.js';
import type { ErrorCode } from './errors.js';
import type { DisclosedRecord } from './evidence.js';
import type { ReasonCode } from './reasons.js';

/** What one request asked of one database and got: counts, fields and clauses. Never a field value. */
export interface LedgerLine {
  readonly database: string;
  /** agency whose database it is, and which may read this line; null: in entries of before lines could be read by owners */
  readonly owner: string | null;
  readonly outcome: SourceOutcome;
  readonly reason: ReasonCode | null;
  /** clauses relied on: `AGR-2024-002 v1 art. 3.1` as parts */
  readonly basis: readonly { readonly agreement: string; readonly version: number; readonly article: string }[];
  /** records disclosed; null = counted into cells: how many would tell the requester what a small cell hides */
  readonly records: number | null;
  /** the records that were served, for their owner's eyes only; absent = none, or in an entry read by others than the owner */
  readonly disclosed?: readonly DisclosedRecord[];
}

/** One ask within a request (a document may hold several root fields). */
export interface LedgerAsk {
  readonly action: Action;
  readonly recordType: string;
  readonly selectedFields: readonly string[];
  readonly touchedFields: readonly string[];
  readonly lines: readonly LedgerLine[];
  /** the agency through whose eyes an owner looked at its own records; absent = the asking agency's own */
  readonly viewAs?: string;
}

/**
 * One authenticated request: LED art. 25 (consultation, disclosure, alteration …). Exactly one entry each, refusals and
 * failures included. The ledger adds `sequence` and `at`. No record values, ever.
 */
export interface LedgerEntry {
  /** random, unique: a retry after a commit in doubt is recognised by it */
  readonly requestId: string;
  readonly agency: string | null;
  readonly person: string;
  /** through which client; absent = its token does not say */
  readonly client?: string;
  readonly roles: readonly string[];
  readonly purpose: string | null;
  readonly regime: string | null;
  readonly justification: string | null;
  /** READ, AGGREGATE … for asks; else the name of the operation, such as `suspendAgreement`, `import`, `ledger` */
  readonly action: string;
  readonly operation: { readonly name: string | null; readonly hash: string | null };
  readonly outcome: 'ANSWERED' | 'REFUSED' | 'FAILED';
  readonly errorCode: ErrorCode | string | null;
  readonly asks: readonly LedgerAsk[];
  /** what else an auditor needs: reference and act of a change, counts and hash of an import; no record values */
  readonly subject: Readonly<Record<string, string | number | boolean | null>>;
  readonly durationMs: number;
}

/** An entry as stored: what `ledger` lists and `besa audit verify` checks. */
export interface StoredEntry {
  readonly sequence: number;
  readonly at: Date;
  readonly entry: LedgerEntry;
}
