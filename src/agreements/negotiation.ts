import type { NegotiationState, Terms } from '../domain/agreement.js';
import type { AgreementEvent, AgreementHistory, AgreementText } from '../domain/agreement-history.js';
import { invariant } from '../support/unreachable.js';
import { termsOfText } from './signed-text.js';
import { type Step, stateAfter, type Talks, TRANSITIONS } from './transitions.js';

/** Where the talks about the newest version stand: derived from events, never stored. */
export interface Negotiation extends Talks {
  readonly version: number;
  /** the wording on the table */
  readonly text: AgreementText;
  readonly terms: Terms;
  readonly state: NegotiationState;
}

/**
 * The state after the events of the newest version, in words of the Dataspace Protocol; which step leads where stands in
 * `transitions.ts`. Of an agency's view (`seenBy`) it is what this agency may know; of the whole history, drafts included.
 *
 * @see Dataspace Protocol 2024-1, contract negotiation
 */
export function negotiationOf(history: AgreementHistory): Negotiation {
  const steps = history.events.filter(isStep);
  const version = Math.max(...steps.map((event) => event.version));
  const own = steps.filter((event) => event.version === version);
  const last = own.at(-1);
  invariant(last !== undefined, 'every text was drafted by somebody');
  const begun: Talks = { state: 'DRAFT', drafter: '', author: '', round: 0, accepted: [], signed: [], isSent: false };
  const talks = own.reduce((before, event) => talksAfter(before, event, history), begun);
  const text = textAt(history, last);
  return { version, text, terms: termsIn(text), ...talks };
}

/** The wording an event is about. @throws if it is not in the history */
export function textAt(
  { texts }: AgreementHistory,
  { version, revision }: { readonly version: number; readonly revision: number },
): AgreementText {
  const text = texts.find((one) => one.version === version && one.revision === revision);
  invariant(text !== undefined, 'an event speaks of a text that is there');
  return text;
}

type StepEvent = AgreementEvent & { readonly kind: Step };

function isStep(event: AgreementEvent): event is StepEvent {
  return event.kind in TRANSITIONS;
}

function talksAfter(before: Talks, event: StepEvent, history: AgreementHistory): Talks {
  const facts = FACTS[event.kind](before, event);
  const terms = termsIn(textAt(history, event));
  return { ...facts, state: stateAfter(event.kind, facts, terms, event.agency ?? '') };
}

function termsIn(text: AgreementText): Terms {
  const terms = termsOfText(text);
  invariant(terms !== undefined, 'the stored text of an agreement is as it was written');
  return terms;
}

const keep = (before: Talks): Talks => before;

/** What each step adds to what is known of the talks; the state follows from the table. */
const FACTS: Readonly<Record<Step, (before: Talks, event: AgreementEvent) => Talks>> = {
  DRAFT: (before, event) => {
    const by = byWhom(event);
    return { ...before, drafter: by, author: by, round: 0, accepted: [], signed: [], isSent: false };
  },
  // Others than the drafter know the talks from the offer on, so the offer names the drafter too.
  OFFER: (before, event) => sent({ ...before, drafter: byWhom(event), round: 0 }, event),
  COUNTER: sent,
  ACCEPT: (before, event) => ({ ...before, accepted: [...before.accepted, byWhom(event)] }),
  SIGN: (before, event) => ({ ...before, signed: [...before.signed, byWhom(event)] }),
  FINALIZE: keep,
  REJECT: keep,
  WITHDRAW: keep,
};

function sent(before: Talks, event: AgreementEvent): Talks {
  const by = byWhom(event);
  return { ...before, author: by, round: before.round + 1, accepted: [by], signed: [], isSent: true };
}

function byWhom(event: AgreementEvent): string {
  invariant(event.agency !== undefined, `${event.kind} is a party's doing`);
  return event.agency;
}
