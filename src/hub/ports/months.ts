/** Ports of the ledger's months and of who was turned away at the door; part of `ports.ts`, which adapters import. */
import type { TurnedAway, TurnedAwayReason } from '../../domain/turned-away.js';

/** The ledger in months: those to come, and those that left the database by rule. */
export interface LedgerArchive {
  /** Makes the partitions of this month and of so many after it. `missing`: months that have none all the same. */
  makeMonths(ahead: number): Promise<{ readonly made: number; readonly missing: number }>;
  /**
   * Archives the months that the operator's rule lets go, oldest first, and takes their bodies out of the database. Broken off
   * at any point, it goes on where it was. Without a rule it does nothing.
   */
  archiveByRule(signal: AbortSignal): Promise<{ readonly months: number; readonly entries: number }>;
  /** What is in archives; undefined: nothing is. */
  extent(): Promise<ArchiveExtent | undefined>;
}

/** A month of the ledger in its file. */
export interface ArchivedMonth {
  /** `2024-01` */
  readonly month: string;
  /** sequences */
  readonly first: number;
  readonly last: number;
  /** name inside the folder */
  readonly file: string;
  /** hexadecimal */
  readonly sha256: string;
}

export interface ArchiveProgress {
  readonly month: string;
  readonly step: 'WRITING' | 'CHECKING' | 'REMOVING';
  /** entries */
  readonly done: number;
  readonly total: number;
}

export interface ArchiveExtent {
  /** entries up to this one are archived */
  readonly upToSequence: number;
  /** entries of before this instant are, but for those made while the clock had been set back */
  readonly before: Date;
}

/** Requests that authentication turned away: counted, for the ledger holds the others only. All @throw HubError SOURCE_UNAVAILABLE. */
export interface TurnedAwayCounts {
  add(counts: readonly TurnedAwayCount[]): Promise<void>;
  /** newest minute first, then by source and reason */
  list(page: TurnedAwayPage): Promise<readonly TurnedAway[]>;
  /** @returns how many counts are gone */
  forget(olderThanDays: number): Promise<number>;
}

export interface TurnedAwayCount {
  readonly source: string;
  readonly reason: TurnedAwayReason;
  readonly count: number;
  /** how long ago the first of them came */
  readonly ageMs: number;
}

export interface TurnedAwayPage {
  readonly limit: number;
  /** minutes that begin then or later */
  readonly from?: Date;
  /** minutes that begin earlier */
  readonly until?: Date;
  readonly after?: Omit<TurnedAway, 'count'>;
}
