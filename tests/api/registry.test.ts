import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHubPorts, type HubPorts } from '../../src/start/hub-ports.js';
import { openRecordTables } from '../../src/start/standard.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { MemoryRegistry, memoryHub, standard, type TestServer, testServer } from './harness.js';
import { reckonDatabase } from './reckoning.js';

let database: TestDatabase;
let ports: HubPorts;
let hub: TestServer;
beforeAll(async () => {
  database = await freshDatabase();
  await openRecordTables(database.url, standard, { timeZone: 'Europe/Tirane', environment: 'test' });
  ports = await createHubPorts({
    standard,
    timeZone: 'Europe/Tirane',
    databaseUrl: database.url,
    readerUrl: database.readerUrl,
    secret: Buffer.alloc(32, 7),
    signing: { environment: 'test', acceptsDemoKeys: false, sha256: () => '', verify: () => false },
    onLedgerFault: () => {},
    onDoubt: () => {},
  });
  await reckonDatabase(database.url, ports);
  hub = await testServer(ports);
});
afterAll(async () => {
  await hub?.close();
  await ports?.close();
  await database?.drop();
});

const OPERATOR = ':OPERATOR';
const register = async (mutation: string, input: object, as: string) => {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { path code message } } }`;
  const { body } = await hub.ask({ query, variables: { input }, as });
  if (body.errors !== undefined) return body.errors.map(({ extensions }) => extensions.code);
  const payload = body.data?.[mutation] as { userErrors: { path: string[]; code: string }[] };
  return payload.userErrors.map(({ path, code }) => `${path.join('.')} ${code}`);
};

describe('the registry over HTTP and PostgreSQL refuses', () => {
  test('whoever has not the role, and an owner other than the caller', async () => {
    expect(await register('registerPartner', { code: 'QA', name: 'a' }, 'AL-BMP:STEWARD')).toEqual(['FORBIDDEN']);
    expect(
      await register(
        'registerSharedDatabase',
        { code: 'QA-DB', name: 'a', recordType: 'BorderCrossing', owner: 'ME-BP' },
        'AL-BMP:STEWARD',
      ),
    ).toEqual(['BAD_USER_INPUT']);
  });

  test('every fault of an input at once, with its place', async () => {
    expect(await register('registerAgency', { code: 'q', name: ' ', partner: 'ZZ' }, OPERATOR)).toEqual([
      'input.code CODE_INVALID',
      'input.name TEXT_MISSING',
      'input.partner PARTNER_UNKNOWN',
    ]);
    expect(
      await register(
        'registerTechnology',
        { code: 'QA-T', name: 'x\u202e', kind: 'k'.repeat(201), description: 'd', maturity: 10 },
        'AL-BMP:STEWARD',
      ),
    ).toEqual(['input.name TEXT_UNPRINTABLE', 'input.kind TEXT_TOO_LONG', 'input.maturity MATURITY_INVALID']);
  });

  test('a record type that nobody has', async () => {
    const input = { code: 'QA-DB', name: 'a', recordType: 'Nothing' };
    expect(await register('registerSharedDatabase', input, 'QA-P:STEWARD')).toEqual([
      'input.recordType RECORD_TYPE_UNKNOWN',
    ]);
  });
});

describe('the registry over HTTP and PostgreSQL', () => {
  test('keeps what is registered, once', async () => {
    expect(
      await register('registerPartner', { code: 'QA', name: 'Partner A', footnote: '* a note' }, OPERATOR),
    ).toEqual([]);
    expect(await register('registerPartner', { code: 'QA', name: 'again' }, OPERATOR)).toEqual([
      'input.code CODE_TAKEN',
    ]);
    expect(await register('registerAgency', { code: 'QA', name: 'police', partner: 'QA' }, OPERATOR)).toEqual([
      'input.code CODE_TAKEN',
    ]);
    expect(await register('registerAgency', { code: 'QA-P', name: 'police', partner: 'QA' }, OPERATOR)).toEqual([]);
    expect(
      await register(
        'registerSharedDatabase',
        { code: 'QA-DB', name: 'crossings', recordType: 'BorderCrossing' },
        'QA-P:STEWARD',
      ),
    ).toEqual([]);
    expect(
      await register(
        'registerTechnology',
        { code: 'QA-T', name: 'reader', kind: 'reader', description: 'reads', maturity: 9 },
        'QA-P:POLICY_OFFICER',
      ),
    ).toEqual([]);
    const { body } = await hub.ask({
      query: `{ partners { nodes { code footnote agencies { nodes { code partner { code }
        databases { nodes { code recordType hosting owner { code } } } technologies { nodes { code maturity owner { code } } } } } } } }`,
      as: 'QA-P:ANALYST',
    });
    expect(body).toEqual({
      data: {
        partners: {
          nodes: [
            {
              code: 'QA',
              footnote: '* a note',
              agencies: {
                nodes: [
                  {
                    code: 'QA-P',
                    partner: { code: 'QA' },
                    databases: {
                      nodes: [
                        { code: 'QA-DB', recordType: 'BorderCrossing', hosting: 'HOSTED', owner: { code: 'QA-P' } },
                      ],
                    },
                    technologies: { nodes: [{ code: 'QA-T', maturity: 9, owner: { code: 'QA-P' } }] },
                  },
                ],
              },
            },
          ],
        },
      },
    });
  });

  test('writes one entry per registration, in the ledger of the database', async () => {
    const { body } = await hub.ask({ query: '{ ledger { nodes { action outcome subject } } }', as: 'QA-P:AUDITOR' });
    const { ledger } = body.data as { ledger: { nodes: { action: string }[] } };
    expect(ledger.nodes.filter(({ action }) => action.startsWith('register'))).toEqual([
      { action: 'registerTechnology', outcome: 'ANSWERED', subject: { code: 'QA-T' } },
      { action: 'registerSharedDatabase', outcome: 'ANSWERED', subject: { code: 'QA-DB' } },
      { action: 'registerSharedDatabase', outcome: 'REFUSED', subject: { code: 'QA-DB' } },
    ]);
  });
});

describe('the import mutation', () => {
  const load = async (records: readonly object[], as = 'QA-P:STEWARD', code = 'QA-DB') => {
    const query = `mutation ($input: ImportBorderCrossingsInput!) { importBorderCrossings(input: $input) {
      read inserted updated unchanged userErrors { path code message } } }`;
    const { body } = await hub.ask({ query, variables: { input: { database: code, records } }, as });
    return body.errors?.map(({ extensions }) => extensions.code) ?? body.data?.importBorderCrossings;
  };
  const record = (reference: string) => ({ nationalReference: reference, detectedAt: '2024-02-01T10:00:00+01:00' });

  test('is refused to a steward of another agency, and for a database of another record type or none', async () => {
    expect(await load([record('A')], 'QB-P:STEWARD')).toEqual(['FORBIDDEN']);
    expect(await load([record('A')], 'QA-P:STEWARD', 'NO-DB')).toEqual(['BAD_USER_INPUT']);
    expect(
      await register(
        'registerSharedDatabase',
        { code: 'QA-D2', name: 'd', recordType: 'DetectionCount' },
        'QA-P:STEWARD',
      ),
    ).toEqual([]);
    expect(await load([record('A')], 'QA-P:STEWARD', 'QA-D2')).toEqual(['BAD_USER_INPUT']);
  });

  test('stores nothing if one record is wrong, and names its place', async () => {
    expect(await load([record('A'), { ...record('A') }])).toMatchObject({
      inserted: null,
      userErrors: [{ path: expect.arrayContaining(['input', 'records', '1']), code: 'RECORD_INVALID' }],
    });
  });

  test('changes nothing the second time', async () => {
    expect(await load([record('A'), record('B')])).toEqual({
      read: 2,
      inserted: 2,
      updated: 0,
      unchanged: 0,
      userErrors: [],
    });
    expect(await load([record('A'), record('B')])).toEqual({
      read: 2,
      inserted: 0,
      updated: 0,
      unchanged: 2,
      userErrors: [],
    });
    const { body } = await hub.ask({
      query: '{ ledger(first: 1) { nodes { action outcome subject } } }',
      as: 'QA-P:AUDITOR',
    });
    expect(body.data?.ledger).toMatchObject({
      nodes: [{ action: 'import', outcome: 'ANSWERED', subject: { database: 'QA-DB', unchanged: 2 } }],
    });
  });
});

describe('nested lists', () => {
  const registry = new MemoryRegistry();
  for (let partner = 0; partner < 20; partner += 1) {
    const code = `Q${String.fromCharCode(65 + partner)}`;
    registry.rows.partners.push({ code, name: code, footnote: null });
    for (let agency = 0; agency < 5; agency += 1) {
      registry.rows.agencies.push({ code: `${code}-${agency}`, name: code, partner: code });
      registry.rows.databases.push({
        id: registry.rows.databases.length,
        code: `${code}-${agency}-D`,
        name: code,
        owner: `${code}-${agency}`,
        recordType: 'X',
        hosting: 'HOSTED',
      });
    }
  }
  const catalogue =
    '{ partners { nodes { code agencies { nodes { code partner { code } databases { nodes { code owner { code partner { name } } } } technologies { nodes { code } } } } } } }';

  test('are one question to the registry per level, whatever their number', async () => {
    const memory = await testServer(memoryHub(registry));
    registry.asked.length = 0;
    const { body } = await memory.ask({ query: catalogue });
    expect(body.errors).toBeUndefined();
    expect(JSON.stringify(body.data).match(/-D"/g)?.length).toBe(100);
    expect([...registry.asked].sort()).toEqual([
      'agencies',
      'agenciesOf',
      'databasesOf',
      'partners',
      'partners',
      'technologiesOf',
    ]);
    await memory.close();
  });

  test('are asked anew for each caller: nothing is kept between two requests', async () => {
    const memory = await testServer(memoryHub(registry));
    registry.asked.length = 0;
    for (const as of ['QA-0:ANALYST', 'QB-0:ANALYST']) await memory.ask({ query: catalogue, as });
    expect(registry.asked.filter((name) => name === 'agenciesOf')).toHaveLength(2);
    await memory.close();
  });

  test('are walked page by page, forwards and backwards, without loss or repetition', async () => {
    const memory = await testServer(memoryHub(registry));
    const page = async (args: string) => {
      const { body } = await memory.ask({
        query: `{ agencies(${args}) { nodes { code } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      });
      return body.data?.agencies as {
        nodes: { code: string }[];
        pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
      };
    };
    const all = registry.rows.agencies.map(({ code }) => code).sort();
    const forwards: string[] = [];
    for (let args = 'first: 33'; args !== ''; ) {
      const { nodes, pageInfo } = await page(args);
      forwards.push(...nodes.map(({ code }) => code));
      args = pageInfo.hasNextPage ? `first: 33, after: "${pageInfo.endCursor}"` : '';
    }
    expect(forwards).toEqual(all);
    const backwards: string[] = [];
    for (let args = 'last: 33'; args !== ''; ) {
      const { nodes, pageInfo } = await page(args);
      backwards.unshift(...nodes.map(({ code }) => code));
      args = pageInfo.hasPreviousPage ? `last: 33, before: "${pageInfo.startCursor}"` : '';
    }
    expect(backwards).toEqual(all);
    expect((await page('first: 0')).nodes).toEqual([]);
    await memory.close();
  });
});
