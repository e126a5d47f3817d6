import type { Terms } from '../domain/agreement.js';
import type { AgreementHistory, AgreementStep, AgreementText } from '../domain/agreement-history.js';
import { negotiationOf } from './negotiation.js';
import { type Actor, isVisibleTo, type Outcome, refused, wrongState } from './outcome.js';
import { termsOf, writeSignedText } from './signed-text.js';

/** Where signatures hold, and how a text is hashed (SHA-256, lower-case hexadecimal). */
export interface Wording {
  readonly environment: string;
  readonly sha256: (text: string) => string;
}

/**
 * A draft of a new agreement, of a new wording of one's own draft, or of the next version of a finalised agreement.
 * Only a party drafts; a draft is seen by nobody else until it is offered.
 *
 * @param history everything recorded under this reference; undefined if nothing is
 */
export function draft(actor: Actor, terms: Terms, history: AgreementHistory | undefined, wording: Wording): Outcome {
  if (!terms.parties.includes(actor.agency)) {
    return refused('NOT_A_PARTY', 'an agency drafts only agreements that it is a party to', ['parties']);
  }
  if (history === undefined)
    return drafted(actor, terms, { version: 1, revision: 1, number: 1, previous: null }, wording);
  const negotiation = negotiationOf(history);
  const { version, text, state } = negotiation;
  const finalised = history.finalised.at(-1);
  const agreed = finalised === undefined ? undefined : textOf(history, finalised);
  const mayKnow =
    isVisibleTo(actor.agency, negotiation) ||
    (agreed !== undefined && termsOf(agreed.body).parties.includes(actor.agency));
  if (!mayKnow) return refused('REFERENCE_TAKEN', 'this reference is taken; choose another');
  if (agreed !== undefined && !isSameParties(termsOf(agreed.body), terms)) {
    // Otherwise those who stay could lift, among themselves, what binds the one they leave out.
    return refused('PARTIES_CHANGED', 'the parties of an agreement stay the same; make a new agreement', ['parties']);
  }
  const previous = agreed?.hash ?? null;
  const number = history.events.length + 1;
  if (state === 'FINALIZED')
    return drafted(actor, terms, { version: version + 1, revision: 1, number, previous }, wording);
  const isOwnDraft = state === 'DRAFT' && negotiation.drafter === actor.agency;
  if (!isOwnDraft && state !== 'TERMINATED') return wrongState(negotiation, 'drafted anew');
  return drafted(actor, terms, { version, revision: text.revision + 1, number, previous }, wording);
}

interface DraftPlace {
  readonly version: number;
  readonly revision: number;
  readonly number: number;
  readonly previous: string | null;
}

function drafted(actor: Actor, terms: Terms, place: DraftPlace, { environment, sha256 }: Wording): Outcome {
  const { version, revision, number, previous } = place;
  const { reference } = terms;
  const body = writeSignedText({ environment, version, previous, terms });
  const text: AgreementText = { reference, version, revision, body, hash: sha256(body) };
  const { agency, person } = actor;
  const step: AgreementStep = {
    reference,
    number,
    events: [{ kind: 'DRAFT', version, revision, agency, person }],
    text,
  };
  return { kind: 'STEP', step };
}

function textOf(
  history: AgreementHistory,
  of: { readonly version: number; readonly revision: number },
): AgreementText | undefined {
  return history.texts.find((text) => text.version === of.version && text.revision === of.revision);
}

function isSameParties(before: Terms, after: Terms): boolean {
  return (
    before.parties.length === after.parties.length && before.parties.every((party) => after.parties.includes(party))
  );
}
