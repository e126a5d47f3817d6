import type { Action } from './action.js';
import type { Basis } from './decision.js';

/** A record that left the hub, as the ledger keeps it. */
export interface DisclosedRecord {
  /** raw id: for its owner's eyes only */
  readonly id: string;
  readonly version: number;
  /** salted commitment to exactly what was shown, hexadecimal; only where a clause asks for one */
  readonly commitment?: string;
  /** what opens it, for its owner's eyes only: looked up when an entry is read, and in no entry; absent: there is none, or none any more */
  readonly opening?: string;
}

/** What opens one commitment. Kept outside of the ledger: when a record is erased its openings are, and the commitment is noise. */
export interface CommitmentOpening {
  readonly databaseId: number;
  /** raw id */
  readonly recordId: string;
  /** 64 hex digits, as in the ledger */
  readonly commitment: string;
  /** 32 hex digits */
  readonly salt: string;
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
  /** null, as is the justification: they are in the archive of the entry's month */
  readonly person: string | null;
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

/** The hub's signature under an export: a line that is dropped from it is found. */
export interface ExportSeal {
  /** SHA-256 over the bytes it stands under, hex */
  readonly digest: string;
  /** fingerprint of the key */
  readonly key: string;
  /** raw Ed25519 public key, hex */
  readonly publicKey: string;
  /** exactly what was signed */
  readonly text: string;
  /** Ed25519, hex */
  readonly signature: string;
}

/** That a record was erased, told outside the database too: a backup from before it erases it again before it serves. */
export interface Erasure {
  readonly databaseId: number;
  /** raw id */
  readonly recordId: string;
  readonly at: Date;
  /** the last one it had */
  readonly version: number;
  /** keyed hash of its key, hex: the same record is not taken back */
  readonly keyHash: string;
  readonly reason: QualityReason;
}

/** A head that was witnessed and that the stored ledger does not grow out of: it is older, or another one. */
export interface Contradiction {
  /** name of the file in safekeeping */
  readonly file: string;
  /** as witnessed */
  readonly size: number;
  readonly root: string;
  readonly at: Date;
  /** entries the ledger has now */
  readonly treeSize: number;
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

export const QUALITY_OUTCOMES = ['CORRECTED', 'ERASED', 'NOT_HELD'] as const;
/** What a recipient did with its copy. */
export type QualityOutcome = (typeof QUALITY_OUTCOMES)[number];

/**
 * What a recipient is told of records it received: Directive (EU) 2016/680, articles 7(3) and 16(6). It holds no content: the
 * recipient finds its copies by the ids it was given. One act is one notice to each recipient, however many records it is about; one
 * more, if the ledger has it later that it received more of them.
 */
export interface QualityNotice {
  readonly id: string;
  /** places notices in the order of their issue */
  readonly number: number;
  readonly databaseId: number;
  readonly kind: QualityKind;
  readonly reason: QualityReason;
  /** what the owner noted of the act, for itself alone; null: nothing, or the record was erased */
  readonly note: string | null;
  readonly recipient: string;
  readonly owner: string;
  readonly issuedAt: Date;
  readonly dueAt: Date;
  readonly status: QualityStatus;
  readonly recordCount: number;
  readonly attestation: QualityAttestation | null;
}

export interface QualityAttestation {
  readonly person: string;
  readonly statement: string;
  readonly outcome: QualityOutcome;
  readonly at: Date;
}

/** One record of a notice. */
export interface NoticeRecord {
  /** raw id */
  readonly recordId: string;
  /** versions the recipient received that this is about, ascending */
  readonly versions: readonly number[];
  /** the version that takes their place; null: erased */
  readonly currentVersion: number | null;
  /** for which purposes the recipient received it: its ids differ by purpose */
  readonly purposes: readonly string[];
  /** names of the fields the recipient was shown for certain and that are concerned; empty: which ones cannot be told */
  readonly fields: readonly string[];
  /** references of the agreements it received it under */
  readonly agreements: readonly string[];
}
