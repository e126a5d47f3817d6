import type { Doubt } from '../../domain/agreement-history.js';
import { plainReference } from '../../domain/agreement-reference.js';
import { HubError } from '../../domain/errors.js';
import type { Identity } from '../../domain/identity.js';
import type { Ports } from '../ports.js';

/**
 * Versions of the caller's own agreements that cannot be believed: their bytes, signatures or keys are not stored as they
 * were verified, so they permit nothing. Of others' agreements nothing is told. Looks now, at what is stored.
 */
export async function agreementDoubts(
  { agreements }: Pick<Ports, 'agreements'>,
  { agency }: Identity,
): Promise<readonly Doubt[]> {
  if (agency === undefined) throw new HubError('FORBIDDEN');
  const { doubts = [] } = await agreements.inForce({ refresh: true });
  return doubts
    .filter(({ parties }) => parties.includes(agency))
    .map((doubt) => ({ ...doubt, reference: plainReference(doubt.reference) }));
}
