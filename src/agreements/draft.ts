import type { Terms } from '../domain/agreement.js';
import type { AgreementHistory, AgreementStep, AgreementText, EventKind } from '../domain/agreement-history.js';
import { negotiationOf } from './negotiation.js';
import { type Actor, type Outcome, type Refused, refused, wrongState } from './outcome.js';
import { seenBy } from './seen-by.js';
import { termsOfText, writeSignedText } from './signed-text.js';
import { TRANSITIONS } from './transitions.js';

/** Where signatures hold, and how a text is hashed (SHA-256, lower-case hexadecimal). */
export interface Wording {
  readonly environment: string;
  readonly sha256: (text: string) => string;
}

/**
 * A draft of a new agreement, of a new wording of one's own draft, or of the next version of a finalised agreement.
 * Only a party drafts; a draft is seen by nobody else until it is offered.
 *
 * @param history everything recorded about the agreement the drafter means; undefined if it knows none of this reference
 * @param key     under which a new agreement is recorded; by default its reference
 */
export function draft(
  actor: Actor,
  terms: Terms,
  history: AgreementHistory | undefined,
  wording: Wording,
  key: string = terms.reference,
): Outcome {
  if (!terms.parties.includes(actor.agency)) {
    return refused('NOT_A_PARTY', 'an agency drafts only agreements that it is a party to', ['parties']);
  }
  const seen = history === undefined ? undefined : seenBy(actor.agency, history);
  if (history === undefined || seen === undefined) {
    const place = { reference: key, version: 1, revision: 1, number: 1, previous: null };
    return { kind: 'STEP', step: wordingStep('DRAFT', actor, terms, place, wording) };
  }
  const negotiation = negotiationOf(seen);
  const { state, version } = negotiation;
  if (!TRANSITIONS.DRAFT.from.includes(state)) return wrongState(negotiation, 'drafted anew', actor.agency);
  const fault = partiesFault(seen, terms);
  if (fault !== undefined) return fault;
  const place = placeOfNext(history, state === 'FINALIZED' ? version + 1 : version);
  return { kind: 'STEP', step: wordingStep('DRAFT', actor, terms, place, wording) };
}

/**
 * A refusal if the terms change the parties of what was sent already: those who stay could lift, among themselves, what
 * binds the one they leave out, and one who joins would read what was said before.
 */
export function partiesFault({ events, texts }: AgreementHistory, terms: Terms): Refused | undefined {
  const isSent = events.some((event) => event.kind !== 'DRAFT' && event.kind !== 'WITHDRAW');
  const before = texts.at(-1);
  const parties = before === undefined ? undefined : termsOfText(before)?.parties;
  if (!isSent || (parties !== undefined && isSame(parties, terms.parties))) return undefined;
  return refused('PARTIES_CHANGED', 'the parties of an agreement stay the same; make a new agreement', ['parties']);
}

/** Where a wording stands in the agreement's life. */
export interface WordingPlace {
  readonly reference: string;
  readonly version: number;
  readonly revision: number;
  readonly number: number;
  readonly previous: string | null;
}

/** The place of the next wording of a version: after everything recorded, other parties' drafts too. */
export function placeOfNext(history: AgreementHistory, version: number): WordingPlace {
  const { reference, events, texts, finalised } = history;
  const revisions = texts.filter((text) => text.version === version).map((text) => text.revision);
  const last = finalised.at(-1);
  const agreed = texts.find((text) => text.version === last?.version && text.revision === last.revision);
  return {
    reference,
    version,
    revision: Math.max(0, ...revisions) + 1,
    number: events.length + 1,
    previous: agreed?.hash ?? null,
  };
}

/** A new complete wording, and the event it came with. */
export function wordingStep(
  kind: Extract<EventKind, 'DRAFT' | 'COUNTER'>,
  { agency, person }: Actor,
  terms: Terms,
  { reference, version, revision, number, previous }: WordingPlace,
  { environment, sha256 }: Wording,
): AgreementStep {
  const body = writeSignedText({ environment, version, previous, terms });
  const text: AgreementText = { reference, version, revision, body, hash: sha256(body) };
  return { reference, number, events: [{ kind, version, revision, agency, person }], text };
}

function isSame(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && before.every((party) => after.includes(party));
}
