import type { ZeroPolicy } from './clause.js';
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

/** A permission that holds for this ask and this database, reduced to what it shows. */
export interface Candidate {
  readonly basis: Basis;
  readonly rows?: Predicate;
  /** every field of the record type by name; what the clause does not name is WITHHELD, INTERNAL fields always */
  readonly fields: Readonly<Record<string, Treatment>>;
  readonly handlingCodes: readonly HandlingCode[];
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
      readonly missed?: { readonly reason: ReasonCode; readonly basis: readonly Basis[] };
    }
  | {
      readonly kind: 'WITHHELD';
      readonly database: SharedDatabase;
      /** the nearest miss (design 5.2) */
      readonly reason: ReasonCode;
      /** clauses behind the reason; empty for NO_AGREEMENT */
      readonly basis: readonly Basis[];
    };

/** The decision on an ask: one grant per database asked, ordered by database code. */
export interface Decision {
  /** version of the agreement set it was made from */
  readonly setVersion: string;
  /** it holds in `[validFrom, validUntil)`: between two boundary instants of the agency's clauses; null = no boundary that way */
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  readonly grants: readonly Grant[];
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
}
