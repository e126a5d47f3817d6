import { verifyAgreement, withoutDoubtful } from '../agreements/verify.js';
import type { AgreementVersion } from '../domain/agreement.js';
import type { Doubt, SignatoryKey, StoredAgreement, Verified } from '../domain/agreement-history.js';
import type { Agency } from '../domain/registry.js';
import { startOfLocalDay } from '../policy/local-time.js';
import type { Signing } from './ports.js';

/** What the adapter that loads agreements asks of the core: is this what its parties signed, and what counts if not? */
export interface AgreementVerifier {
  verify(
    stored: StoredAgreement,
    known: { readonly keys: readonly SignatoryKey[]; readonly agencies: readonly Agency[] },
  ): Verified;
  withoutDoubtful(versions: readonly AgreementVersion[], doubts: readonly Doubt[]): readonly AgreementVersion[];
}

/** The rules of `agreements/verify` for this hub: its environment, its view of demo keys, its cryptography. */
export function createAgreementVerifier(signing: Signing): AgreementVerifier {
  const { environment, acceptsDemoKeys } = signing;
  return {
    verify: (stored, { keys, agencies }) =>
      verifyAgreement(stored, {
        environment,
        acceptsDemoKeys,
        keys,
        agencies,
        sha256: (text) => signing.sha256(text),
        verify: (publicKey, text, signature) => signing.verify(publicKey, text, signature),
        startOfLocalDay,
      }),
    withoutDoubtful,
  };
}
