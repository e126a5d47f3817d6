import { namesOf, settle } from '../../agreements/settle.js';
import { verifyAgreement, withoutDoubtful } from '../../agreements/verify.js';
import type { ExchangeStandard } from '../../domain/record-type.js';
import { startOfLocalDay } from '../../policy/local-time.js';
import type { AgreementVerifier, Signing } from '../ports.js';
import { comparisonRules } from './agreement-difference.js';

/** The rules of `agreements/verify` for this hub: its environment, its view of demo keys, its cryptography, its standard. */
export function createAgreementVerifier(signing: Signing, standard: ExchangeStandard): AgreementVerifier {
  const { environment, acceptsDemoKeys } = signing;
  return {
    verify: (stored, { keys, agencies, databases }) =>
      verifyAgreement(stored, {
        environment,
        acceptsDemoKeys,
        keys,
        agencies,
        sha256: (text) => signing.sha256(text),
        verify: (publicKey, text, signature) => signing.verify(publicKey, text, signature),
        startOfLocalDay,
        tightening: comparisonRules({ standard, agencies, databases }),
      }),
    settle,
    namesOf,
    withoutDoubtful,
  };
}
