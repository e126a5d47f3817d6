import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryLedger, MemoryRegistry, memoryHub, type TestServer, testServer } from './harness.js';

let hub: TestServer;
const ledger = new MemoryLedger();
const registry = new MemoryRegistry();
beforeAll(async () => {
  hub = await testServer(memoryHub(registry, ledger));
});
beforeEach(() => {
  ledger.entries.length = 0;
  ledger.next = [];
  registry.asked.length = 0;
});
afterAll(() => hub?.close());

describe('one entry per authenticated request', () => {
  test('none for a caller without a token, who is answered nothing', async () => {
    const answer = await hub.ask({ query: '{ viewer { person } }', as: 'nobody' });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      errors: [
        { message: 'no valid token', extensions: { code: 'UNAUTHENTICATED', correlationId: expect.any(String) } },
      ],
    });
    expect(ledger.entries).toEqual([]);
    const metrics = await hub.server.inject('/metrics');
    expect(metrics.body).toMatch(/besa_unauthenticated_total 1\n/);
  });

  test('nothing leaves when the entry cannot be written', async () => {
    ledger.next = ['UNAVAILABLE'];
    const answer = await hub.ask({ query: '{ viewer { person } }' });
    expect(answer.status).toBe(503);
    expect(answer.body.data).toBeUndefined();
    expect(answer.body.errors?.[0]).toMatchObject({ extensions: { code: 'LEDGER_UNAVAILABLE' } });
    expect(answer.headers['retry-after']).toBeDefined();
  });

  test('not even why a request was refused', async () => {
    ledger.next = ['UNAVAILABLE'];
    const answer = await hub.ask({ query: '{ nothing }' });
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([503, 'LEDGER_UNAVAILABLE']);
    expect(answer.text).not.toContain('nothing"');
  });

  test('it names the caller, the operation and its root fields', async () => {
    await hub.ask({
      query: 'query Mine { me: viewer { person } agencies { nodes { code } } }',
      as: 'AL-BMP:ANALYST,AUDITOR',
    });
    expect(ledger.entries).toEqual([
      expect.objectContaining({
        agency: 'AL-BMP',
        person: 'tester',
        roles: ['ANALYST', 'AUDITOR'],
        action: 'viewer,agencies',
        operation: { name: 'Mine', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
        outcome: 'ANSWERED',
        errorCode: null,
      }),
    ]);
  });

  test('a body that is no JSON, a wrong type and a wrong method are entries too', async () => {
    const headers = { authorization: 'Bearer AL-BMP:ANALYST', 'content-type': 'application/json' };
    const send = (more: object) =>
      hub.server.inject({ method: 'POST', url: '/graphql', headers, payload: '{', ...more });
    expect((await send({})).statusCode).toBe(400);
    expect((await send({ headers: { ...headers, 'content-type': 'text/plain' } })).statusCode).toBe(415);
    expect(
      (await send({ headers: { ...headers, 'content-type': 'application/json; charset=utf-7' } })).statusCode,
    ).toBe(415);
    expect((await send({ payload: Buffer.from([0x7b, 0xff, 0x7d]) })).statusCode).toBe(400);
    expect(ledger.entries.map(({ outcome }) => outcome)).toEqual(['REFUSED', 'REFUSED', 'REFUSED', 'REFUSED']);
  });

  test('a read whose agreements changed meanwhile is carried out again, and is one entry', async () => {
    ledger.next = ['STALE', 'STALE'];
    const answer = await hub.ask({ query: '{ agencies { nodes { code } } }' });
    expect(answer.body.errors).toBeUndefined();
    expect(registry.asked.filter((name) => name === 'agencies')).toEqual(['agencies', 'agencies', 'agencies']);
    expect(ledger.entries).toHaveLength(1);
  });

  test('a registration tells what was registered, and a refused one why', async () => {
    const query =
      'mutation ($code: String!) { registerPartner(input: { code: $code, name: "A partner" }) { userErrors { code } } }';
    for (const code of ['QQ', 'QQ', 'not a code']) await hub.ask({ query, variables: { code }, as: ':OPERATOR' });
    expect(
      ledger.entries.map(({ action, outcome, errorCode, subject }) => [action, outcome, errorCode, subject]),
    ).toEqual([
      ['registerPartner', 'ANSWERED', null, { code: 'QQ' }],
      ['registerPartner', 'REFUSED', 'CODE_TAKEN', { code: 'QQ' }],
      ['registerPartner', 'REFUSED', 'CODE_INVALID', {}],
    ]);
  });
});

describe('the ledger root field', () => {
  test('lists the own agency only, newest first, page by page', async () => {
    for (const as of ['ME-BP:ANALYST', 'AL-BMP:ANALYST', 'AL-BMP:REPORTER', 'AL-BMP:STEWARD'])
      await hub.ask({ query: '{ viewer { person } }', as });
    const query = `query ($after: String) { ledger(first: 2, after: $after) {
      nodes { sequence at agency person role action outcome purpose justification } pageInfo { hasNextPage endCursor } } }`;
    const page = async (after: string | null) => {
      const answer = await hub.ask({ query, variables: { after }, as: 'AL-BMP:AUDITOR' });
      return answer.body.data?.ledger as {
        nodes: { role: string; agency: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    };
    const first = await page(null);
    expect(first.nodes.map(({ role }) => role)).toEqual(['STEWARD', 'REPORTER']);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const second = await page(first.pageInfo.endCursor);
    expect(second.nodes).toEqual([
      expect.objectContaining({
        role: 'ANALYST',
        agency: 'AL-BMP',
        at: '2026-11-23T12:00:00.000Z',
        outcome: 'ANSWERED',
      }),
    ]);
    expect(second.pageInfo.hasNextPage).toBe(false);
  });

  test('is itself an entry', async () => {
    await hub.ask({ query: '{ ledger { nodes { sequence } } }', as: 'AL-BMP:AUDITOR' });
    expect(ledger.entries.map(({ action }) => action)).toEqual(['ledger']);
  });
});
