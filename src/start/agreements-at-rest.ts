import type { Doubt } from '../domain/agreement-history.js';
import type { ExchangeStandard } from '../domain/record-type.js';
import { createAgreementVerifier } from '../hub/agreements/agreement-verifier.js';
import type { AgreementsAtRest } from '../hub/agreements/standard-guard.js';
import type { Signing } from '../hub/ports.js';
import { sha256Hex, verifyEd25519 } from '../persistence/cryptography.js';
import { openOrm } from '../persistence/orm.js';
import { AgreementStoreRepository } from '../persistence/repositories/agreement-store.js';
import { AgreementRepository } from '../persistence/repositories/agreements.js';
import { RegistryRepository } from '../persistence/repositories/registry.js';

/** What signatures are checked against, as the configuration says. */
export function signingOf(config: {
  readonly signingEnvironment: string;
  readonly demo: 'small' | 'large' | 'off';
}): Signing {
  return {
    environment: config.signingEnvironment,
    acceptsDemoKeys: config.demo !== 'off',
    sha256: sha256Hex,
    verify: verifyEd25519,
  };
}

/**
 * Hands the agreements of a migrated database to `work`, with or without a hub, and closes what it opened.
 *
 * @param url of the hub's own role
 */
export async function withAgreements<T>(
  url: string,
  { signing, standard }: { readonly signing: Signing; readonly standard: ExchangeStandard },
  work: (agreements: AgreementsAtRest) => Promise<T>,
): Promise<T> {
  const orm = await openOrm(url);
  const agreementStore = new AgreementStoreRepository(orm, url);
  const agreements = new AgreementRepository({
    orm,
    verifier: createAgreementVerifier(signing, standard),
    monotonicMs: () => performance.now(),
    // Whoever asks reads them from `inForce`.
    onDoubt: (_: Doubt) => undefined,
  });
  const registry = new RegistryRepository(orm, () => {
    throw new Error('nothing is registered here');
  });
  try {
    return await work({ agreements, agreementStore, registry });
  } finally {
    await agreementStore.close();
    await orm.close(true);
  }
}
