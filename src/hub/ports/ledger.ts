/** What is read out of the ledger: proofs, views, and what opens its commitments. */
import type { Peaks } from '../../audit/merkle-tree.js';
import type { CommitmentOpening, Receipt } from '../../domain/evidence.js';
import type { LedgerCell, LedgerDimension, LedgerFilter, SeenEntry, VisibleEntry } from '../../domain/ledger-view.js';

/**
 * The tree over the ledger's entries, and proofs out of it: hashes in hexadecimal, nearest first. `size` counts entries.
 * All @throw RangeError for what no tree of that size has, HubError LEDGER_UNAVAILABLE if it cannot be read.
 */
export interface LedgerTree {
  size(): Promise<number>;
  /** the tree as an append left it; undefined if none ended at exactly this size */
  peaksAt(size: number): Promise<Peaks | undefined>;
  /** that entry `sequence` (from 1) is in the tree of `size` entries */
  inclusion(sequence: number, size: number): Promise<readonly string[]>;
  /** that the tree of `to` entries begins with the one of `from` */
  consistency(from: number, to: number): Promise<readonly string[]>;
  /** Stores the inner nodes of what was appended. Proofs do it themselves; done before, they need not wait for it. */
  fill(): Promise<void>;
}

/** What opens the commitments in the ledger, kept where it can be forgotten. */
export interface CommitmentOpenings {
  /** 32 hex digits, fresh at each call */
  newSalt(): string;
  /**
   * Durable at the latest with the next entry of the ledger. Of a record that was erased meanwhile nothing is kept.
   * @throws HubError LEDGER_UNAVAILABLE if they cannot be kept: then nothing may be answered
   */
  keep(openings: readonly CommitmentOpening[]): Promise<void>;
  /** Those of them that are still known, in no order. @throws HubError SOURCE_UNAVAILABLE */
  of(commitments: readonly Omit<CommitmentOpening, 'salt'>[]): Promise<readonly CommitmentOpening[]>;
}

/**
 * The ledger as each agency may read it, from an index beside the entries. Whatever is asked is answered as of the newest entry
 * there was when it was asked, unless it says otherwise. All @throw HubError SOURCE_UNAVAILABLE.
 */
export interface LedgerViews {
  /**
   * Brings the index up to the newest entry there is now. `onProgress` is told how far it came.
   * @returns the sequence it reaches; less if `signal` ended it
   */
  index(signal?: AbortSignal, onProgress?: (indexed: number) => void): Promise<number>;
  /** Empties the index: `index` fills it again. Reads wait for that. */
  reset(): Promise<void>;
  list(viewer: string, filter: LedgerFilter, page: LedgerViewPage): Promise<readonly SeenEntry[]>;
  /** As `list`, with proofs; as of the last `index`. */
  proven(viewer: string, filter: LedgerFilter, page: LedgerViewPage): Promise<readonly VisibleEntry[]>;
  /** Cells without an entry are absent. @throws HubError LIMIT_EXCEEDED above LEDGER_CELLS_MAX of them */
  statistics(viewer: string, filter: LedgerFilter, groupBy: readonly LedgerDimension[]): Promise<readonly LedgerCell[]>;
  /** Who received these records, the newest first; within an entry in one order. Its owner's own reads are receipts too. */
  receiptsOf(ask: ReceiptAsk): Promise<readonly Receipt[]>;
  /** How many entries, of those the index has passed, nobody can read: they are in no list, and their recipients are not known. */
  unreadable(): Promise<number>;
  /** Entries of before this instant are in archives, and in no list; null = all are here. */
  archivedBefore(): Promise<Date | null>;
}

/** Sequences further on go into the filter. */
export interface LedgerViewPage {
  readonly order: 'NEWEST_FIRST' | 'OLDEST_FIRST';
  readonly limit: number;
}

export interface ReceiptAsk {
  readonly databaseId: number;
  /** raw ids */
  readonly recordIds: readonly string[];
  /** absent = all of them */
  readonly versions?: readonly number[];
  /** of entries up to this one only */
  readonly upToSequence?: number;
  /** absent = all of them */
  readonly limit?: number;
}
