/** Changing what was agreed: the next version, drafted by one party, and entered by it alone if it only narrows. */
import type { Terms } from '../domain/agreement.js';
import type { AgreementHistory, AgreementStep, AgreementText } from '../domain/agreement-history.js';
import { draft, type Wording } from './draft.js';
import { negotiationOf } from './negotiation.js';
import { type Actor, type Outcome, refused, UNKNOWN_AGREEMENT } from './outcome.js';
import { seenBy } from './seen-by.js';
import { type SigningRules, sign } from './sign.js';
import { termsOfText } from './signed-text.js';
import { TIGHTENING, TRANSITIONS } from './transitions.js';

/**
 * A draft of the next version of a finalised agreement, or a new wording of one's own draft of it: the complete text, with
 * the same reference and parties. The version before stays in force until the new one begins.
 */
export function amend(
  actor: Actor,
  terms: Terms,
  history: AgreementHistory | undefined,
  wording: Wording,
  now: Date,
): Outcome {
  const seen = history === undefined ? undefined : seenBy(actor.agency, history);
  if (history === undefined || seen === undefined) return UNKNOWN_AGREEMENT;
  if (seen.finalised.length === 0) {
    return refused('NOTHING_TO_AMEND', 'nothing of this agreement is finalised yet; draft or counter it instead');
  }
  if (isTerminated(history, now)) return refused('TERMINATED', 'the agreement is terminated; conclude another one');
  return draft(actor, terms, history, wording);
}

/** What one party may do about the wording on the table beside signing it with the others. */
export interface Tightening {
  /** Does the wording only narrow the version before it, in nothing but what the agency gives or receives? */
  readonly mayEnterAlone: (agency: string, before: Terms, after: Terms) => boolean;
  /** Does it only narrow, whomever it concerns? */
  readonly isNarrower: (before: Terms, after: Terms) => boolean;
}

/**
 * Signs the wording on the table. Accepted by all, it is signed by each party, and in force after the last. A tightening its
 * author may sign before that: then it is finalised at once, by this signature alone.
 *
 * While notice of termination runs, only what narrows is signed: who is leaving is not bound to anything new.
 */
export function signVersion(
  actor: Actor,
  history: AgreementHistory | undefined,
  signature: string,
  rules: SigningRules & Tightening,
): Outcome {
  const seen = history === undefined ? undefined : seenBy(actor.agency, history);
  if (history === undefined || seen === undefined) return UNKNOWN_AGREEMENT;
  const negotiation = negotiationOf(seen);
  const before = finalisedTerms(history);
  if (before !== undefined && history.acts.some((act) => act.kind === 'TERMINATE')) {
    if (isTerminated(history, rules.now)) {
      return refused('TERMINATED', 'the agreement is terminated; conclude another one');
    }
    if (!rules.isNarrower(before, negotiation.terms)) {
      return refused('NOTICE_RUNS', 'notice of termination was given: until the end only what narrows can be agreed');
    }
  }
  const isAlone =
    TIGHTENING.from.includes(negotiation.state) &&
    negotiation.author === actor.agency &&
    before !== undefined &&
    rules.mayEnterAlone(actor.agency, before, negotiation.terms);
  const outcome = sign(actor, history, signature, rules, isAlone ? TIGHTENING : TRANSITIONS.SIGN);
  return outcome.kind === 'STEP' && isAlone ? { kind: 'STEP', step: finalisedAlone(outcome.step, actor) } : outcome;
}

/** The words of the newest finalised version, whether it has begun or waits for its notice; undefined before the first. */
export function finalisedTerms(history: AgreementHistory): Terms | undefined {
  const last = history.finalised.at(-1);
  const isIt = (text: AgreementText): boolean => text.version === last?.version && text.revision === last.revision;
  const text = history.texts.find(isIt);
  return text === undefined ? undefined : termsOfText(text);
}

function finalisedAlone(step: AgreementStep, { agency, person }: Actor): AgreementStep {
  const [signed] = step.events;
  if (signed === undefined) return step;
  const { reference } = step;
  const { version, revision } = signed;
  return {
    ...step,
    events: [signed, { kind: 'FINALIZE', version, revision, person }],
    finalised: { reference, version, revision, tightenedBy: agency },
  };
}

function isTerminated(history: AgreementHistory, now: Date): boolean {
  return history.acts.some((act) => act.kind === 'TERMINATE' && act.effectiveAt <= now);
}
