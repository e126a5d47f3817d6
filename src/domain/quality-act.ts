import type { Basis } from './decision.js';
import type { Erasure, NoticeRecord, QualityKind, QualityReason } from './evidence.js';
import type { RECORD_STATUSES, RecordType, Value } from './record-type.js';
import type { SharedDatabase } from './registry.js';

/** What a record holds: its own fields, and what its owner says about it, both by SDL name. */
export interface RecordContent {
  readonly fields: Readonly<Record<string, Value>>;
  /** handlingCode, dataSubjectCategory, retainUntil, reviewDueAt */
  readonly envelope: Readonly<Record<string, Value>>;
}

/** A record as it stands in its database: for its owner's acts, never for an answer. */
export interface StoredRecord {
  /** raw id */
  readonly id: string;
  readonly version: number;
  readonly status: (typeof RECORD_STATUSES)[number];
  readonly content: RecordContent;
}

/** A record in the version an act means. */
export type VersionedId = Pick<StoredRecord, 'id' | 'version'>;

/** Where an act takes place. */
export interface RecordPlace {
  readonly database: SharedDatabase;
  readonly recordType: RecordType;
}

/** One act on the quality of records, decided and not yet done. */
export interface QualityAct extends RecordPlace {
  readonly kind: QualityKind;
  readonly reason: QualityReason;
  /** for the owner alone, and kept no longer than the record: of an erasure it is not kept at all */
  readonly note: string | null;
  readonly person: string;
  readonly dueAt: Date;
  readonly records: readonly VersionedId[];
  /** what is different from now on; a correction's alone */
  readonly changes: RecordContent;
  /** erased already by an act that a restored backup does not know, and not in the database: only their tombstones are put back */
  readonly gone?: readonly Erasure[];
}

/** What one recipient will be told of an act. */
export interface NoticeDraft {
  readonly recipient: string;
  readonly records: readonly NoticeRecord[];
}

/** What one agency received of one record: all answers of one version, purpose and set of clauses taken together. */
export interface Received {
  /** raw id */
  readonly recordId: string;
  readonly version: number;
  readonly agency: string;
  readonly purpose: string | null;
  /** clauses relied on for that database */
  readonly basis: readonly Basis[];
  /** names of the fields that were selected; which of them were shown follows from the clauses */
  readonly fields: readonly string[];
}

/** An act that was done, and everything others received of what it replaced. */
export interface ReceivedOfAct {
  readonly kind: QualityKind;
  readonly owner: string;
  /** name */
  readonly recordType: string;
  /** names of the fields and of the envelope inputs that a correction changed */
  readonly changed: readonly string[];
  /** raw id → the version that was replaced */
  readonly replaced: ReadonlyMap<string, number>;
  readonly received: readonly Received[];
}
