import { negotiationOf } from '../../agreements/negotiation.js';
import { readSignedText } from '../../agreements/signed-text.js';
import { type LiveTerms, type TouchedClause, touchedClauses } from '../../agreements/standard-change.js';
import type { AgreementHistory } from '../../domain/agreement-history.js';
import type { ExchangeStandard } from '../../domain/record-type.js';
import { statusAt } from '../../policy/in-force.js';
import { startOfLocalDay } from '../../policy/local-time.js';
import type { InForce, Ports } from '../ports.js';

/** The agreements of a hub that need not run: what commands and the start look at. */
export type AgreementsAtRest = Pick<Ports, 'agreements' | 'agreementStore' | 'registry'>;

/**
 * One line for each live clause, of whatever agreement, that a new exchange standard would silently open or close. For the
 * operator, who applies it; nobody else is told of others' agreements.
 *
 * @param before the standard applied last; undefined = none was, so only what the new one lacks can be said
 */
export async function standardRefusals(
  hub: AgreementsAtRest,
  before: ExchangeStandard | undefined,
  after: ExchangeStandard,
): Promise<readonly string[]> {
  const databases = await hub.registry.databases();
  const inForce = await hub.agreements.inForce({ refresh: true });
  const live: LiveTerms[] = [];
  for (const reference of await hub.agreementStore.references()) {
    const history = await hub.agreementStore.history(reference);
    if (history !== undefined) live.push(...liveTerms(history, inForce));
  }
  return touchedClauses(live, { before: before ?? after, after, databases }).map(refusalOf);
}

function refusalOf({ reference, article, subject, why }: TouchedClause): string {
  return `\`${reference}\` article ${article}: \`${subject}\` ${why}; amend the agreement first, or leave it as it is`;
}

/**
 * Every wording of an agreement that binds now or may: finalised versions that are neither over nor superseded, whether they
 * verify or not, and the wording on the table.
 */
function liveTerms(history: AgreementHistory, { set, now }: InForce): readonly LiveTerms[] {
  const verified = set.versions.filter(({ terms }) => terms.reference === history.reference);
  const finalised = history.finalised.flatMap(({ version, revision }): readonly LiveTerms[] => {
    const terms = termsAt(history, version, revision);
    if (terms === undefined || startOfLocalDay(terms.until, terms.timeZone) <= now.getTime()) return [];
    const known = verified.find((one) => one.version === version);
    const status = known === undefined ? undefined : statusAt(known, history.acts, verified, now);
    if (status === 'SUPERSEDED') return [];
    return [{ reference: terms.reference, terms, isEnded: status === 'TERMINATED' }];
  });
  return [...finalised, ...onTheTable(history)];
}

function onTheTable(history: AgreementHistory): readonly LiveTerms[] {
  // A text somebody changed in the database cannot be read: the finalised ones, looked at above, can still be.
  if (history.texts.some(({ body }) => readSignedText(body) === undefined)) return [];
  const { state, terms } = negotiationOf(history);
  if (state === 'FINALIZED' || state === 'TERMINATED') return [];
  return [{ reference: terms.reference, terms, isEnded: false }];
}

function termsAt(history: AgreementHistory, version: number, revision: number) {
  const text = history.texts.find((one) => one.version === version && one.revision === revision);
  return text === undefined ? undefined : readSignedText(text.body)?.terms;
}
