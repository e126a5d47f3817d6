/** Offering, accepting, rejecting and withdrawing a wording: acts of the talks that change no word. */
import type { AgreementHistory } from '../domain/agreement-history.js';
import { UNPRINTABLE } from './document.js';
import { type Actor, type Outcome, permitted, type Refused, refused, stepOf } from './outcome.js';

const REASON_LENGTH_MAX = 2_000;

/** Sends the draft to the other parties. By the party that drafted it. */
export function offer(actor: Actor, history: AgreementHistory | undefined): Outcome {
  return step('OFFER', actor, history);
}

/** Agrees to the wording on the table. By each party that did not write it, once; signing comes after all accepted. */
export function accept(actor: Actor, history: AgreementHistory | undefined): Outcome {
  return step('ACCEPT', actor, history);
}

/** Ends the talks about this version; a version in force before stays in force. By another party than the author. */
export function reject(actor: Actor, history: AgreementHistory | undefined, reason: string): Outcome {
  return step('REJECT', actor, history, { reason });
}

/**
 * Takes the own wording back, a draft or what was sent, and ends the talks about this version; a version in force before
 * stays in force.
 *
 * @param reason the other parties read it; absent = none is given
 */
export function withdraw(actor: Actor, history: AgreementHistory | undefined, reason?: string): Outcome {
  return step('WITHDRAW', actor, history, reason === undefined ? {} : { reason });
}

function step(
  kind: 'OFFER' | 'ACCEPT' | 'REJECT' | 'WITHDRAW',
  actor: Actor,
  history: AgreementHistory | undefined,
  because: { readonly reason?: string } = {},
): Outcome {
  const allowed = permitted(kind, actor, history);
  if (allowed.kind === 'REFUSED') return allowed;
  const fault = because.reason === undefined ? undefined : reasonFault(because.reason);
  if (fault !== undefined) return fault;
  return { kind: 'STEP', step: stepOf(allowed.history, { kind, actor, ...because }, allowed.negotiation.text) };
}

/** A refusal if an act that needs a reason has none, or too long a one. */
export function reasonFault(reason: string): Refused | undefined {
  if (reason.trim() === '') return refused('REASON_MISSING', 'this act needs a reason', ['reason']);
  if (reason.length > REASON_LENGTH_MAX) {
    return refused('REASON_TOO_LONG', `a reason has at most ${REASON_LENGTH_MAX} characters`, ['reason']);
  }
  if (UNPRINTABLE.test(reason.replaceAll('\n', ' '))) {
    return refused('REASON_UNPRINTABLE', 'a reason holds no control and no invisible characters', ['reason']);
  }
  return undefined;
}
