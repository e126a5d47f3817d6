import type { Terms } from '../domain/agreement.js';
import type { AgreementHistory } from '../domain/agreement-history.js';
import { partiesFault, placeOfNext, type Wording, wordingStep } from './draft.js';
import { type Actor, type Outcome, permitted, refused } from './outcome.js';

/**
 * Answers the wording on the table with another complete one: the next round. The others' accepting begins again.
 *
 * @param terms of the same reference and parties
 */
export function counter(actor: Actor, terms: Terms, history: AgreementHistory | undefined, wording: Wording): Outcome {
  const allowed = permitted('COUNTER', actor, history);
  if (allowed.kind === 'REFUSED') return allowed;
  const { negotiation } = allowed;
  const fault = partiesFault(allowed.history, terms);
  if (fault !== undefined) return fault;
  const place = placeOfNext(allowed.history, negotiation.version);
  const step = wordingStep('COUNTER', actor, terms, place, wording);
  if (step.text?.hash === negotiation.text.hash) {
    return refused('NOTHING_CHANGED', 'this is the wording on the table; accept it instead', ['document']);
  }
  return { kind: 'STEP', step };
}
