import type { Clause } from './clause.js';

/** Dataspace Protocol words; DRAFT is ours, before anything was sent. */
export const NEGOTIATION_STATES = [
  'DRAFT',
  'REQUESTED',
  'OFFERED',
  'ACCEPTED',
  'AGREED',
  'VERIFIED',
  'FINALIZED',
  'TERMINATED',
] as const;
export type NegotiationState = (typeof NEGOTIATION_STATES)[number];

/** Derived from facts and the clock, never stored. */
export const AGREEMENT_STATUSES = [
  'NOT_YET_IN_FORCE',
  'IN_FORCE',
  'SUSPENDED',
  'EXPIRED',
  'TERMINATED',
  'SUPERSEDED',
] as const;
export type AgreementStatus = (typeof AGREEMENT_STATUSES)[number];

/** The agreed text: what is canonicalised, hashed and signed. `from` and `until` are local dates in `timeZone`, half-open. */
export interface Terms {
  readonly reference: string;
  readonly title: string;
  /** agency codes */
  readonly parties: readonly string[];
  readonly legalBasis: string;
  /** IANA name */
  readonly timeZone: string;
  /** `YYYY-MM-DD`: in force from its first instant */
  readonly from: string;
  /** `YYYY-MM-DD`: no longer in force from its first instant */
  readonly until: string;
  readonly framework?: string;
  /** ISO 8601 duration between one side's tightening and its effect; absent = at once */
  readonly amendmentNotice?: string;
  /** ISO 8601 duration between a notice of termination and its effect; absent = at once */
  readonly terminationNotice?: string;
  /** what becomes of what was received when the agreement ends: a duty of each recipient */
  readonly afterEffects?: AfterEffects;
  /** who besides giver and receiver of a clause may see in the access matrix that it exists; absent = nobody */
  readonly matrix?: 'PARTIES' | 'ALL';
  readonly clauses: readonly Clause[];
}

/** Erase or return what was received, `within` (ISO 8601 duration) after the end; absent = by the instant of the end. */
export interface AfterEffects {
  readonly received: 'ERASE' | 'RETURN';
  readonly within?: string;
}

/** A version all parties signed and the hub finalised. Nothing else exists for a decision. */
export interface AgreementVersion {
  readonly terms: Terms;
  readonly version: number;
  /** SHA-256 of the canonical bytes, hex */
  readonly hash: string;
  /** the partner of each party, for clauses that name a partner */
  readonly partnerOf: Readonly<Record<string, string>>;
  readonly from: Date;
  readonly until: Date;
  readonly finalisedAt: Date;
  /** what the agreement is called towards parties that see another one of the same reference; otherwise by its plain reference */
  readonly shownAs?: Readonly<Record<string, string>>;
  /** a version tightened by one party counts, and supersedes the one before, only from here on: after the notice due; absent = no notice */
  readonly noticeEndsAt?: Date;
}

/** One side's act on a finalised agreement. Acts are facts: never updated, never deleted. */
export type AgreementAct =
  | {
      readonly kind: 'SUSPEND' | 'RESUME';
      readonly reference: string;
      readonly by: string;
      readonly effectiveAt: Date;
      /** absent = both directions and every clause */
      readonly assigner?: string;
      readonly article?: string;
    }
  | { readonly kind: 'TERMINATE'; readonly reference: string; readonly by: string; readonly effectiveAt: Date };

/**
 * Everything a decision reads about agreements, as of one version of the set and one instant of the database's clock.
 * `versions` holds finalised and verified versions only, `acts` in the order they were recorded.
 */
export interface AgreementSet {
  readonly version: string;
  readonly versions: readonly AgreementVersion[];
  readonly acts: readonly AgreementAct[];
}
