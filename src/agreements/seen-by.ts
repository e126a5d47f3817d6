import type { AgreementEvent, AgreementHistory, AgreementText } from '../domain/agreement-history.js';
import { termsOfText } from './signed-text.js';

const SENT: readonly AgreementEvent['kind'][] = ['OFFER', 'COUNTER', 'FINALIZE'];

/**
 * The history as one agency may know it: its own acts, and what was done about wordings that were sent to it. Somebody
 * else's draft is not there before it is offered, and neither is that it was made or withdrawn.
 *
 * Events are numbered afresh, from 1 without gaps: a gap would tell of a draft.
 *
 * @returns undefined if there is nothing this agency may know: to it the agreement does not exist
 */
export function seenBy(agency: string, history: AgreementHistory): AgreementHistory | undefined {
  const sent = new Set(history.events.filter((event) => SENT.includes(event.kind)).map(wordingOf));
  const toAgency = new Set(history.texts.filter((text) => isParty(agency, text)).map(wordingOf));
  const isSentToIt = (at: Wording): boolean => sent.has(wordingOf(at)) && toAgency.has(wordingOf(at));
  const events = history.events.filter(
    (event) => event.agency === agency || (event.kind !== 'DRAFT' && isSentToIt(event)),
  );
  if (events.length === 0) return undefined;
  const known = new Set(events.map(wordingOf));
  const isKnown = (at: Wording): boolean => known.has(wordingOf(at));
  const hasFinalised = history.finalised.some(isKnown);
  return {
    reference: history.reference,
    events: events.map((event, index) => ({ ...event, number: index + 1 })),
    texts: history.texts.filter(isKnown),
    signatures: history.signatures.filter(isKnown),
    finalised: history.finalised.filter(isKnown),
    acts: hasFinalised ? history.acts : [],
  };
}

type Wording = Pick<AgreementText, 'version' | 'revision'>;

function wordingOf({ version, revision }: Wording): string {
  return `${version}.${revision}`;
}

function isParty(agency: string, text: AgreementText): boolean {
  return termsOfText(text)?.parties.includes(agency) === true;
}
