import type { Action } from './action.js';
import type { Basis } from './decision.js';

/** A record that left the hub, as the ledger keeps it. */
export interface DisclosedRecord {
  /** raw id: for its owner's eyes only */
  readonly id: string;
  readonly version: number;
  /** salted commitment to exactly what was shown, hexadecimal; only where a clause asks for one */
  readonly commitment?: string;
}

/** That an agency received a record: what a correction is told to, and what a data subject is told of. */
export interface Receipt {
  /** of the entry */
  readonly sequence: number;
  readonly at: Date;
  readonly databaseId: number;
  /** raw id */
  readonly recordId: string;
  readonly version: number;
  readonly agency: string;
  readonly person: string;
  readonly purpose: string | null;
  readonly justification: string | null;
  readonly action: Action;
  /** names of the fields that were selected; which of them were shown follows from the clauses */
  readonly fields: readonly string[];
  /** clauses relied on for that database */
  readonly basis: readonly Basis[];
}

/** A head of the ledger's tree with the hub's signature: whoever keeps it can tell later whether the past was changed. */
export interface SignedHead {
  /** entries it covers */
  readonly size: number;
  /** hex */
  readonly root: string;
  readonly at: Date;
  /** fingerprint of the key: first 16 bytes of the SHA-256 of the raw public key, hex */
  readonly key: string;
  /** exactly what was signed */
  readonly text: string;
  /** Ed25519, hex */
  readonly signature: string;
}

/** A key of the hub for tree heads. A new one is introduced by the one before it, so verification has no gap. */
export interface LedgerKey {
  readonly fingerprint: string;
  /** raw Ed25519 public key, hex */
  readonly publicKey: string;
  readonly since: Date;
  /** null: the first one */
  readonly introduction: { readonly text: string; readonly byPrevious: string; readonly byItself: string } | null;
}

export const QUALITY_KINDS = ['CORRECTED', 'DISPUTED', 'ERASED'] as const;
export type QualityKind = (typeof QUALITY_KINDS)[number];

export const QUALITY_REASONS = [
  'WRONG_VALUE',
  'WRONG_IDENTITY',
  'OUTDATED',
  'UNLAWFUL',
  'DISPUTED_BY_SUBJECT',
  'REQUESTED_BY_SUBJECT',
  'RETENTION_ENDED',
] as const;
/** Why a record was corrected, disputed or erased, in words that hold nothing of it. */
export type QualityReason = (typeof QUALITY_REASONS)[number];

export const QUALITY_STATUSES = ['OPEN', 'OVERDUE', 'ATTESTED'] as const;
export type QualityStatus = (typeof QUALITY_STATUSES)[number];

/**
 * What a recipient is told of a record it received: Directive (EU) 2016/680, articles 7(3) and 16(6). It holds no content: the
 * recipient finds its copy by the id it was given.
 */
export interface QualityNotice {
  readonly id: string;
  readonly databaseId: number;
  /** raw id */
  readonly recordId: string;
  readonly kind: QualityKind;
  readonly reason: QualityReason;
  /** versions the recipient received that this is about, ascending */
  readonly versions: readonly number[];
  /** the version that takes their place; null: erased */
  readonly currentVersion: number | null;
  readonly recipient: string;
  readonly owner: string;
  /** for which purposes the recipient received it: its ids differ by purpose */
  readonly purposes: readonly string[];
  readonly issuedAt: Date;
  readonly dueAt: Date;
  readonly status: QualityStatus;
  readonly attestation: { readonly person: string; readonly statement: string; readonly at: Date } | null;
}
