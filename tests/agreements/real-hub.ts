/** The agreement journeys over a real database, for tests: ports, identities, and an agreement walked to its end. */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Doubt } from '../../src/domain/agreement-history.js';
import type { Identity, Role } from '../../src/domain/identity.js';
import { createAgreementVerifier } from '../../src/hub/agreements/agreement-verifier.js';
import { showAgreement } from '../../src/hub/agreements/show-agreement.js';
import * as keys from '../../src/hub/agreements/signatory-keys.js';
import * as acts from '../../src/hub/change-agreement.js';
import { RequestJournal } from '../../src/hub/journal.js';
import type { Signing } from '../../src/hub/ports.js';
import { sha256Hex, verifyEd25519 } from '../../src/persistence/cryptography.js';
import { type Orm, openOrm } from '../../src/persistence/orm.js';
import { AgreementStoreRepository } from '../../src/persistence/repositories/agreement-store.js';
import { AgreementRepository } from '../../src/persistence/repositories/agreements.js';
import { RegistryRepository } from '../../src/persistence/repositories/registry.js';
import { AGENCIES, type Document, publicKeyOf, REGISTRY, STANDARD, signatureOf } from './small-world.js';

const SIGNING: Signing = { environment: 'test', acceptsDemoKeys: false, sha256: sha256Hex, verify: verifyEd25519 };

export interface RealHub {
  readonly orm: Orm;
  readonly doubts: Doubt[];
  readonly agreements: AgreementRepository;
  readonly agreementStore: AgreementStoreRepository;
  readonly registry: RegistryRepository;
  readonly signing: Signing;
  readonly standard: typeof STANDARD;
  close(): Promise<void>;
}

/** A hub with the small world's registry and keys. A second one over the same database stands for another process. */
export async function openHub(url: string, options: { readonly isNew: boolean }): Promise<RealHub> {
  const orm = await openOrm(url, 4);
  const doubts: Doubt[] = [];
  const verifier = createAgreementVerifier(SIGNING, STANDARD);
  const monotonicMs = (): number => performance.now();
  const agreements = new AgreementRepository({ orm, verifier, monotonicMs, onDoubt: (doubt) => doubts.push(doubt) });
  const agreementStore = new AgreementStoreRepository(orm, url);
  const registry = new RegistryRepository(orm, () => []);
  const close = async (): Promise<void> => {
    await agreementStore.close();
    await orm.close(true);
  };
  const hub = { orm, doubts, agreements, agreementStore, registry, signing: SIGNING, standard: STANDARD, close };
  if (options.isNew) await register(hub);
  return hub;
}

async function register(hub: RealHub): Promise<void> {
  for (const code of new Set(AGENCIES.map((agency) => agency.partner))) {
    await hub.registry.addPartner({ code, name: code, footnote: null });
  }
  for (const agency of AGENCIES) await hub.registry.addAgency(agency);
  for (const { id: _, ...database } of REGISTRY.databases) await hub.registry.addDatabase(database);
  for (const { code: agency } of AGENCIES) {
    const publicKey = publicKeyOf(agency);
    await keys.registerSignatoryKey(hub, operator(), { agency, publicKey, isDemo: false });
    await keys.confirmSignatoryKey(hub, party(agency), { publicKey });
  }
}

export function party(agency: string, ...roles: readonly Role[]): acts.Party {
  return partyOf({
    agency,
    person: `officer of ${agency}`,
    roles: roles.length > 0 ? roles : ['POLICY_OFFICER', 'SIGNATORY'],
  });
}

export const operator = (): acts.Party => partyOf({ person: 'operator', roles: ['OPERATOR'] });

function partyOf(identity: Identity): acts.Party {
  const request = { requestId: randomUUID(), action: 'test', operation: { name: null, hash: null } };
  return { identity, journal: new RequestJournal(identity, request, () => 0) };
}

/** What the party signs now, as it would sign it. */
export async function signatureNow(hub: RealHub, agency: string, reference: string): Promise<string> {
  const view = await showAgreement(hub, party(agency).identity, reference);
  return signatureOf(agency, view?.negotiation?.text ?? '');
}

/** Drafts, offers, accepts and signs by everybody: the agreement is finalised. */
export async function conclude(hub: RealHub, document: Document): Promise<void> {
  const parties = document.parties as string[];
  const reference = document.reference as string;
  const [drafter = '', ...others] = parties;
  const changes = [
    await acts.draftAgreement(hub, party(drafter), document),
    await acts.offerAgreement(hub, party(drafter), { reference }),
  ];
  for (const other of others) changes.push(await acts.acceptAgreement(hub, party(other), { reference }));
  for (const one of parties) {
    const signature = await signatureNow(hub, one, reference);
    changes.push(await acts.signAgreement(hub, party(one), { reference, signature }));
  }
  const refusal = changes.find((change) => change.kind === 'REFUSED');
  if (refusal !== undefined) throw new Error(JSON.stringify(refusal));
}
