/** Correction, dispute and erasure of records, and who is told of them. */
import type { Erasure, NoticeRecord, QualityAttestation, QualityNotice, QualityStatus } from '../../domain/evidence.js';
import type { LedgerEntry } from '../../domain/ledger.js';
import type {
  NoticeDraft,
  QualityAct,
  ReceivedOfAct,
  RecordPlace,
  StoredRecord,
  VersionedId,
} from '../../domain/quality-act.js';
import type { Value } from '../../domain/record-type.js';

/** Acts on the quality of records, what they left behind, and who was told. All @throw HubError SOURCE_UNAVAILABLE. */
export interface Corrections {
  /** The record of this raw id or key; undefined if the database has none, or had one. */
  find(
    place: RecordPlace,
    by: { readonly id: string } | { readonly key: Readonly<Record<string, Value>> },
  ): Promise<StoredRecord | undefined>;
  /**
   * Does an act as a whole, with its ledger entry, or not at all. Its recipients are not told yet: it is among `untold` from its
   * commit on. `STALE`: a record is not, or no longer, in the version given; nothing was done.
   * @throws HubError LEDGER_UNAVAILABLE if the entry cannot be written; an erasure that is in safekeeping by then is done later
   */
  apply(act: QualityAct, entry: LedgerEntry): Promise<QualityActDone | 'STALE'>;
  /** Acts whose recipients are to be told, or told more, the oldest first: numbers greater than `after`. */
  untold(limit: number, after?: number): Promise<readonly number[]>;
  /**
   * Tells whoever received what an act replaced, by the ledger's index as it stands, what they were not told of it yet. Whoever
   * else does the same at the same time tells nothing twice. `LATER`: the index does not reach the act's entry.
   */
  tell(act: number, draftsOf: (of: ReceivedOfAct) => readonly NoticeDraft[]): Promise<'TOLD' | 'LATER'>;
  /** Raw ids of the records that have or had this key: live, or erased. `key`: values as `readKey` (records/) gives them. */
  recordIdsOf(databaseId: number, key: Readonly<Record<string, Value>>): Promise<readonly string[]>;
  /** What stood in a record in a version that an act replaced; undefined: nothing is kept, or it was erased. */
  contentOf(databaseId: number, recordId: string, version: number): Promise<QualityAct['changes'] | undefined>;
  /** Newest first. */
  notices(page: QualityNoticePage): Promise<readonly QualityNotice[]>;
  /** Those of one act, by recipient. */
  noticesOfAct(act: number): Promise<readonly QualityNotice[]>;
  /** By raw id, those greater than `after` only. */
  noticeRecords(
    notice: string,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<readonly NoticeRecord[]>;
  /** With its ledger entry; false if it is attested already (then nothing is written). */
  attest(
    attestation: Pick<QualityAttestation, 'person' | 'statement' | 'outcome'> & {
      readonly notice: number;
      readonly agency: string;
    },
    entry: LedgerEntry,
  ): Promise<boolean>;
  /** Records whose `retainUntil` has passed, the oldest first. */
  expired(place: RecordPlace, limit: number): Promise<readonly VersionedId[]>;
  /** Hosted databases of this agency with records whose `reviewDueAt` has passed. */
  reviewsDue(agency: string): Promise<readonly ReviewsDue[]>;
  /** Erasures kept outside of the database that it knows nothing of: it is older than they are. */
  erasuresToReplay(): Promise<readonly ErasuresToReplay[]>;
}

export interface QualityActDone {
  /** number of the act */
  readonly act: number;
  readonly sequence: number;
}

export interface QualityNoticePage {
  readonly agency: string;
  /** to this agency, or about its own databases */
  readonly role: 'RECEIVED' | 'ISSUED';
  readonly limit: number;
  readonly status?: QualityStatus;
  readonly id?: string;
  /** numbers smaller than this one only */
  readonly below?: number;
}

export interface ReviewsDue {
  /** code */
  readonly database: string;
  readonly records: number;
  /** since when the first of them is due */
  readonly since: Date;
}

export interface ErasuresToReplay {
  readonly databaseId: number;
  /** records that are there again */
  readonly live: readonly (VersionedId & Pick<Erasure, 'reason'>)[];
  /** records that came after this state of the database: only their keys must not come back */
  readonly gone: readonly Erasure[];
}
