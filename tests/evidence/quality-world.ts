/** The demo world with one record that two agencies may read, and what its owner's steward and its recipients do with it. */
import type { RecordPlace } from '../../src/domain/quality-act.js';
import type { EvidencePlace } from '../../src/start/ledger-evidence.js';
import { standard } from '../api/harness.js';
import { type Document, partiesOf } from '../journeys/parties.js';
import { dataOf, type WorldHub, worldHub } from '../journeys/world-hub.js';

export const DATABASE = 'AL-BORDER-CROSSINGS';
export const STEWARD = 'AL-BMP:STEWARD';

const ERRORS = 'userErrors { path code message }';
const NOTICE =
  'id database owner recipient kind reason note issuedAt dueAt status recordCount attestation { person statement outcome at } records { nodes { ids { purpose id } versions currentVersion fields agreements } }';

/** Opens the section between Albania and Montenegro to a third agency: AGR-2024-002 opens it to ME-BP. */
const SECOND: Document = {
  reference: 'AGR-2026-409',
  title: 'Events on the section of Albania and Montenegro',
  parties: ['AL-BMP', 'MK-BP'],
  legalBasis: 'Police cooperation treaty, article 9',
  timeZone: 'Europe/Tirane',
  from: '2026-01-01',
  until: '2034-01-01',
  clauses: [
    {
      article: '1',
      kind: 'PERMISSION',
      assigner: 'AL-BMP',
      assignee: 'MK-BP',
      recordType: 'BorderCrossing',
      action: 'READ',
      purposes: ['BORDER_SURVEILLANCE', 'RISK_ANALYSIS'],
      rows: { field: 'borderSection', op: 'eq', value: 'AL-ME' },
      fields: { nationality: 'CLEAR', borderSection: 'CLEAR', direction: 'CLEAR', personsCount: 'CLEAR' },
    },
  ],
};

export interface OwnRecord {
  readonly id: string;
  readonly nationalReference: string;
  readonly nationality: string;
  readonly version: number;
  readonly status: string;
}

export interface Notice {
  readonly note: string | null;
  readonly id: string;
  readonly database: string;
  readonly owner: string;
  readonly recipient: string;
  readonly kind: string;
  readonly reason: string;
  readonly dueAt: string;
  readonly status: string;
  readonly recordCount: number;
  readonly attestation: { readonly person: string; readonly statement: string; readonly outcome: string } | null;
  readonly records: {
    readonly nodes: readonly {
      readonly ids: readonly { readonly purpose: string | null; readonly id: string }[];
      readonly versions: readonly number[];
      readonly currentVersion: number | null;
      readonly fields: readonly string[];
      readonly agreements: readonly string[];
    }[];
  };
}

export interface Acted {
  readonly record: { readonly id: string; readonly version: number; readonly status: string } | null;
  readonly notices: readonly Notice[] | null;
  readonly userErrors: readonly { readonly path: readonly string[]; readonly code: string; readonly message: string }[];
}

export interface QualityWorld extends WorldHub {
  /** records of the shared section as their owner sees them, in one order */
  own(count?: number): Promise<readonly OwnRecord[]>;
  /** an agency reads these fields of the section's records. @returns ids */
  read(as: string, fields: string, purpose?: string): Promise<readonly string[]>;
  act(name: 'correctRecord' | 'disputeRecord' | 'eraseRecord', input: object, as?: string): Promise<Acted>;
  notices(agency: string, role: 'RECEIVED' | 'ISSUED', more?: string): Promise<readonly Notice[]>;
  attest(agency: string, notice: string, statement: string, outcome?: string): Promise<Acted>;
  /** one statement as the hub's own role */
  rows<T>(text: string, values?: readonly unknown[]): Promise<readonly T[]>;
}

export const INPUTS = {
  correctRecord: 'CorrectRecordInput',
  disputeRecord: 'DisputeRecordInput',
  eraseRecord: 'EraseRecordInput',
} as const;

export async function qualityWorld(place: Pick<EvidencePlace, 'safekeeping'> = {}): Promise<QualityWorld> {
  const world = await worldHub(place);
  await partiesOf(world).conclude(SECOND);
  const section = `databases: ["${DATABASE}"], where: { borderSection: { eq: "AL-ME" } }`;
  return {
    ...world,
    async own(count = 10) {
      const query = `{ borderCrossings(purpose: BORDER_SURVEILLANCE, ${section}, first: ${count}, orderBy: [{ field: NATIONAL_REFERENCE, direction: ASC }]) {
        nodes { id nationalReference nationality version status } } }`;
      return dataOf<{ nodes: OwnRecord[] }>(await world.ask(query, 'AL-BMP:ANALYST'), 'borderCrossings').nodes;
    },
    async read(as, fields, purpose = 'BORDER_SURVEILLANCE') {
      const query = `{ borderCrossings(purpose: ${purpose}, ${section}, first: 1000) { nodes { id ${fields} } } }`;
      const { nodes } = dataOf<{ nodes: { id: string }[] }>(await world.ask(query, `${as}:ANALYST`), 'borderCrossings');
      return nodes.map(({ id }) => id);
    },
    async act(name, input, as = STEWARD) {
      const query = `mutation ($input: ${INPUTS[name]}!) { ${name}(input: $input) { record { id version status } notices { ${NOTICE} } ${ERRORS} } }`;
      return dataOf<Acted>(
        await world.ask(query, as, { input: { database: DATABASE, reason: 'WRONG_VALUE', ...input } }),
        name,
      );
    },
    async notices(agency, role, more = '') {
      const query = `{ qualityNotices(role: ${role}, first: 100${more}) { nodes { ${NOTICE} } } }`;
      return dataOf<{ nodes: Notice[] }>(await world.ask(query, `${agency}:STEWARD`), 'qualityNotices').nodes;
    },
    async attest(agency, notice, statement, outcome = 'CORRECTED') {
      const query = `mutation ($input: AttestQualityNoticeInput!) { attestQualityNotice(input: $input) { notice { ${NOTICE} } ${ERRORS} } }`;
      const answered = await world.ask(query, `${agency}:POLICY_OFFICER`, { input: { notice, statement, outcome } });
      return dataOf<Acted>(answered, 'attestQualityNotice');
    },
    async rows<T>(text: string, values: readonly unknown[] = []) {
      return (await world.owner.query(text, [...values])).rows as T[];
    },
  };
}

/** Where the shared section lies. @throws if the world has no such place */
export async function placeOf(world: WorldHub): Promise<RecordPlace> {
  const database = (await world.hub.registry.databases()).find(({ code }) => code === DATABASE);
  const recordType = standard.recordTypes.find(({ name }) => name === database?.recordType);
  if (database === undefined || recordType === undefined) throw new Error(`the world has no \`${DATABASE}\``);
  return { database, recordType };
}
