/**
 * The hub in a field of its own: nothing but two SDL files says what a vessel inspection is, and what a purpose. Everything
 * else happens through the doors of users.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { demandStandard } from '../../src/cli/records-folder.js';
import { type UploadDoor, type Uploaded, uploadDoor } from './upload.js';
import { dataOf, emptyHub, type WorldHub } from './world-hub.js';

const PURPOSES = `
"""For what inspections are asked."""
enum Purpose {
  """Choosing the vessels to inspect."""
  PORT_STATE_CONTROL @regime(is: ANY)
  """The yearly report."""
  SAFETY_REPORT @regime(is: STATISTICS)
}`;
const INSPECTIONS = `
"""One inspection of a vessel in a port."""
type VesselInspection @record(plural: "vesselInspections") {
  """Number of the report."""
  reportNumber: String! @key @sensitivity(is: OPERATIONAL)
  """When the vessel was inspected."""
  inspectedAt: DateTime! @occurredAt @sensitivity(is: TIME_PRECISE)
  """Port, with the quay after a full stop."""
  port: String @sensitivity(is: OPERATIONAL) @ladder(steps: [{ name: "harbour", before: "." }])
  """Flag state."""
  flag: CountryCode @sensitivity(is: OPERATIONAL)
  """What became of it."""
  verdict: InspectionVerdict @sensitivity(is: OPERATIONAL)
  """What was found wanting."""
  deficiencies: [String!] @sensitivity(is: OPERATIONAL)
  """Gross tonnage."""
  tonnage: Int @measure @sensitivity(is: OPERATIONAL) @ladder(steps: [{ name: "thousands", width: 1000 }, { name: "tenThousands", width: 10000 }])
  """The inspector's own words."""
  remarks: String @sensitivity(is: INTERNAL)
}
enum InspectionVerdict { CLEARED DEFICIENT DETAINED }`;

const A_ROWS = [
  'report_number,inspected_at,port,flag,verdict,deficiencies,tonnage,remarks',
  'A-1,2026-03-01T08:00:00Z,NORTH.3,PAN,DETAINED,hull|radio,12345,the master was rude',
  'A-2,2026-03-31T23:30:00Z,NORTH.1,LBR,CLEARED,,800,nothing',
  'A-3,2026-07-14T12:00:00Z,SOUTH,PAN,DEFICIENT,lifeboats,31000,',
  'A-4,2026-07-15T12:00:00Z,,MLT,DETAINED,,,unknown quay',
];
const B_ROWS = [
  { reportNumber: 'B-1', inspectedAt: '2026-05-05T05:05:05Z', flag: 'PAN', verdict: 'DETAINED', tonnage: 1999 },
  { reportNumber: 'B-2', inspectedAt: '2026-05-06T05:05:05Z', flag: 'LBR', verdict: 'CLEARED', deficiencies: ['rust'] },
];

const AGREEMENT = {
  reference: 'AGR-2026-001',
  title: 'Exchange on vessels that were found wanting',
  parties: ['AA-COAST', 'BB-COAST'],
  legalBasis: 'Memorandum of understanding, annex 2',
  timeZone: 'Europe/Tirane',
  from: '2026-01-01',
  until: '2036-01-01',
  clauses: [
    {
      article: '1',
      kind: 'PERMISSION',
      assigner: 'AA-COAST',
      assignee: 'BB-COAST',
      mutual: true,
      recordType: 'VesselInspection',
      action: 'READ',
      purposes: ['PORT_STATE_CONTROL'],
      rows: { field: 'verdict', op: 'in', value: ['DETAINED', 'DEFICIENT'] },
      fields: {
        inspectedAt: { GENERALISED: 'month' },
        port: { GENERALISED: 'harbour' },
        flag: 'CLEAR',
        verdict: 'CLEAR',
        deficiencies: 'CLEAR',
        tonnage: { GENERALISED: 'thousands' },
      },
    },
    {
      article: '2',
      kind: 'PERMISSION',
      assigner: 'AA-COAST',
      assignee: 'BB-COAST',
      recordType: 'VesselInspection',
      action: 'AGGREGATE',
      purposes: ['SAFETY_REPORT'],
      fields: { flag: 'CLEAR', tonnage: 'CLEAR', inspectedAt: { GENERALISED: 'quarter' } },
    },
  ],
};

let folder: string;
let world: WorldHub;
let door: UploadDoor;
const keys = new Map<string, KeyObject>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besa-records-'));
  writeFileSync(join(folder, 'purposes.graphql'), PURPOSES);
  writeFileSync(join(folder, 'vessel-inspection.graphql'), INSPECTIONS);
  const standard = await demandStandard(folder);
  world = await emptyHub(standard);
  door = await uploadDoor(world.hub);
  await register();
});
afterAll(async () => {
  await door?.close();
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Carries out one mutation. @throws with the whole answer if anything of it was refused */
async function mutate(mutation: string, input: object, as: string): Promise<Readonly<Record<string, unknown>>> {
  const payload = await tried(mutation, input, as);
  if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors));
  return payload;
}

interface Payload extends Readonly<Record<string, unknown>> {
  readonly userErrors: readonly { readonly path: readonly string[]; readonly code: string }[];
}

async function tried(mutation: string, input: object, as: string, selected = ''): Promise<Payload> {
  const byReference = mutation === 'offerAgreement' || mutation === 'acceptAgreement';
  const type = byReference ? 'AgreementReference' : `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}`;
  const query = `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { ${selected} userErrors { path code message } } }`;
  return dataOf<Payload>(await world.ask(query, as, { input }), mutation);
}

async function register(): Promise<void> {
  for (const code of ['AA', 'BB', 'CC']) {
    await mutate('registerPartner', { code, name: `State ${code}` }, ':OPERATOR');
    await mutate('registerAgency', { code: `${code}-COAST`, name: 'Coast guard', partner: code }, ':OPERATOR');
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    keys.set(`${code}-COAST`, privateKey);
    const hex = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex');
    await mutate('registerSignatoryKey', { agency: `${code}-COAST`, publicKey: hex }, ':OPERATOR');
    await mutate('confirmSignatoryKey', { publicKey: hex }, `second@${code}-COAST:POLICY_OFFICER`);
    const database = { code: `${code}-INSPECTIONS`, name: 'Inspections', recordType: 'VesselInspection' };
    await mutate('registerSharedDatabase', database, `${code}-COAST:STEWARD`);
  }
}

const upload = (rows: readonly string[]): Promise<Uploaded> =>
  door.upload('AA-INSPECTIONS', 'AA-COAST:STEWARD', `${rows.join('\n')}\n`);

async function signAs(agency: string): Promise<void> {
  const { reference } = AGREEMENT;
  const shown = await world.ask(
    `{ agreement(reference: "${reference}") { negotiation { text } } }`,
    `${agency}:SIGNATORY`,
  );
  const { text } = dataOf<{ negotiation: { text: string } }>(shown, 'agreement').negotiation;
  const signature = sign(null, Buffer.from(text), keys.get(agency) as KeyObject).toString('hex');
  await mutate('signAgreement', { reference, signature }, `${agency}:SIGNATORY`);
}

const SOURCES = 'sources { database { code } outcome reason agreements }';
const FIELDS = 'reportNumber inspectedAt port flag verdict deficiencies tonnage remarks';
const list = (as: string, purpose = 'PORT_STATE_CONTROL') =>
  world.ask(
    `{ vesselInspections(purpose: ${purpose}, orderBy: [{ field: FLAG, direction: ASC }]) { nodes { ${FIELDS} } ${SOURCES} } }`,
    as,
  );
const line = (code: string, outcome: string, reason: string | null, agreements: readonly string[] = []) => ({
  database: { code: `${code}-INSPECTIONS` },
  outcome,
  reason,
  agreements,
});

describe('a record type of another field, refused', () => {
  test('an upload with a value that does not fit: its line and column, and nothing is stored', async () => {
    const wrong = [...A_ROWS.slice(0, 3), 'A-9,2026-03-01T08:00:00Z,NORTH,PAN,SUNK,,1,'];
    const { status, body } = await upload(wrong);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ extensions: { problems: [{ line: 4, column: 'verdict' }] } }] });
    expect((await world.owner.query('select 1 from records.vessel_inspection')).rows).toEqual([]);
  });

  test('a clause that shares an internal field, or makes a step of another ladder', async () => {
    const [read] = AGREEMENT.clauses;
    const fields = { remarks: 'CLEAR', tonnage: { GENERALISED: 'month' } };
    const refused = await tried(
      'draftAgreement',
      { ...AGREEMENT, clauses: [{ ...read, fields }] },
      'AA-COAST:POLICY_OFFICER',
    );
    expect(refused.userErrors.map(({ path }) => path.join('.')).sort()).toEqual([
      'input.clauses.0.fields.remarks',
      'input.clauses.0.fields.tonnage',
    ]);
  });

  test('before anything is agreed a partner is told NO_AGREEMENT of every database', async () => {
    const { nodes, sources } = dataOf<{ nodes: unknown; sources: unknown }>(
      await list('BB-COAST:ANALYST'),
      'vesselInspections',
    );
    expect(nodes).toEqual([]);
    expect(sources).toEqual([
      line('AA', 'WITHHELD', 'NO_AGREEMENT'),
      line('BB', 'ANSWERED', null),
      line('CC', 'WITHHELD', 'NO_AGREEMENT'),
    ]);
  });
});

describe('a record type of another field, imported and agreed on', () => {
  beforeAll(async () => {
    expect(await upload(A_ROWS)).toMatchObject({ status: 200, body: { read: 4, inserted: 4 } });
    const imported = { database: 'BB-INSPECTIONS', records: B_ROWS };
    const counts = 'read inserted updated unchanged';
    const first = await tried('importVesselInspections', imported, 'BB-COAST:STEWARD', counts);
    expect(first).toEqual({ read: 2, inserted: 2, updated: 0, unchanged: 0, userErrors: [] });
    const again = await tried('importVesselInspections', imported, 'BB-COAST:STEWARD', counts);
    expect(again).toEqual({ read: 2, inserted: 0, updated: 0, unchanged: 2, userErrors: [] });

    const { reference } = AGREEMENT;
    await mutate('draftAgreement', AGREEMENT, 'AA-COAST:POLICY_OFFICER');
    await mutate('offerAgreement', { reference }, 'AA-COAST:POLICY_OFFICER');
    await mutate('acceptAgreement', { reference }, 'BB-COAST:POLICY_OFFICER');
    await signAs('AA-COAST');
    // One signature opens nothing.
    expect(dataOf<{ nodes: unknown[] }>(await list('BB-COAST:ANALYST'), 'vesselInspections').nodes).toHaveLength(2);
    await signAs('BB-COAST');
  });

  test('a third agency is told NO_AGREEMENT, by lists and by statistics', async () => {
    const strangers = [line('AA', 'WITHHELD', 'NO_AGREEMENT'), line('BB', 'WITHHELD', 'NO_AGREEMENT')];
    const own = line('CC', 'ANSWERED', null);
    const listed = await list('CC-COAST:ANALYST');
    expect(listed.body).toEqual({ data: { vesselInspections: { nodes: [], sources: [...strangers, own] } } });
    const counted = await world.ask(
      `{ vesselInspectionStatistics(purpose: SAFETY_REPORT, groupBy: [FLAG]) { cells { count } total ${SOURCES} } }`,
      'CC-COAST:REPORTER',
    );
    expect(dataOf(counted, 'vesselInspectionStatistics')).toEqual({
      cells: [],
      total: 0,
      sources: [...strangers, own],
    });
  });

  test('for the other purpose no row is shown', async () => {
    const { nodes, sources } = dataOf<{ nodes: unknown; sources: readonly unknown[] }>(
      await list('BB-COAST:ANALYST', 'SAFETY_REPORT'),
      'vesselInspections',
    );
    expect(nodes).toHaveLength(B_ROWS.length);
    expect(sources[0]).toEqual(line('AA', 'WITHHELD', 'PURPOSE_NOT_PERMITTED', ['AGR-2026-001']));
  });

  test('the other party reads exactly the rows and fields of its clause', async () => {
    const { nodes } = dataOf<{ nodes: unknown }>(
      await world.ask(
        `{ vesselInspections(purpose: PORT_STATE_CONTROL, databases: ["AA-INSPECTIONS"], orderBy: [{ field: TONNAGE, direction: ASC }]) {
          nodes { ${FIELDS} disclosure { agreements clauses generalised { field step } withheld { field reason } } } } }`,
        'BB-COAST:ANALYST',
      ),
      'vesselInspections',
    );
    const withheld = ['reportNumber', 'remarks'].map((field) => ({ field, reason: 'FIELD_NOT_SHARED' }));
    const generalised = [
      { field: 'inspectedAt', step: 'month' },
      { field: 'port', step: 'harbour' },
      { field: 'tonnage', step: 'thousands' },
    ];
    const disclosure = { agreements: ['AGR-2026-001'], clauses: ['1'], generalised, withheld };
    const hidden = { reportNumber: null, remarks: null, disclosure };
    const march = '2026-03-01T00:00:00+01:00';
    const july = '2026-07-01T00:00:00+02:00';
    expect(nodes).toEqual([
      {
        inspectedAt: march,
        port: 'NORTH',
        flag: 'PAN',
        verdict: 'DETAINED',
        deficiencies: ['hull', 'radio'],
        tonnage: 12000,
        ...hidden,
      },
      {
        inspectedAt: july,
        port: 'SOUTH',
        flag: 'PAN',
        verdict: 'DEFICIENT',
        deficiencies: ['lifeboats'],
        tonnage: 31000,
        ...hidden,
      },
      {
        inspectedAt: july,
        port: null,
        flag: 'MLT',
        verdict: 'DETAINED',
        deficiencies: null,
        tonnage: null,
        ...hidden,
      },
    ]);
  });

  test('one record by its id shows what the list showed, to this agency and purpose alone', async () => {
    const { nodes } = dataOf<{ nodes: readonly { id: string }[] }>(
      await world.ask(
        `{ vesselInspections(purpose: PORT_STATE_CONTROL) { nodes { id ${FIELDS} } } }`,
        'BB-COAST:ANALYST',
      ),
      'vesselInspections',
    );
    expect(nodes).toHaveLength(5);
    const byId = (id: string, as: string, purpose = 'PORT_STATE_CONTROL') =>
      world.ask(`{ vesselInspection(id: "${id}", purpose: ${purpose}) { id ${FIELDS} } }`, as);
    for (const node of nodes) {
      expect((await byId(node.id, 'CC-COAST:ANALYST')).body).toEqual({ data: { vesselInspection: null } });
      expect((await byId(node.id, 'BB-COAST:ANALYST', 'SAFETY_REPORT')).body).toEqual({
        data: { vesselInspection: null },
      });
      expect((await byId(node.id, 'BB-COAST:ANALYST')).body).toEqual({ data: { vesselInspection: node } });
    }
  });

  test('a filter on a shown step compares steps, one on what is withheld finds nothing and says so', async () => {
    const filtered = (where: string) =>
      world.ask(
        `{ vesselInspections(purpose: PORT_STATE_CONTROL, databases: ["AA-INSPECTIONS"], where: ${where}) { nodes { port tonnage } ${SOURCES} } }`,
        'BB-COAST:ANALYST',
      );
    expect(dataOf(await filtered('{ tonnage: { eq: 12999 } }'), 'vesselInspections')).toMatchObject({
      nodes: [{ port: 'NORTH', tonnage: 12000 }],
    });
    expect(dataOf(await filtered('{ deficiencies: { contains: "radio" } }'), 'vesselInspections')).toMatchObject({
      nodes: [{ port: 'NORTH', tonnage: 12000 }],
    });
    expect(dataOf(await filtered('{ reportNumber: { eq: "A-1" } }'), 'vesselInspections')).toEqual({
      nodes: [],
      sources: [line('AA', 'WITHHELD', 'FIELD_NOT_FILTERABLE', ['AGR-2026-001'])],
    });
  });

  test('statistics count every record of the clause, by field and step, and sum its measure', async () => {
    const counted = await world.ask(
      `{ vesselInspectionStatistics(purpose: SAFETY_REPORT, databases: ["AA-INSPECTIONS"], groupBy: [INSPECTED_AT_QUARTER, FLAG]) {
        cells { group { inspectedAt flag } count sum { tonnage } suppressed } total suppressedCells ${SOURCES} } }`,
      'BB-COAST:REPORTER',
    );
    const cell = (inspectedAt: string, flag: string, tonnage: number | null) => ({
      group: { inspectedAt, flag },
      count: 1,
      sum: { tonnage },
      suppressed: false,
    });
    expect(dataOf(counted, 'vesselInspectionStatistics')).toEqual({
      cells: [
        cell('2026-Q1', 'PAN', 12345),
        // 23:30 in UTC on the last day of March is the second quarter already where this hub counts.
        cell('2026-Q2', 'LBR', 800),
        cell('2026-Q3', 'MLT', null),
        cell('2026-Q3', 'PAN', 31000),
      ],
      total: 4,
      suppressedCells: 0,
      sources: [line('AA', 'ANSWERED', null, ['AGR-2026-001'])],
    });
  });
});
