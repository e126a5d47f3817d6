import { partnersOf } from '../../agreements/parties.js';
import { frameworkKey } from '../../agreements/settle.js';
import type { AgreementVersion, Terms } from '../../domain/agreement.js';
import type { UserError } from '../../domain/errors.js';
import { widerThanFramework } from '../../policy/difference/within-framework.js';
import type { AgreementSource } from '../ports.js';
import type { Reading } from './agreement-difference.js';

/** One answer for whatever the agency may not know: that there is none, that it is others', that it is still talked about. */
const UNKNOWN: UserError = {
  path: ['framework'],
  code: 'FRAMEWORK_UNKNOWN',
  message:
    'no finalised agreement of this reference has all parties of this one; conclude it first or leave `framework` out',
};

/**
 * Where terms go beyond the framework they name: each permission is contained in one of its newest finalised version, and they
 * hold no longer. Empty without a framework.
 *
 * @param agency who writes the terms; of what it is no party to, nothing is said here
 */
export async function frameworkProblems(
  agreements: AgreementSource,
  agency: string,
  terms: Terms,
  reading: Reading,
): Promise<readonly UserError[]> {
  // Whoever is no party is refused for that: a framework it could ask about by guessing would be a window on other parties.
  if (terms.framework === undefined || !terms.parties.includes(agency)) return [];
  const { set } = await agreements.inForce({ refresh: true });
  const framework = newestOf(frameworkKey(terms, set.versions), set.versions);
  const hasAll = framework !== undefined && terms.parties.every((party) => framework.terms.parties.includes(party));
  if (!hasAll) return [UNKNOWN];
  const annex = { terms, partnerOf: partnersOf(terms, reading.agencies) };
  return widerThanFramework(annex, framework, reading);
}

function newestOf(key: string | undefined, versions: readonly AgreementVersion[]): AgreementVersion | undefined {
  return versions
    .filter(({ terms }) => terms.reference === key)
    .sort((a, b) => a.version - b.version)
    .at(-1);
}
