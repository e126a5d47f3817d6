import type { AgreementAct, AgreementVersion, Terms } from './agreement.js';

/** What can happen to an agreement, in words of the negotiation and of the acts on a finalised version. */
export const EVENT_KINDS = [
  'DRAFT',
  'OFFER',
  'COUNTER',
  'ACCEPT',
  'REJECT',
  'WITHDRAW',
  'SIGN',
  'FINALIZE',
  'SUSPEND',
  'RESUME',
  'TERMINATE',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** One line of an agreement's history. Numbers count from 1 without gaps; nothing is ever changed or removed. */
export interface AgreementEvent {
  readonly reference: string;
  readonly number: number;
  readonly kind: EventKind;
  /** the version that is negotiated, or acted on */
  readonly version: number;
  /** which wording of that version: it grows with every DRAFT and COUNTER */
  readonly revision: number;
  /** absent for FINALIZE: the hub's own doing */
  readonly agency?: string;
  readonly person: string;
  readonly reason?: string;
  /** the database clock's instant */
  readonly at: Date;
}

/** The words under negotiation or signed. `body` is the canonical text that is hashed and signed. */
export interface AgreementText {
  readonly reference: string;
  readonly version: number;
  readonly revision: number;
  readonly body: string;
  /** SHA-256 of the UTF-8 bytes of `body`, lower-case hexadecimal */
  readonly hash: string;
}

export interface AgreementSignature {
  readonly reference: string;
  readonly version: number;
  readonly revision: number;
  readonly agency: string;
  /** the signatory key it was made with */
  readonly keyId: number;
  /** Ed25519 over the UTF-8 bytes of the text, 128 lower-case hexadecimal digits */
  readonly signature: string;
  readonly signedAt: Date;
}

/** A public key of an agency's signatory. The private key never reaches the hub. */
export interface SignatoryKey {
  readonly id: number;
  readonly agency: string;
  /** Ed25519, 64 lower-case hexadecimal digits */
  readonly publicKey: string;
  /** made for the demo world: production refuses it */
  readonly isDemo: boolean;
  readonly validFrom: Date;
  /** a signature given at or after this instant does not count; absent = no end was set when it was registered */
  readonly validUntil?: Date;
  /** confirmed by a second person; a key counts only from then on */
  readonly confirmedAt?: Date;
  /** a signature given at or after this instant does not count */
  readonly endedAt?: Date;
  /** why it was ended */
  readonly endReason?: string;
}

/** That a wording became a version in force by the hub's hand; whether its bytes and signatures verify is another question. */
export interface FinalisedVersion {
  readonly reference: string;
  readonly version: number;
  readonly revision: number;
  readonly finalisedAt: Date;
  /** tightening by one party, entered by its signature alone; absent = all parties signed */
  readonly tightenedBy?: string;
}

/** Everything recorded about one agreement. Texts by version and revision, events by number, acts as recorded. */
export interface AgreementHistory {
  readonly reference: string;
  readonly events: readonly AgreementEvent[];
  readonly texts: readonly AgreementText[];
  readonly signatures: readonly AgreementSignature[];
  readonly finalised: readonly FinalisedVersion[];
  readonly acts: readonly AgreementAct[];
}

/** What is added to a history in one transaction. The database adds instants; `number` is that of the first event. */
export interface AgreementStep {
  readonly reference: string;
  readonly number: number;
  readonly events: readonly Omit<AgreementEvent, 'at' | 'number' | 'reference'>[];
  readonly text?: AgreementText;
  readonly signature?: Omit<AgreementSignature, 'signedAt'>;
  readonly finalised?: Omit<FinalisedVersion, 'finalisedAt'>;
  /** `effectiveAt` absent = at once */
  readonly act?: ActRequest;
}

export interface ActRequest {
  readonly kind: AgreementAct['kind'];
  readonly by: string;
  readonly effectiveAt?: Date;
  readonly assigner?: string;
  readonly article?: string;
}

/** What the hub signs its own name under: the words, their place in the agreement's life, and where they hold. */
export interface SignedText {
  readonly environment: string;
  readonly version: number;
  /** hash of the version before; null for the first */
  readonly previous: string | null;
  readonly terms: Terms;
}

/** The stored facts of one agreement that decide whether its versions may be believed. */
export interface StoredAgreement {
  readonly reference: string;
  /** in the order of their numbers */
  readonly finalised: readonly FinalisedVersion[];
  /** how many versions the agreement's history says the hub finalised */
  readonly finalisations: number;
  /** events of the history that no signature, finalisation or act bears out; absent = none */
  readonly discord?: string;
  readonly texts: readonly AgreementText[];
  readonly signatures: readonly AgreementSignature[];
}

/** A version that cannot be believed, and why: for the operator's alarm. */
export interface Doubt {
  readonly reference: string;
  readonly version: number;
  readonly cause: string;
  /** everybody the agreement may have bound */
  readonly parties: readonly string[];
}

export interface Verified {
  readonly versions: readonly AgreementVersion[];
  readonly doubts: readonly Doubt[];
}
