export const DUTY_STATUSES = ['OPEN', 'OVERDUE', 'ATTESTED'] as const;
/** OVERDUE: its day has passed and nobody attested it. A duty attested late is ATTESTED. */
export type DutyStatus = (typeof DUTY_STATUSES)[number];

export const DUTY_KINDS = ['CLAUSE', 'ERASE', 'RETURN'] as const;
/** What a clause asks in return, or what is owed when the agreement ended: erase or return what was received. */
export type DutyKind = (typeof DUTY_KINDS)[number];

/**
 * A task of the recipient of data towards its owner. Derived from the agreement, its acts and the clock; only that it was
 * attested is stored.
 */
export interface Duty {
  /** stable: article, number of the words in it, debtor, creditor, and which time it is owed; unique in the agreement */
  readonly key: string;
  /** key of the agreement */
  readonly reference: string;
  readonly kind: DutyKind;
  /** null: owed for the agreement as a whole */
  readonly article: string | null;
  /** agency that owes it, agency it is owed to */
  readonly debtor: string;
  readonly creditor: string;
  /** the words of the clause; for ERASE and RETURN there are none but the kind */
  readonly words: string | null;
  readonly owedFrom: Date;
  /** null: without a date */
  readonly dueAt: Date | null;
  readonly status: DutyStatus;
  readonly attestation: DutyAttestation | null;
}

/** That the debtor says it has done its duty. A fact: never changed, never removed. */
export interface DutyAttestation {
  readonly reference: string;
  readonly key: string;
  readonly agency: string;
  readonly person: string;
  readonly statement: string;
  readonly at: Date;
}
