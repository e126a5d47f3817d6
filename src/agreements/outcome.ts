import type { AgreementHistory, AgreementStep, EventKind } from '../domain/agreement-history.js';
import type { UserError } from '../domain/errors.js';
import { type Negotiation, negotiationOf } from './negotiation.js';
import { seenBy } from './seen-by.js';
import { openSteps, type Step, TRANSITIONS, type Transition, WHO } from './transitions.js';

/** What an act of a party leads to: facts to add, or why not. Nothing is changed in place. */
export type Outcome = { readonly kind: 'STEP'; readonly step: AgreementStep } | Refused;

export interface Refused {
  readonly kind: 'REFUSED';
  readonly problems: readonly UserError[];
}

/** Who acts, from a verified identity. */
export interface Actor {
  readonly agency: string;
  readonly person: string;
}

export function refused(code: string, message: string, path: readonly string[] = ['reference']): Refused {
  return { kind: 'REFUSED', problems: [{ path, code, message }] };
}

/** What whoever may not see an agreement is told, the same whether it exists or not. */
export const UNKNOWN_AGREEMENT = refused('AGREEMENT_UNKNOWN', 'there is no agreement of this reference');

/** Facts to add after everything that is in the history, beginning with one event of `kind`. */
export function stepOf(
  history: AgreementHistory,
  { kind, actor, reason }: { readonly kind: EventKind; readonly actor: Actor; readonly reason?: string },
  at: { readonly version: number; readonly revision: number },
): AgreementStep {
  const { agency, person } = actor;
  const because = reason === undefined ? {} : { reason };
  return {
    reference: history.reference,
    number: history.events.length + 1,
    events: [{ kind, version: at.version, revision: at.revision, agency, person, ...because }],
  };
}

export type Permitted =
  | { readonly kind: 'PERMITTED'; readonly history: AgreementHistory; readonly negotiation: Negotiation }
  | Refused;

/**
 * May this party take the step now? Asks the table of `transitions.ts` and nothing else.
 *
 * @param history everything recorded; the talks are looked at as far as the party may know them
 * @param row     of the table; by default the step's own
 */
export function permitted(
  step: Step,
  { agency }: Actor,
  history: AgreementHistory | undefined,
  row: Transition = TRANSITIONS[step],
): Permitted {
  const seen = history === undefined ? undefined : seenBy(agency, history);
  if (history === undefined || seen === undefined) return UNKNOWN_AGREEMENT;
  const negotiation = negotiationOf(seen);
  const { by, from } = row;
  if (!from.includes(negotiation.state)) return wrongState(negotiation, PASSIVE[step], agency);
  if (!WHO[by].is(negotiation, agency)) return NOT_BY_THIS_PARTY[by];
  return { kind: 'PERMITTED', history, negotiation };
}

const PASSIVE: Readonly<Record<Step, string>> = {
  DRAFT: 'drafted anew',
  OFFER: 'offered',
  COUNTER: 'countered',
  ACCEPT: 'accepted',
  SIGN: 'signed',
  FINALIZE: 'finalised',
  REJECT: 'rejected',
  WITHDRAW: 'withdrawn',
};

const NOT_BY_THIS_PARTY: Readonly<Record<keyof typeof WHO, Refused>> = {
  PARTY: refused('NOT_A_PARTY', 'only a party does this'),
  AUTHOR: refused('NOT_THE_AUTHOR', 'the wording on the table is another party’s: accept, counter or reject it'),
  OTHERS: refused('OWN_WORDING', 'the wording on the table is your own agency’s: withdraw it and draft anew'),
  NOT_ACCEPTED: refused('ALREADY_DONE', 'your agency offered or accepted this wording already'),
  NOT_SIGNED: refused('ALREADY_DONE', 'your agency signed this wording already'),
  HUB: refused('NOT_A_PARTY', 'the hub does this by itself'),
};

/** Where the talks stand, for a refusal, and what the party can do instead. */
export function wrongState(negotiation: Negotiation, act: string, agency?: string): Refused {
  const { version, state } = negotiation;
  const open = agency === undefined ? [] : openSteps(negotiation, agency).map((step) => PASSIVE[step]);
  const mend = open.length === 0 ? '' : `; by your agency it can be ${open.join(' or ')}`;
  return refused('WRONG_STATE', `version ${version} is ${state}: it cannot be ${act}${mend}`);
}
