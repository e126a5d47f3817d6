/** Offering, accepting and rejecting a wording: acts of the talks that change no word. */
import type { AgreementHistory } from '../domain/agreement-history.js';
import { negotiationOf } from './negotiation.js';
import { type Actor, isVisibleTo, type Outcome, refused, stepOf, UNKNOWN_AGREEMENT, wrongState } from './outcome.js';

const REASON_LENGTH_MAX = 2_000;

/** Sends the draft to the other parties. By the party that drafted it. */
export function offer(actor: Actor, history: AgreementHistory | undefined): Outcome {
  if (history === undefined) return UNKNOWN_AGREEMENT;
  const negotiation = negotiationOf(history);
  if (!isVisibleTo(actor.agency, negotiation)) return UNKNOWN_AGREEMENT;
  if (negotiation.state !== 'DRAFT') return wrongState(negotiation, 'offered');
  return { kind: 'STEP', step: stepOf(history, { kind: 'OFFER', actor }, negotiation.text) };
}

/** Agrees to the wording on the table. By each party that did not offer it, once; signing comes after all accepted. */
export function accept(actor: Actor, history: AgreementHistory | undefined): Outcome {
  if (history === undefined) return UNKNOWN_AGREEMENT;
  const negotiation = negotiationOf(history);
  if (!isVisibleTo(actor.agency, negotiation)) return UNKNOWN_AGREEMENT;
  if (negotiation.state !== 'OFFERED' && negotiation.state !== 'REQUESTED') return wrongState(negotiation, 'accepted');
  if (negotiation.accepted.includes(actor.agency)) {
    return refused('ALREADY_DONE', 'your agency offered or accepted this wording already');
  }
  return { kind: 'STEP', step: stepOf(history, { kind: 'ACCEPT', actor }, negotiation.text) };
}

/** Ends the talks about this version; a version in force before stays in force. By any party, until the last has signed. */
export function reject(actor: Actor, history: AgreementHistory | undefined, reason: string): Outcome {
  if (history === undefined) return UNKNOWN_AGREEMENT;
  const negotiation = negotiationOf(history);
  if (!isVisibleTo(actor.agency, negotiation)) return UNKNOWN_AGREEMENT;
  if (negotiation.state === 'FINALIZED' || negotiation.state === 'TERMINATED')
    return wrongState(negotiation, 'rejected');
  const fault = reasonFault(reason);
  if (fault !== undefined) return fault;
  return { kind: 'STEP', step: stepOf(history, { kind: 'REJECT', actor, reason }, negotiation.text) };
}

/** A refusal if an act that needs a reason has none, or too long a one. */
export function reasonFault(reason: string): Outcome | undefined {
  if (reason.trim() === '') return refused('REASON_MISSING', 'this act needs a reason', ['reason']);
  if (reason.length > REASON_LENGTH_MAX) {
    return refused('REASON_TOO_LONG', `a reason has at most ${REASON_LENGTH_MAX} characters`, ['reason']);
  }
  if (/[\p{Cc}\p{Cs}]/u.test(reason.replaceAll('\n', ' '))) {
    return refused('REASON_UNPRINTABLE', 'a reason holds no control characters', ['reason']);
  }
  return undefined;
}
