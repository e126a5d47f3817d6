import type { Terms } from '../domain/agreement.js';
import type { Agency } from '../domain/registry.js';

/**
 * The parties a code in a clause stands for: an agency that is party, or a partner's agencies that are. Empty: nobody.
 *
 *     partiesNamed('AL', ['AL-BMP', 'AL-MOI', 'ME-BP'], agencies) → ['AL-BMP', 'AL-MOI']
 */
export function partiesNamed(code: string, parties: readonly string[], agencies: readonly Agency[]): readonly string[] {
  if (parties.includes(code)) return [code];
  const ofPartner = agencies.filter((agency) => agency.partner === code).map((agency) => agency.code);
  return parties.filter((party) => ofPartner.includes(party));
}

/** The partner of each party, for clauses that name a partner. @throws if a party is not registered: it never leaves the registry */
export function partnersOf(terms: Terms, agencies: readonly Agency[]): Readonly<Record<string, string>> {
  const entries = terms.parties.map((party) => {
    const agency = agencies.find((candidate) => candidate.code === party);
    if (agency === undefined) throw new Error(`party \`${party}\` is not registered`);
    return [party, agency.partner] as const;
  });
  return Object.fromEntries(entries);
}
