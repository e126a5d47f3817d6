import { createPrivateKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { demoKey, signAsDemo } from '../../examples/western-balkans/demo-keys.js';
import { readQueries } from '../../examples/western-balkans/queries.js';
import type { CommandConfig, CommandContext } from '../../src/cli/command.js';
import { programFor } from '../../src/cli/program.js';
import { importRoute } from '../../src/http/import-route.js';
import { confirmSignatoryKey, registerSignatoryKey } from '../../src/hub/agreements/signatory-keys.js';
import { answer } from '../../src/hub/answer.js';
import { type DemoIssuer, openDemoIssuer } from '../../src/identity/demo-issuer.js';
import { createIdentify } from '../../src/identity/identify.js';
import { knownAgencies } from '../../src/identity/known-agencies.js';
import { sha256Hex, verifyEd25519 } from '../../src/persistence/cryptography.js';
import { createHubPorts, type HubPorts } from '../../src/start/hub-ports.js';
import { openRecordTables } from '../../src/start/standard.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { standard, type TestServer, testServer } from './harness.js';
import { reckonDatabase } from './reckoning.js';

let folder: string;
let database: TestDatabase;
let ports: HubPorts;
let hub: TestServer;
let issuer: DemoIssuer;
let url: string;
const OPERATOR = { person: 'operator', roles: ['OPERATOR'] } as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'besa-cli-'));
  database = await freshDatabase();
  await openRecordTables(database.url, standard, { timeZone: 'Europe/Tirane', environment: 'test' });
  ports = await createHubPorts({
    standard,
    timeZone: 'Europe/Tirane',
    databaseUrl: database.url,
    readerUrl: database.readerUrl,
    secret: Buffer.alloc(32, 7),
    signing: { environment: 'demo', acceptsDemoKeys: true, sha256: sha256Hex, verify: verifyEd25519 },
    onLedgerFault: () => {},
    onDoubt: () => {},
  });
  issuer = await openDemoIssuer(folder, { production: false });
  const identify = createIdentify({ issuers: [issuer.trusted], isKnownAgency: knownAgencies(ports.registry) });
  const reckoning = await reckonDatabase(database.url, ports);
  hub = await testServer(ports, {
    identify,
    routes: [(scope, { authenticate }) => importRoute(scope, { hub: ports, authenticate })],
  });
  url = await hub.server.listen({ port: 0, host: '127.0.0.1' });
  for (const code of ['QA', 'QB']) {
    await ports.registry.addPartner({ code, name: code, footnote: null });
    await ports.registry.addAgency({ code: `${code}-P`, name: `police of ${code}`, partner: code });
    const { agency, publicKey } = demoKey(`${code}-P`);
    const request = {
      requestId: crypto.randomUUID(),
      action: 'registerSignatoryKey',
      operation: { name: null, hash: null },
    };
    reckoning.owe();
    await answer(ports, OPERATOR, request, (journal) =>
      registerSignatoryKey(ports, { identity: OPERATOR, journal }, { agency, publicKey, isDemo: true }),
    );
    const officer = { agency, person: 'officer', roles: ['POLICY_OFFICER'] } as const;
    reckoning.owe();
    await answer(ports, officer, { ...request, requestId: crypto.randomUUID() }, (journal) =>
      confirmSignatoryKey(ports, { identity: officer, journal }, { publicKey }),
    );
  }
  await ports.registry.addDatabase({
    code: 'QA-DB',
    name: 'crossings',
    owner: 'QA-P',
    recordType: 'BorderCrossing',
    hosting: 'HOSTED',
  });
}, 60_000);
afterAll(async () => {
  await hub?.close();
  await ports?.close();
  await database?.drop();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

/** Runs `besa …` in this process and gives back what it prints. @throws CommandFailure where it would end with exit code 1 */
async function besa(
  line: readonly string[],
  more: Partial<CommandConfig> = {},
): Promise<{ printed: string[]; noted: string[] }> {
  const printed: string[] = [];
  const noted: string[] = [];
  const unused = (): never => {
    throw new Error('not asked for');
  };
  const config: CommandConfig = {
    environment: 'test',
    dataFolder: folder,
    recordsFolder: '',
    timeZone: 'Europe/Tirane',
    signingEnvironment: 'test',
    demo: 'small',
    client: { url },
    ...more,
  };
  const context: CommandContext = {
    config: () => config,
    openDatabase: unused,
    withLedger: unused,
    archiveLedger: unused,
    withEvidence: unused,
    withLedgerViews: unused,
    withRecordTables: unused,
    withAgreements: unused,
    servedSchema: unused,
    demo: {
      issueToken: async (_folder, identity, seconds) => issuer.issueToken(identity, seconds),
      sign: async (agency, text) => signAsDemo(agency, text),
      queries: async () => readQueries(),
    },
    terminal: {
      print: (text) => printed.push(text),
      note: (text) => noted.push(text),
      interactive: false,
      color: false,
    },
  };
  await programFor(context).parseAsync(line, { from: 'user' });
  return { printed, noted };
}

const AGREEMENT = {
  reference: 'AGR-TEST-1',
  title: 'A test',
  parties: ['QA-P', 'QB-P'],
  legalBasis: 'a treaty',
  timeZone: 'Europe/Tirane',
  from: '2024-01-01',
  until: '2090-01-01',
  clauses: [
    {
      article: '1',
      kind: 'PERMISSION',
      assigner: 'QA-P',
      assignee: 'QB-P',
      recordType: 'BorderCrossing',
      action: 'READ',
      purposes: ['BORDER_SURVEILLANCE'],
      fields: { nationality: 'CLEAR', detectedAt: { GENERALISED: 'day' } },
    },
    {
      article: '2',
      kind: 'PROHIBITION',
      assigner: 'QA-P',
      assignee: 'QB-P',
      recordType: 'BorderCrossing',
      sensitivity: ['VULNERABILITY'],
    },
  ],
};

describe('besa token', () => {
  test('is refused without a demo, for an operator with an agency, and for others without one', async () => {
    await expect(besa(['token', '--agency', 'QA-P', '--role', 'analyst'], { demo: 'off' })).rejects.toThrow(
      'in demo mode only',
    );
    await expect(besa(['token', '--agency', 'QA-P', '--role', 'operator'])).rejects.toThrow('belongs to no agency');
    await expect(besa(['token', '--role', 'analyst'])).rejects.toThrow('of which agency?');
    await expect(besa(['token', '--agency', 'QA-P', '--role', 'king'])).rejects.toThrow('`king` is no role');
    await expect(besa(['token', '--agency', 'QA-P', '--role', 'analyst', '--ttl', '13h'])).rejects.toThrow(
      'is no lifetime',
    );
  });

  test('prints the token alone, and the hub accepts it', async () => {
    const { printed, noted } = await besa([
      'token',
      '--agency',
      'QA-P',
      '--role',
      'analyst,policy_officer',
      '--subject',
      'desk 7',
      '--ttl',
      '30m',
    ]);
    expect([printed.length, noted]).toEqual([1, []]);
    const claims = decodeJwt(printed[0] ?? '');
    expect(claims).toMatchObject({ sub: 'desk 7', besa_agency: 'QA-P', besa_roles: ['analyst', 'policy_officer'] });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(1_800);
    const response = await hub.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${printed[0]}`, 'content-type': 'application/json' },
      payload: JSON.stringify({ query: '{ viewer { person roles agency { code } mayAsk { database } } }' }),
    });
    expect(response.json()).toEqual({
      data: {
        viewer: { person: 'desk 7', roles: ['ANALYST', 'POLICY_OFFICER'], agency: { code: 'QA-P' }, mayAsk: [] },
      },
    });
  });
});

describe('besa agreement', () => {
  const act = (name: string, as: string, ...more: string[]) =>
    besa(['agreement', name, 'AGR-TEST-1', '--as', as, ...more]);

  test('draft tells every fault of the file at its place', async () => {
    const file = join(folder, 'bad.yaml');
    await writeFile(
      file,
      JSON.stringify({
        ...AGREEMENT,
        timeZone: 'Mars',
        clauses: [{ ...AGREEMENT.clauses[0], fields: { nationalty: 'CLEAR' } }],
      }),
    );
    await expect(besa(['agreement', 'draft', file, '--as', 'QA-P'])).rejects.toMatchObject({
      message: expect.stringMatching(/^(refused: \d faults|.*Mars.*)/),
    });
    await writeFile(file, 'clauses: [');
    await expect(besa(['agreement', 'draft', file, '--as', 'QA-P'])).rejects.toThrow('is no YAML');
    await expect(besa(['agreement', 'draft', join(folder, 'none.yaml'), '--as', 'QA-P'])).rejects.toThrow(
      'cannot be read',
    );
  });

  test('walks the whole journey, and each step is one entry of the ledger', async () => {
    const file = join(folder, 'good.yaml');
    await writeFile(file, JSON.stringify(AGREEMENT));
    expect((await besa(['agreement', 'draft', file, '--as', 'QA-P'])).noted).toEqual([
      '✔ AGR-TEST-1: nothing in force, version 1 DRAFT',
    ]);
    await expect(act('show', 'QB-P')).rejects.toThrow('there is no agreement');
    await act('offer', 'QA-P');
    await expect(act('sign', 'QB-P')).rejects.toThrow();
    await act('accept', 'QB-P');
    expect((await act('sign', 'QA-P')).noted[0]).toContain('AGREED');
    expect((await act('sign', 'QB-P')).noted[0]).toMatch(/AGR-TEST-1: IN_FORCE/);
    const { printed } = await act('show', 'QB-P');
    expect(printed.join('\n')).toMatch(
      /status: IN_FORCE[\s\S]*signed by QA-P, QB-P[\s\S]*FINALIZE version 1 by the hub[\s\S]*article: "2"/,
    );
    const { body } = await ask('AUDITOR', '{ ledger { nodes { action outcome subject } } }');
    const { nodes } = body.ledger as { nodes: { action: string; outcome: string }[] };
    const acts = nodes
      .filter(({ action, outcome }) => action.endsWith('Agreement') && outcome === 'ANSWERED')
      .map(({ action }) => action);
    expect(acts.reverse()).toEqual(['draftAgreement', 'offerAgreement', 'signAgreement']);
  });

  test('counter, diff and withdraw: each round is a file, and what it changes is printed', async () => {
    const reference = 'AGR-TEST-2';
    const file = join(folder, 'talks.yaml');
    const write = (more: object) => writeFile(file, JSON.stringify({ ...AGREEMENT, reference, ...more }));
    const diff = async (...more: string[]) =>
      (await besa(['agreement', 'diff', reference, '--as', 'QB-P', ...more])).printed;
    await write({});
    await besa(['agreement', 'draft', file, '--as', 'QA-P']);
    await besa(['agreement', 'offer', reference, '--as', 'QA-P']);
    await expect(diff()).rejects.toThrow('only one wording');
    await write({ title: 'Another test', clauses: [AGREEMENT.clauses[0]] });
    expect((await besa(['agreement', 'counter', file, '--as', 'QB-P'])).noted).toEqual([
      '✔ AGR-TEST-2: nothing in force, version 1 REQUESTED',
    ]);
    expect(await diff()).toEqual([
      'AGR-TEST-2: version 1, round 1 → version 1, round 2',
      '`title`: was A test, is Another test',
      expect.stringMatching(/^article 2: left out; was \{/),
    ]);
    await expect(diff('--from', '7')).rejects.toThrow('has no finalised version 7');
    await expect(besa(['agreement', 'counter', file, '--as', 'QB-P'])).rejects.toThrow('[OWN_WORDING]');
    const withdrawn = await besa([
      'agreement',
      'withdraw',
      reference,
      '--as',
      'QB-P',
      '--reason',
      'on second thoughts',
    ]);
    expect(withdrawn.noted).toEqual(['✔ AGR-TEST-2: nothing in force, version 1 TERMINATED']);
  });

  test('verify recomputes hash and signatures here', async () => {
    const { printed } = await act('verify', 'QB-P');
    expect(printed).toEqual([expect.stringMatching(/^✔ version 1 {2}SHA-256 [0-9a-f]{64} {2}signed by QA-P, QB-P$/)]);
  });

  test('verify without a reference says what the hub believes of all', async () => {
    const { printed } = await besa(['agreement', 'verify', '--as', 'QA-P']);
    expect(printed).toEqual(['✔ every version of your agreements verifies']);
  });

  test('a key is made, registered, confirmed by another person, listed and revoked', async () => {
    const file = join(folder, 'made.pem');
    const [publicKey = ''] = (await besa(['key', 'generate', '--out', file])).printed;
    await besa(['key', 'register', file, '--as', 'QA-P', '--valid-until', '2080-01-01T00:00:00Z']);
    const listed = async (as: string, ...more: readonly string[]): Promise<readonly string[]> =>
      (await besa(['key', 'list', '--as', as, ...more])).printed.filter((line) => line.startsWith(publicKey));
    expect(await listed('QA-P')).toEqual([expect.stringContaining('NOT CONFIRMED')]);
    expect(await listed('QB-P', '--agency', 'QA-P')).toEqual([]);
    await besa(['key', 'confirm', publicKey, '--as', 'QA-P']);
    expect(await listed('QB-P', '--agency', 'QA-P')).toEqual([expect.stringMatching(/ {2}confirmed .* until 2080/)]);
    await expect(besa(['key', 'confirm', publicKey, '--as', 'QA-P'])).rejects.toThrow('confirmed already');
    await besa(['key', 'revoke', publicKey, '--operator', '--reason', 'a trial']);
    expect(await listed('QA-P')).toEqual([expect.stringContaining(': a trial')]);
  });

  test('sign with a key file that is not the signatory’s is refused', async () => {
    const other = createPrivateKey(demoKey('QB-P').privateKeyPem).export({ format: 'pem', type: 'pkcs8' });
    const file = join(folder, 'key.pem');
    await writeFile(file, String(other));
    await expect(act('sign', 'QA-P', '--key', file)).rejects.toThrow();
  });

  test('suspend, resume and terminate change what explain says', async () => {
    const explain = async () => {
      const { printed } = await besa([
        'explain',
        '--type',
        'BorderCrossing',
        '--purpose',
        'BORDER_SURVEILLANCE',
        '--as',
        'QB-P',
      ]);
      return printed;
    };
    expect((await explain()).slice(0, 4)).toEqual([
      'QA-DB  ANSWERED',
      '  answered under AGR-TEST-1',
      '  clauses: AGR-TEST-1 v1 art. 1',
      '  shown: detectedAt (by day), nationality',
    ]);
    await act('suspend', 'QA-P', '--reason', 'an inquiry');
    expect((await explain())[0]).toBe('QA-DB  WITHHELD  SUSPENDED');
    await expect(act('resume', 'QB-P', '--reason', 'mine')).rejects.toThrow();
    await act('resume', 'QA-P', '--reason', 'done');
    expect((await explain())[0]).toBe('QA-DB  ANSWERED');
    await act('terminate', 'QA-P', '--reason', 'the end');
    expect((await explain())[0]).toBe('QA-DB  WITHHELD  TERMINATED');
  });

  async function ask(role: 'AUDITOR', query: string) {
    const token = await issuer.issueToken({ agency: 'QA-P', person: 'x', roles: [role] }, 60);
    const response = await hub.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      payload: JSON.stringify({ query }),
    });
    return { body: response.json().data as Record<string, unknown> };
  }
});

describe('a command', () => {
  test('says so when no hub runs, when it is away, and when there is no token', async () => {
    const line = ['explain', '--type', 'BorderCrossing', '--purpose', 'BORDER_SURVEILLANCE'];
    await expect(besa([...line, '--as', 'QA-P'], { client: {} })).rejects.toThrow('no hub is running here');
    await expect(besa([...line, '--as', 'QA-P'], { client: { url: 'http://127.0.0.1:9' } })).rejects.toThrow(
      'does not answer',
    );
    await expect(besa(line)).rejects.toThrow('as whom?');
  });

  test('tells what the hub refused, with its code', async () => {
    await expect(
      besa(['explain', '--type', 'Nothing', '--purpose', 'BORDER_SURVEILLANCE', '--as', 'QA-P']),
    ).rejects.toThrow('[BAD_USER_INPUT]');
  });

  test('import finds the owner of the database, and imports as its steward', async () => {
    const file = join(folder, 'crossings.ndjson');
    const record = {
      nationalReference: 'T-1',
      detectedAt: '2024-02-01T10:00:00Z',
      nationality: 'SYR',
      personsCount: 1,
    };
    await writeFile(file, `${JSON.stringify(record)}\n`);
    await expect(besa(['import', file, '--database', 'NO-DB'])).rejects.toThrow('there is no shared database');
    await expect(besa(['import', file, '--database', 'QA-DB', '--as', 'QB-P'])).rejects.toThrow();
    const { printed } = await besa(['import', file, '--database', 'QA-DB']);
    expect(printed.join('\n')).toMatch(/inserted +1|1 +inserted/);
  });

  test('demo query prints the document beside the answer', async () => {
    await expect(besa(['demo', 'query', 'nothing', '--as', 'QA-P'])).rejects.toThrow('there is no example `nothing`');
    const names = Object.keys(readQueries());
    expect(names.length).toBeGreaterThan(0);
  });
});
