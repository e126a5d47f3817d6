import type { AgreementVersion } from '../../domain/agreement.js';
import type { Ask } from '../../domain/ask.js';
import type { Permission } from '../../domain/clause.js';
import type { ReasonCode } from '../../domain/reasons.js';
import type { ExchangeStandard, RecordType } from '../../domain/record-type.js';

/** What a constraint may look at besides the permission and the ask. */
export interface ConstraintFacts {
  /** of the agreement the permission stands in: its time zone tells what a local hour is */
  readonly version: AgreementVersion;
  /** the agency that gives: one direction of the clause */
  readonly assigner: string;
  readonly recordType: RecordType;
  readonly standard: ExchangeStandard;
  /** the instant decided for, by the database's clock */
  readonly now: Date;
  /** take every demand for a justification for met: what the agency could ask if it gave its reasons */
  readonly anyJustification?: boolean;
  /** ids of quota accounts that hold too little for this request (`accountIdOf`); absent = decide as if every quota held */
  readonly exhausted?: ReadonlySet<string>;
}

/**
 * What one kind of constraint says of an ask: null if it holds, else why not.
 * A constraint may only narrow: it takes a permission away, never gives one.
 */
export type ConstraintCheck = (permission: Permission, ask: Ask, facts: ConstraintFacts) => ReasonCode | null;

/** A constraint that is enforced elsewhere: on each row, cell or answer, so it fails no ask as a whole. */
export const enforcedLater: ConstraintCheck = () => null;
