import type { NegotiationState, Terms } from '../domain/agreement.js';
import type { AgreementEvent, AgreementHistory, AgreementText } from '../domain/agreement-history.js';
import { invariant } from '../support/unreachable.js';
import { termsOf } from './signed-text.js';

/** Where the talks about the newest version stand: derived from events, never stored. */
export interface Negotiation {
  readonly version: number;
  /** the wording on the table */
  readonly text: AgreementText;
  readonly terms: Terms;
  readonly state: NegotiationState;
  /** the party whose draft began the talks: its signature makes AGREED */
  readonly drafter: string;
  /** parties that agreed to the wording on the table by accepting or by having offered it */
  readonly accepted: readonly string[];
  readonly signed: readonly string[];
  /** whether this wording ever left the drafting agency */
  readonly isSent: boolean;
}

/**
 * The state after the events of the newest version, in words of the Dataspace Protocol:
 *
 * DRAFT → OFFERED (by a party that gives something), REQUESTED (by one that only receives) → ACCEPTED, when every other party
 * accepted → AGREED, once the drafting party signed → VERIFIED, once all signed → FINALIZED, by the hub. Any party's
 * rejection before that: TERMINATED. A counter-offer begins the accepting again.
 *
 * @see Dataspace Protocol 2024-1, contract negotiation
 */
export function negotiationOf(history: AgreementHistory): Negotiation {
  const version = Math.max(...history.texts.map((text) => text.version));
  const events = history.events.filter((event) => event.version === version && event.kind in STEPS);
  const last = events.at(-1);
  invariant(last !== undefined, 'every text was drafted by somebody');
  const text = history.texts.find((candidate) => candidate.version === version && candidate.revision === last.revision);
  invariant(text !== undefined, 'an event speaks of a text that is there');
  const terms = termsOf(text.body);
  const begun: Talks = { state: 'DRAFT', drafter: '', accepted: [], signed: [], isSent: false };
  const talks = events.reduce((before, event) => STEPS[event.kind as Step](before, event, terms), begun);
  return { version, text, terms, ...talks };
}

type Talks = Pick<Negotiation, 'state' | 'drafter' | 'accepted' | 'signed' | 'isSent'>;
type Step = 'DRAFT' | 'OFFER' | 'COUNTER' | 'ACCEPT' | 'REJECT' | 'SIGN' | 'FINALIZE';

const STEPS: Readonly<Record<Step, (before: Talks, event: AgreementEvent, terms: Terms) => Talks>> = {
  DRAFT: (_, event) => ({ state: 'DRAFT', drafter: byWhom(event), accepted: [], signed: [], isSent: false }),
  OFFER: offered,
  COUNTER: offered,
  ACCEPT: (before, event, terms) => {
    const accepted = [...before.accepted, byWhom(event)];
    const isAcceptedByAll = terms.parties.every((party) => accepted.includes(party));
    return { ...before, accepted, state: isAcceptedByAll ? 'ACCEPTED' : before.state };
  },
  REJECT: (before) => ({ ...before, state: 'TERMINATED' }),
  SIGN: (before, event, terms) => {
    const signed = [...before.signed, byWhom(event)];
    const isSignedByAll = terms.parties.every((party) => signed.includes(party));
    if (isSignedByAll) return { ...before, signed, state: 'VERIFIED' };
    return { ...before, signed, state: signed.includes(before.drafter) ? 'AGREED' : before.state };
  },
  FINALIZE: (before) => ({ ...before, state: 'FINALIZED' }),
};

function offered(before: Talks, event: AgreementEvent, terms: Terms): Talks {
  const by = byWhom(event);
  // An assigner named by its partner cannot be told from the offering party here: then OFFERED, the more binding word, stands.
  const givers = terms.clauses.flatMap((clause) =>
    clause.mutual ? [clause.assigner, clause.assignee] : [clause.assigner],
  );
  const isOther = (code: string): boolean => code !== by && terms.parties.includes(code);
  const onlyReceives = givers.every(isOther);
  return { ...before, accepted: [by], signed: [], isSent: true, state: onlyReceives ? 'REQUESTED' : 'OFFERED' };
}

function byWhom(event: AgreementEvent): string {
  invariant(event.agency !== undefined, `${event.kind} is a party's doing`);
  return event.agency;
}
