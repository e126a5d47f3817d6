import { knownTo } from '../../agreements/reference.js';
import type { AgreementVersion } from '../../domain/agreement.js';
import type { AgreementHistory } from '../../domain/agreement-history.js';
import type { DutyAttestation } from '../../domain/duty.js';
import type { Ports } from '../ports.js';

/** One agreement as one of its parties knows it, with what verified of it. */
export interface OwnAgreement {
  /** what it is called towards the agency */
  readonly shown: string;
  /** the key it is stored under: never leaves the hub */
  readonly reference: string;
  readonly seen: AgreementHistory;
  readonly versions: readonly AgreementVersion[];
  readonly attestations: readonly DutyAttestation[];
}

/** The agreements an agency is party to, in the order of their names, and the instant they were read at by the database's clock. */
export async function ownAgreements(
  hub: Pick<Ports, 'agreementStore' | 'agreements'>,
  agency: string,
): Promise<{ readonly now: Date; readonly agreements: readonly OwnAgreement[] }> {
  const known = knownTo(agency, await hub.agreementStore.historiesOf(agency));
  const attestations = await hub.agreementStore.attestationsOf(known.map(({ history }) => history.reference));
  // Read after the histories: a version that the set does not know yet would look like one that does not verify.
  const { now, set } = await hub.agreements.inForce({ refresh: true });
  const agreements = known.map(({ history: { reference }, seen, shown }) => ({
    shown,
    reference,
    seen,
    versions: set.versions.filter((version) => version.terms.reference === reference),
    attestations: attestations.filter((attestation) => attestation.reference === reference),
  }));
  return { now, agreements };
}
