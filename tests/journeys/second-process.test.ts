/** Two hubs on one database: what one of them did holds for the other at its next request. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sha256Hex, verifyEd25519 } from '../../src/persistence/cryptography.js';
import { createHubPorts, type HubPorts } from '../../src/start/hub-ports.js';
import { type Answered, type TestServer, testServer } from '../api/harness.js';
import { reckonDatabase } from '../api/reckoning.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

let world: WorldHub;
let ports: HubPorts;
let second: TestServer;
beforeAll(async () => {
  world = await worldHub();
  const { standard, timeZone } = world.hub;
  ports = await createHubPorts({
    standard,
    timeZone,
    databaseUrl: world.database.url,
    readerUrl: world.database.readerUrl,
    secret: Buffer.alloc(32, 1),
    signing: { environment: 'test', acceptsDemoKeys: true, sha256: sha256Hex, verify: verifyEd25519 },
    onLedgerFault: () => {},
    onDoubt: () => {},
  });
  await reckonDatabase(world.database.url, ports);
  second = await testServer(ports);
});
afterAll(async () => {
  await second?.close();
  await ports?.close();
  await world?.close();
});

const atSecond = (query: string, as: string): Promise<Answered> => second.ask({ query, as });

const EXPLAIN =
  '{ explainAccess(recordType: "BorderCrossing", purpose: BORDER_SURVEILLANCE, databases: ["AL-BORDER-CROSSINGS"]) { outcome reason } }';
const LIST =
  '{ borderCrossings(purpose: BORDER_SURVEILLANCE, databases: ["AL-BORDER-CROSSINGS"], first: 1) { nodes { id } sources { outcome reason } } }';
const STATUS = '{ agreement(reference: "AGR-2024-002") { status acts { kind } versions { status } } }';
const RIGHTS = '{ viewer { mayAsk { database purpose action } } }';

const act = async (mutation: string): Promise<void> => {
  const input = '{ reference: "AGR-2024-002", reason: "an audit" }';
  const { text } = await world.ask(
    `mutation { ${mutation}(input: ${input}) { userErrors { code } } }`,
    'AL-BMP:SIGNATORY',
  );
  expect(text).toBe(`{"data":{"${mutation}":{"userErrors":[]}}}`);
};

const mayAsk = async (): Promise<boolean> => {
  const { mayAsk: rights } = dataOf<{ mayAsk: readonly { database: string; purpose: string; action: string }[] }>(
    await atSecond(RIGHTS, 'ME-BP:ANALYST'),
    'viewer',
  );
  return rights.some(
    ({ database, purpose, action }) =>
      database === 'AL-BORDER-CROSSINGS' && purpose === 'BORDER_SURVEILLANCE' && action === 'READ',
  );
};

/** What the second hub says in this order, each time after the first one acted: explanation, rights, status, records. */
const WAYS: readonly (readonly [way: string, isOpen: () => Promise<boolean>])[] = [
  [
    'an explanation',
    async () =>
      (await atSecond(EXPLAIN, 'ME-BP:ANALYST')).text ===
      '{"data":{"explainAccess":[{"outcome":"ANSWERED","reason":null}]}}',
  ],
  ['the list of rights', mayAsk],
  [
    'the status of the agreement',
    async () => dataOf<{ status: string }>(await atSecond(STATUS, 'ME-BP:ANALYST'), 'agreement').status === 'IN_FORCE',
  ],
  [
    'a page of records',
    async () =>
      dataOf<{ nodes: readonly unknown[] }>(await atSecond(LIST, 'ME-BP:ANALYST'), 'borderCrossings').nodes.length > 0,
  ],
];

describe('a suspension through one hub', () => {
  test.each(WAYS)(
    'closes %s at the other, whose first question it is, and a resumption opens it',
    async (_, isOpen) => {
      expect(await isOpen()).toBe(true);
      await act('suspendAgreement');
      expect(await isOpen()).toBe(false);
      await act('resumeAgreement');
      expect(await isOpen()).toBe(true);
    },
  );
});

describe('a database registered through one hub', () => {
  const register = (code: string): Promise<Answered> =>
    world.ask(
      `mutation { registerSharedDatabase(input: { code: "${code}", name: "More", recordType: "BorderCrossing" }) { userErrors { code } } }`,
      'ME-BP:STEWARD',
    );
  const question = (field: string, code: string, rest: string): string =>
    `{ ${field}(purpose: RISK_ANALYSIS, databases: ["${code}"]${rest} }`;

  test.each([
    ['ME-MORE-1', 'borderCrossings', ') { sources { outcome } }'],
    ['ME-MORE-2', 'borderCrossingStatistics', ', groupBy: []) { sources { outcome } }'],
    ['ME-MORE-3', 'explainAccess', ', recordType: "BorderCrossing") { outcome }'],
  ])('%s can be asked for by its name at once, at both', async (code, field, rest) => {
    for (const ask of [world.ask, atSecond]) {
      const { body } = await ask(question(field, code, rest), 'ME-BP:ANALYST');
      expect(body.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    }
    expect((await register(code)).body.errors).toBeUndefined();
    for (const ask of [world.ask, atSecond]) {
      const answered = await ask(question(field, code, rest), 'ME-BP:ANALYST');
      expect(answered.text).toContain('"outcome":"ANSWERED"');
    }
  });
});
