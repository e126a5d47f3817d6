import type { TermsDocument } from './terms-document.js';

export const NOTICE_KINDS = [
  'YOUR_TURN',
  'TIGHTENING_ANNOUNCED',
  'SUSPENDED',
  'RESUMED',
  'TERMINATION_ANNOUNCED',
  'EXPIRES_SOON',
  'ENDED',
  'DUTY_DUE_SOON',
  'DUTY_OVERDUE',
  'QUOTA_REFUSED',
  'KEY_ENDS_SOON',
  'QUALITY_NOTICE',
  'QUALITY_DUE_SOON',
  'QUALITY_OVERDUE',
  'REVIEW_DUE',
  'REFUSALS_RISE',
  'QUOTA_NEARLY_USED',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Something an agency should know or do. Derived from facts and the clock; what was told of it is kept in its inbox. */
export interface Notice {
  /** stable: the same notice has the same one whenever it is asked for */
  readonly key: string;
  readonly kind: NoticeKind;
  /** since when it is one */
  readonly at: Date;
  /** key of the agreement; null: it is about none */
  readonly reference: string | null;
  readonly sentence: string;
  /** when what it tells of happens, or must be done */
  readonly dueAt: Date | null;
  /** EXPIRES_SOON: the same words from the end on, as long again: ready to be drafted as the next version */
  readonly renewal: TermsDocument | null;
  /** what a program needs of it: ids and codes the agency knows; absent = nothing */
  readonly subject?: Readonly<Record<string, string | number | boolean | null>>;
}
