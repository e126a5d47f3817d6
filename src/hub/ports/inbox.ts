/** What jobs and inboxes need from outside: part of `ports.ts`, which is all that adapters see. */
import type { InboxNotice } from '../../domain/inbox.js';
import type { StoredJob } from '../../domain/job.js';
import type { LedgerEntry } from '../../domain/ledger.js';
import type { Notice, NoticeKind } from '../../domain/notice.js';

/** Whose turn at a job it is, and what its last run came to. */
export interface JobStore {
  /**
   * A turn at the job: nobody else has one until it is finished, or its process is gone or stands still. Undefined: another
   * process is at it, or its last run was good and began less than `unlessWithinMs` milliseconds ago.
   * @throws HubError SOURCE_UNAVAILABLE
   */
  begin(name: string, unlessWithinMs?: number): Promise<JobTurn | undefined>;
  /** The last run of each job, by name. @throws HubError SOURCE_UNAVAILABLE */
  list(): Promise<readonly StoredJob[]>;
}

export interface JobTurn {
  /** this process stood still, or its connection broke: another one may be at the job */
  readonly lost: AbortSignal;
  /** Writes what the run came to and gives the turn back. False: it was lost, and nothing was written. Never throws. */
  finish(result: { readonly counts?: Readonly<Record<string, number>>; readonly errorCode?: string }): Promise<boolean>;
}

/** Notices as they were told to each agency. All @throw HubError SOURCE_UNAVAILABLE. */
export interface Inbox {
  /** Adds those whose key is not there yet, in the order given. @returns how many were added */
  post(agency: string, notices: readonly Notice[]): Promise<number>;
  /** Notices of one agency, by id. */
  list(agency: string, page: InboxPage): Promise<readonly InboxNotice[]>;
  standing(agency: string): Promise<InboxStanding>;
  /** The greatest id of each of these agencies' notices; an agency that has none is absent. */
  lastIds(agencies: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** With its ledger entry; false if it was read that far already (then nothing is written). */
  markRead(mark: InboxMark, entry: LedgerEntry): Promise<boolean>;
  /**
   * Calls `listener` soon after a notice was posted, or an act on an agreement was recorded, by whichever process; also
   * without need. A sign may be lost: whoever must not miss anything looks by itself too.
   * @returns ends it
   */
  listen(sign: 'NOTICE' | 'ACT', listener: () => void): () => void;
}

export interface InboxPage {
  readonly order: 'NEWEST_FIRST' | 'OLDEST_FIRST';
  readonly limit: number;
  /** ids greater than this one only */
  readonly above?: number;
  /** ids smaller than this one only */
  readonly below?: number;
  /** absent: all of them */
  readonly kinds?: readonly NoticeKind[];
}

/** Where an agency's inbox stands. 0: none, nothing. */
export interface InboxStanding {
  /** the greatest id */
  readonly last: number;
  /** up to which id it was read */
  readonly readUpTo: number;
}

export interface InboxMark {
  readonly agency: string;
  /** id of a notice of this agency */
  readonly upTo: number;
  /** the person who says so */
  readonly by: string;
}
