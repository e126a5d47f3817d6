import { verifyAgreement, withoutDoubtful } from '../agreements/verify.js';
import { startOfLocalDay } from '../policy/local-time.js';
import type { AgreementVerifier, Signing } from './ports.js';

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
