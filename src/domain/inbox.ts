import type { NoticeKind } from './notice.js';

/** A notice as an agency was told it: stored, numbered, and never changed. Holds nothing of a record. */
export interface InboxNotice {
  /** counts from 1 for each agency, without a gap, in the order of telling */
  readonly id: number;
  readonly key: string;
  readonly kind: NoticeKind;
  /** since when there is something to tell */
  readonly at: Date;
  /** when what it tells of happens, or must be done */
  readonly dueAt: Date | null;
  /** what the agreement is called towards the agency; null: it is about none */
  readonly agreement: string | null;
  readonly sentence: string;
  /** what a program needs of it: ids and codes the agency knows, such as the id of a quality notice */
  readonly subject: Readonly<Record<string, string | number | boolean | null>>;
  readonly postedAt: Date;
}
