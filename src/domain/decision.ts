import type { ClauseDuty, Evidence, Quota, ZeroPolicy } from './clause.js';
import type { Predicate } from './predicate.js';
import type { ReasonCode } from './reasons.js';
import type { HandlingCode } from './record-type.js';
import type { SharedDatabase } from './registry.js';
import type { Treatment } from './treatment.js';

/** Under which clause: for `sources`, `disclosure` and the ledger. */
export interface Basis {
  readonly agreement: string;
  readonly version: number;
  readonly article: string;
}

/** One direction of a clause's quota, its use counted from `from` to `until` (a day or month of the agreement's time zone). */
export interface QuotaAccount {
  /** `AGR-2024-004|3.1|AL-BMP|MK-BP|day`: a new version of the agreement goes on counting where the old one was */
  readonly key: string;
  readonly limits: Quota;
  readonly from: Date;
  readonly until: Date;
}

/** A permission that holds for this ask and this database, reduced to what it shows. */
export interface Candidate {
  readonly basis: Basis;
  readonly rows?: Predicate;
  /** every field of the record type by name; what the clause does not name is WITHHELD, INTERNAL fields always */
  readonly fields: Readonly<Record<string, Treatment>>;
  readonly handlingCodes: readonly HandlingCode[];
  /** only rows of these data-subject categories; absent = all, stated or not */
  readonly dataSubjectCategories?: readonly string[];
  /** ISO 8601 duration; only rows that occurred no longer ago, told inside the statement by the database's clock */
  readonly recordAgeMax?: string;
  /** rows in one answer */
  readonly rowsMax?: number;
  /** ISO 8601 duration the recipient may keep it, counted from the answer */
  readonly retainFor?: string;
  readonly onwardDepth?: number;
  /** what the recipient owes in return */
  readonly duties?: readonly ClauseDuty[];
  /** what the ledger keeps of the values shown under it */
  readonly evidence?: Evidence;
  /** of the agreement: on whose clocks `retainFor` is counted; present where that is */
  readonly timeZone?: string;
  /** what is charged before rows are read under this clause */
  readonly quota?: QuotaAccount;
  readonly countMin?: number;
  readonly zeroPolicy: ZeroPolicy;
}

/** A prohibition that binds this ask and this database. Without `fields` it makes its rows invisible. */
export interface Bar {
  readonly basis: Basis;
  readonly rows?: Predicate;
  /** names of the fields it withholds, sensitivities resolved; absent = the whole row */
  readonly fields?: readonly string[];
}

/** What one database may answer. Rules: design section 5, steps 1 to 5. */
export type Grant =
  | { readonly kind: 'OWNED'; readonly database: SharedDatabase }
  | {
      readonly kind: 'GRANTED';
      readonly database: SharedDatabase;
      /** at least one */
      readonly candidates: readonly Candidate[];
      readonly bars: readonly Bar[];
      /** permissions that would have shown more had their constraint held: the source line says PARTIAL with this reason */
      readonly missed?: { readonly reason: ReasonCode; readonly basis: readonly Basis[]; readonly resetsAt?: Date };
    }
  | {
      readonly kind: 'WITHHELD';
      readonly database: SharedDatabase;
      /** the nearest miss (design 5.2) */
      readonly reason: ReasonCode;
      /** clauses behind the reason; empty for NO_AGREEMENT */
      readonly basis: readonly Basis[];
      /** the first instant at which one of them may hold by itself, such as the reset of a quota; absent = that is not known */
      readonly resetsAt?: Date;
    };

/** The decision on an ask: one grant per database asked, ordered by database code. */
export interface Decision {
  /** version of the agreement set it was made from */
  readonly setVersion: string;
  /** it holds in `[validFrom, validUntil)`: between two boundary instants of the agency's clauses; null = no boundary that way */
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  readonly grants: readonly Grant[];
  /** name of the rotation period whose tokens it shows, such as `2026`; absent = no candidate shows a pseudonym */
  readonly pseudonymPeriod?: string;
  /** digest of what the decision says, for cursors; equal decisions have equal digests */
  readonly digest: string;
}

export type SourceOutcome = 'ANSWERED' | 'PARTIAL' | 'WITHHELD' | 'UNAVAILABLE';

/** One line of `sources`. `agreements`: references the caller may see; empty for own rows and NO_AGREEMENT. */
export interface SourceLine {
  /** code */
  readonly database: string;
  readonly databaseName: string;
  readonly outcome: SourceOutcome;
  readonly reason: ReasonCode | null;
  readonly agreements: readonly string[];
  /** when the reason ends by itself, such as an exhausted quota; absent = that is not known */
  readonly resetsAt?: Date;
}
