import { randomUUID } from 'node:crypto';
import { signAsDemo } from '../../examples/western-balkans/demo-keys.js';
import type { AgreementProgress } from '../../examples/western-balkans/journey.js';
import type { Registered as RegisteredBefore, WorldDoors } from '../../examples/western-balkans/load.js';
import { negotiationOf } from '../agreements/negotiation.js';
import type { Identity, Role } from '../domain/identity.js';
import { readImport } from '../http/import-stream.js';
import { confirmSignatoryKey, registerSignatoryKey } from '../hub/agreements/signatory-keys.js';
import { answer } from '../hub/answer.js';
import {
  acceptAgreement,
  type Changed,
  draftAgreement,
  offerAgreement,
  type Party,
  signAgreement,
  suspendAgreement,
} from '../hub/change-agreement.js';
import { ingest } from '../hub/ingest.js';
import type { Journal } from '../hub/journal.js';
import type { Ports } from '../hub/ports.js';
import {
  type Registered,
  registerAgency,
  registerPartner,
  registerSharedDatabase,
  registerTechnology,
} from '../hub/register.js';
import { countRecords } from '../persistence/record-count.js';

const OPERATOR: Identity = { person: 'demo operator', roles: ['OPERATOR'] };
/** what a step that was taken before answers; a world loaded half goes on behind it */
const TAKEN = ['CODE_TAKEN', 'KEY_TAKEN', 'ALREADY_DONE'];

/**
 * The demo world's doors: the hub's own functions, one ledger entry each, as the agency that acts. Nothing is written by any
 * other way than a user's.
 *
 * @param databaseUrl of the hub's own role
 */
export function demoDoors(hub: Ports, databaseUrl: string): WorldDoors {
  const as = (agency: string, role: Role): Identity => ({
    agency,
    person: `demo ${role.toLowerCase()}`,
    roles: [role],
  });
  const act = <T>(identity: Identity, action: string, run: (by: Party) => Promise<T>): Promise<T> =>
    answer(hub, identity, request(action), (journal: Journal) => run({ identity, journal }));
  const negotiate = async (
    agency: string,
    role: Role,
    action: string,
    run: (by: Party) => Promise<Changed>,
  ): Promise<void> => demandChanged(await act(as(agency, role), action, run));
  return {
    registered: () => registeredBefore(hub),
    registerPartner: async (partner) =>
      isNew(await act(OPERATOR, 'registerPartner', (by) => registerPartner(hub, by, partner))),
    registerAgency: async (agency) =>
      isNew(await act(OPERATOR, 'registerAgency', (by) => registerAgency(hub, by, agency))),
    registerSharedDatabase: async ({ owner, ...database }) =>
      isNew(
        await act(as(owner, 'STEWARD'), 'registerSharedDatabase', (by) => registerSharedDatabase(hub, by, database)),
      ),
    registerTechnology: async ({ owner, ...technology }) =>
      isNew(await act(as(owner, 'STEWARD'), 'registerTechnology', (by) => registerTechnology(hub, by, technology))),
    registerSignatoryKey: async ({ agency, publicKey }) => {
      demandChanged(
        await act(OPERATOR, 'registerSignatoryKey', (by) =>
          registerSignatoryKey(hub, by, { agency, publicKey, isDemo: true }),
        ),
      );
      // The second person: the agency's own.
      await negotiate(agency, 'POLICY_OFFICER', 'confirmSignatoryKey', (by) =>
        confirmSignatoryKey(hub, by, { publicKey }),
      );
    },
    recordCount: async (code) => {
      const database = (await hub.registry.databases()).find((candidate) => candidate.code === code);
      const recordType = hub.standard.recordTypes.find(({ name }) => name === database?.recordType);
      return database === undefined || recordType === undefined ? 0 : countRecords(databaseUrl, recordType, database);
    },
    importStream: async (code, lines) => {
      const owner = (await hub.registry.databases()).find((candidate) => candidate.code === code)?.owner ?? '';
      await act(as(owner, 'STEWARD'), 'import', ({ identity, journal }) =>
        ingest(hub, identity, { database: code }, readImport(lines, 'ndjson'), journal),
      );
    },
    agreementProgress: (reference) => progressOf(hub, reference),
    draftAgreement: (agency, document) =>
      negotiate(agency, 'POLICY_OFFICER', 'draftAgreement', (by) => draftAgreement(hub, by, document)),
    offerAgreement: (agency, reference) =>
      negotiate(agency, 'POLICY_OFFICER', 'offerAgreement', (by) => offerAgreement(hub, by, { reference })),
    acceptAgreement: (agency, reference) =>
      negotiate(agency, 'POLICY_OFFICER', 'acceptAgreement', (by) => acceptAgreement(hub, by, { reference })),
    signAgreement: async (agency, reference) => {
      const history = await hub.agreementStore.history(reference);
      if (history === undefined) throw new Error(`the demo has no agreement \`${reference}\` to sign`);
      const signature = signAsDemo(agency, negotiationOf(history).text.body);
      await negotiate(agency, 'SIGNATORY', 'signAgreement', (by) => signAgreement(hub, by, { reference, signature }));
    },
    suspendAgreement: (agency, reference, reason) =>
      negotiate(agency, 'SIGNATORY', 'suspendAgreement', (by) => suspendAgreement(hub, by, { reference, reason })),
  };
}

function request(action: string) {
  return { requestId: randomUUID(), action, operation: { name: null, hash: null } };
}

function isNew(registered: Registered<unknown>): boolean {
  if (registered.kind === 'REGISTERED') return true;
  demandTaken(registered.userErrors);
  return false;
}

function demandChanged(changed: Changed): void {
  if (changed.kind === 'REFUSED') demandTaken(changed.userErrors);
}

function demandTaken(userErrors: readonly { readonly code: string; readonly message: string }[]): void {
  const refused = userErrors.find(({ code }) => !TAKEN.includes(code));
  if (refused !== undefined) throw new Error(`the demo world was refused: ${refused.code}, ${refused.message}`);
}

async function registeredBefore({ registry, agreementStore }: Ports): Promise<RegisteredBefore> {
  const codes = (all: readonly { readonly code: string }[]): readonly string[] => all.map(({ code }) => code);
  const agencies = codes(await registry.agencies());
  const keys = await agreementStore.keysOf(agencies);
  return {
    partners: codes(await registry.partners()),
    agencies,
    databases: codes(await registry.databases()),
    technologies: codes(await registry.technologies()),
    keys: keys.filter(({ isDemo, confirmedAt }) => isDemo && confirmedAt !== undefined).map(({ agency }) => agency),
  };
}

async function progressOf(hub: Ports, reference: string): Promise<AgreementProgress | undefined> {
  const history = await hub.agreementStore.history(reference);
  if (history === undefined) return undefined;
  const { state, accepted, signed } = negotiationOf(history);
  return {
    state: history.finalised.length > 0 ? 'FINALIZED' : state,
    accepted,
    signed,
    wasSuspended: history.events.some(({ kind }) => kind === 'SUSPEND'),
  };
}
