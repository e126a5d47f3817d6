import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HubError } from '../../src/domain/errors.js';
import { MemoryLedger, MemoryRegistry, memoryHub, type TestServer, testServer } from './harness.js';

const SECRET = 'Key (document_number)=(AL900001) already exists at /srv/hub/src/secret.ts';

class FailingRegistry extends MemoryRegistry {
  fault: unknown = new Error(SECRET);
  override async partners(): Promise<never> {
    throw this.fault;
  }
}

let hub: TestServer;
const ledger = new MemoryLedger();
const registry = new FailingRegistry();
registry.rows.agencies.push({ code: 'AL-BMP', name: 'Border police', partner: 'AL' });
beforeAll(async () => {
  hub = await testServer(memoryHub(registry, ledger));
});
afterAll(() => hub?.close());

describe('an error never tells', () => {
  test('the text, the stack or the place of an exception, on a root field', async () => {
    const answer = await hub.ask({ query: '{ partners { nodes { code } } }' });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/AL900001|secret|stack|node_modules|\.ts/);
    expect(answer.body.errors?.[0]).toEqual({
      message: 'the hub failed; the operator finds the cause under the correlation id',
      locations: [{ line: 1, column: 3 }],
      path: ['partners'],
      extensions: { code: 'INTERNAL', correlationId: expect.any(String) },
    });
    expect(ledger.entries.at(-1)).toMatchObject({ outcome: 'FAILED', errorCode: 'INTERNAL' });
  });

  test('it on a nested field either', async () => {
    const answer = await hub.ask({ query: '{ agencies { nodes { partner { code } } } }' });
    expect(answer.text).not.toMatch(/AL900001|secret|stack/);
    expect(answer.body.errors?.[0]?.extensions.code).toBe('INTERNAL');
  });

  test('the message of the exception to the operator, because a database puts values into it', async () => {
    await hub.ask({ query: '{ partners { nodes { code } } }' });
    const last = hub.logged.at(-1);
    expect(JSON.stringify(last)).not.toContain('AL900001');
    expect(last).toMatchObject({ name: 'Error', correlationId: expect.any(String) });
  });

  test('it when something is thrown that is no error', async () => {
    registry.fault = { password: SECRET };
    const answer = await hub.ask({ query: '{ partners { nodes { code } } }' });
    expect(answer.text).not.toContain('AL900001');
    expect(answer.body.errors?.[0]?.extensions.code).toBe('INTERNAL');
  });

  test('what the schema has beside what was asked', async () => {
    const answer = await hub.ask({
      query: '{ partner { code } viewr { person } borderCrossing(purpose: RISK) { id } }',
    });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toMatch(/Did you mean/);
  });

  test('more than twenty errors of one document', async () => {
    const query = `{ viewer { ${Array.from({ length: 100 }, (_, index) => `x${index}`).join(' ')} } }`;
    const answer = await hub.ask({ query });
    expect(answer.body.errors?.length).toBe(20);
  });
});

describe('the code and status of', () => {
  const codes: readonly (readonly [string, string, number, string])[] = [
    ['a document that cannot be read', '{ viewer {', 400, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing purpose', '{ borderCrossings { nodes { id } } }', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a subscription', 'subscription { viewer { person } }', 400, 'BAD_REQUEST'],
    [
      'a subscription to records',
      'subscription { borderCrossings(purpose: RISK_ANALYSIS) { nodes { id } } }',
      400,
      'BAD_REQUEST',
    ],
    ['two operations and no name', 'query A { viewer { person } } query B { viewer { person } }', 400, 'BAD_REQUEST'],
    ['a cursor that is none', '{ agencies(after: "x") { nodes { code } } }', 400, 'BAD_USER_INPUT'],
    ['first and last', '{ agencies(first: 1, last: 1) { nodes { code } } }', 400, 'BAD_USER_INPUT'],
    ['a negative page', '{ agencies(first: -1) { nodes { code } } }', 400, 'BAD_USER_INPUT'],
    ['an operation of another role', '{ ledger { nodes { sequence } } }', 200, 'FORBIDDEN'],
    ['an empty document', '', 400, 'BAD_REQUEST'],
  ];
  test.each(codes)('%s', async (_name, query, status, code) => {
    const before = ledger.entries.length;
    const answer = await hub.ask({ query });
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([status, code]);
    expect(answer.body.errors?.[0]?.extensions.correlationId).toBe(answer.headers['x-request-id']);
    expect(ledger.entries.length).toBe(before + 1);
    expect(ledger.entries.at(-1)).toMatchObject({
      outcome: 'REFUSED',
      errorCode: code,
      requestId: answer.headers['x-request-id'],
    });
  });

  test('a variable of the wrong type, whose value is not repeated', async () => {
    const query = 'query ($first: Int) { agencies(first: $first) { nodes { code } } }';
    const answer = await hub.ask({ query, variables: { first: 'many' } });
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });

  test('two purposes in one operation: nothing is executed', async () => {
    const one = 'borderCrossings(purpose: RISK_ANALYSIS) { nodes { id } }';
    const two = 'detectionCounts(purpose: BORDER_SURVEILLANCE) { nodes { id } }';
    const answer = await hub.ask({ query: `{ ${one} ${two} viewer { person } }` });
    expect(answer.status).toBe(400);
    expect(answer.body.data).toBeUndefined();
    expect(answer.body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', reason: 'REGIME_MISMATCH' });
    expect(ledger.entries.at(-1)).toMatchObject({
      asks: [],
      errorCode: 'BAD_USER_INPUT',
      action: 'borderCrossings,detectionCounts,viewer',
    });
  });

  test('two purposes by variables', async () => {
    const query = `query ($a: Purpose!, $b: Purpose!) {
      x: borderCrossings(purpose: $a) { nodes { id } } y: borderCrossings(purpose: $b) { nodes { id } } }`;
    const answer = await hub.ask({ query, variables: { a: 'RISK_ANALYSIS', b: 'BORDER_SURVEILLANCE' } });
    expect(answer.body.errors?.[0]?.extensions).toMatchObject({ reason: 'REGIME_MISMATCH' });
  });

  test('one answered and one refused field: the answer stays, and is an answer to the ledger', async () => {
    registry.fault = new HubError('SOURCE_UNAVAILABLE');
    const answer = await hub.ask({ query: '{ viewer { person agency { partner { code } } } }' });
    expect([answer.status, answer.body.data]).toEqual([200, { viewer: { person: 'tester', agency: null } }]);
    expect(answer.body.errors?.[0]?.extensions.code).toBe('SOURCE_UNAVAILABLE');
    expect(ledger.entries.at(-1)).toMatchObject({ outcome: 'ANSWERED', errorCode: 'SOURCE_UNAVAILABLE' });
  });

  test('a database that is away', async () => {
    const answer = await hub.ask({ query: '{ partners { nodes { code } } }' });
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([503, 'SOURCE_UNAVAILABLE']);
  });
});
