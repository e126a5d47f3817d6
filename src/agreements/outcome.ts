import type { AgreementHistory, AgreementStep, EventKind } from '../domain/agreement-history.js';
import type { UserError } from '../domain/errors.js';
import type { Negotiation } from './negotiation.js';

/** What an act of a party leads to: facts to add, or why not. Nothing is changed in place. */
export type Outcome =
  | { readonly kind: 'STEP'; readonly step: AgreementStep }
  | { readonly kind: 'REFUSED'; readonly problems: readonly UserError[] };

/** Who acts, from a verified identity. */
export interface Actor {
  readonly agency: string;
  readonly person: string;
}

export function refused(code: string, message: string, path: readonly string[] = ['reference']): Outcome {
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

/** Where the talks stand, for a refusal. */
export function wrongState(negotiation: Negotiation, act: string): Outcome {
  return refused('WRONG_STATE', `version ${negotiation.version} is ${negotiation.state}: it cannot be ${act}`);
}

/**
 * May this agency see the talks at all? A party may, once something was sent; before that, only the one that drafts. To
 * everybody else the agreement does not exist.
 */
export function isVisibleTo(agency: string, negotiation: Negotiation): boolean {
  if (!negotiation.isSent) return agency === negotiation.drafter;
  return negotiation.terms.parties.includes(agency);
}
