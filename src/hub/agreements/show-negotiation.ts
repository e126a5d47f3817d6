import { type Negotiation, negotiationOf, textAt } from '../../agreements/negotiation.js';
import { termsOf } from '../../agreements/signed-text.js';
import { type TextChange, textDifference } from '../../agreements/text-difference.js';
import { type TermsDocument, writeTerms } from '../../agreements/write-terms.js';
import type { NegotiationState, Terms } from '../../domain/agreement.js';
import type { AgreementEvent, AgreementHistory } from '../../domain/agreement-history.js';

export interface NegotiationView {
  readonly version: number;
  readonly revision: number;
  readonly state: NegotiationState;
  readonly drafter: string;
  /** the party that wrote the wording on the table */
  readonly author: string;
  /** which wording of these talks it is, counted from 1; 0: a draft that was not sent */
  readonly round: number;
  readonly accepted: readonly string[];
  readonly signed: readonly string[];
  /** the wording on the table: what a signatory signs, byte for byte (UTF-8) */
  readonly text: string;
  readonly hash: string;
  readonly document: TermsDocument;
  /** what it changes of the round before; of the first one, and of a draft, of the version before; empty if there is none */
  readonly diff: readonly TextChange[];
  /** every wording that was sent in these talks, oldest first */
  readonly rounds: readonly RoundView[];
}

export interface RoundView {
  readonly round: number;
  readonly revision: number;
  /** whose wording it is */
  readonly author: string;
  readonly at: Date;
  readonly hash: string;
  readonly document: TermsDocument;
  readonly diff: readonly TextChange[];
}

/** @param seen the history as the caller's agency may know it */
export function negotiationView(seen: AgreementHistory): NegotiationView {
  const negotiation = negotiationOf(seen);
  const { version, text, state, drafter, author, round, accepted, signed, terms } = negotiation;
  const { revision, body, hash } = text;
  const document = writeTerms(terms);
  const rounds = roundsOf(seen, negotiation);
  const diff = rounds.at(-1)?.diff ?? differenceFrom(wordingBefore(seen, version), terms);
  return {
    version,
    revision,
    state,
    drafter,
    author,
    round,
    accepted,
    signed,
    text: body,
    hash,
    document,
    diff,
    rounds,
  };
}

function roundsOf(seen: AgreementHistory, { version }: Negotiation): readonly RoundView[] {
  const events = seen.events.filter((event) => event.version === version);
  const isSentAgain = (event: AgreementEvent): boolean => event.kind === 'DRAFT' || event.kind === 'OFFER';
  const begun = events.findLastIndex(isSentAgain);
  const sent = events.slice(begun).filter(({ kind }) => kind === 'OFFER' || kind === 'COUNTER');
  let before = wordingBefore(seen, version);
  return sent.map((event, index) => {
    const { body, hash, revision } = textAt(seen, event);
    const terms = termsOf(body);
    const diff = differenceFrom(before, terms);
    before = terms;
    return {
      round: index + 1,
      revision,
      author: event.agency ?? '',
      at: event.at,
      hash,
      document: writeTerms(terms),
      diff,
    };
  });
}

/** The wording a version follows on; undefined for the first. */
function wordingBefore(seen: AgreementHistory, version: number): Terms | undefined {
  const before = seen.finalised.findLast((finalised) => finalised.version < version);
  return before === undefined ? undefined : termsOf(textAt(seen, before).body);
}

function differenceFrom(before: Terms | undefined, after: Terms): readonly TextChange[] {
  return before === undefined ? [] : textDifference(before, after);
}

/** For callers that compare wordings they were shown. */
export { changeSentence, documentDifference } from '../../agreements/text-difference.js';
