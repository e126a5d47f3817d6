import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { LIMITS } from '../../src/api/limits.js';
import { MemoryLedger, memoryHub, type TestServer, testServer } from './harness.js';

let hub: TestServer;
const ledger = new MemoryLedger();
beforeAll(async () => {
  hub = await testServer(memoryHub(undefined, ledger));
});
afterAll(() => hub?.close());

const nested = (depth: number): string =>
  `{ agencies { ${'nodes { partner { agencies { '.repeat(depth)}nodes { code }${' } } }'.repeat(depth)} } }`;
const times = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');
const nestedFilter = (depth: number): object => (depth === 0 ? {} : { not: nestedFilter(depth - 1) });
const FILTERED =
  'query ($where: BorderCrossingFilter) { borderCrossings(purpose: RISK_ANALYSIS, where: $where) { nodes { id } } }';
const introspectDeep = (depth: number): string =>
  `{ __schema { types { ${'ofType { '.repeat(depth)}name${' }'.repeat(depth)} } } }`;

interface Case {
  readonly query: string;
  readonly limit: number;
  readonly variables?: Readonly<Record<string, unknown>>;
}

const HOSTILE: Readonly<Record<string, Case>> = {
  'more tokens than the limit': { query: `{ viewer { ${times(2_001, () => 'person')} } }`, limit: LIMITS.tokensMax },
  'brackets without end': { query: '{ viewer { person '.repeat(1_000), limit: LIMITS.tokensMax },
  'a deep document': { query: nested(4), limit: LIMITS.depthMax },
  'a deep document behind fragments': {
    query: `fragment A on Agency { partner { agencies { nodes { ...B } } } }
      fragment B on Agency { partner { agencies { nodes { ...C } } } }
      fragment C on Agency { partner { agencies { nodes { partner { agencies { nodes { code } } } } } } }
      { agencies { nodes { ...A } } }`,
    limit: LIMITS.depthMax,
  },
  'many aliases': { query: `{ viewer { ${times(61, (index) => `a${index}: person`)} } }`, limit: LIMITS.aliasesMax },
  'aliases multiplied by fragments': {
    query: `fragment A on Viewer { ${times(8, (index) => `a${index}: person`)} }
      ${times(8, (index) => `fragment F${index} on Query { v${index}: viewer { ...A } }`)}
      { ${times(8, (index) => `...F${index}`)} }`,
    limit: LIMITS.aliasesMax,
  },
  'fragments that double each other': {
    query: `${times(30, (index) => `fragment F${index} on Viewer { ...F${index + 1} ...F${index + 1} }`)}
      fragment F30 on Viewer { a: person b: person } { viewer { ...F0 } }`,
    limit: LIMITS.aliasesMax,
  },
  'many root fields': { query: `{ ${times(51, () => 'viewer { person }')} }`, limit: LIMITS.rootFieldsMax },
  'deep introspection': { query: introspectDeep(30), limit: LIMITS.introspectionDepthMax },
  'a deep value in the document': {
    query: `{ borderCrossings(purpose: RISK_ANALYSIS, where: ${'{ not: '.repeat(40)}{}${' }'.repeat(40)}) { nodes { id } } }`,
    limit: LIMITS.valueDepthMax,
  },
  'deep variables': { query: FILTERED, variables: { where: nestedFilter(40) }, limit: LIMITS.valueDepthMax },
  'many values in variables': {
    query: FILTERED,
    variables: { where: { nationality: { in: new Array(60_000).fill('SYR') } } },
    limit: LIMITS.variableValuesMax,
  },
  'a page of more than a thousand': { query: '{ partners(first: 1001) { nodes { code } } }', limit: 1_000 },
  'a page of more than a thousand, backwards': { query: '{ partners(last: 1001) { nodes { code } } }', limit: 1_000 },
  'pages that hold too much together': {
    query: `{ ${times(21, (index) => `a${index}: borderCrossings(purpose: RISK_ANALYSIS, first: 1000) { nodes { id } }`)} }`,
    limit: LIMITS.recordsMax,
  },
  'two mutations': {
    query: `mutation { ${times(2, (index) => `a${index}: registerPartner(input: { code: "A", name: "a" }) { userErrors { code } }`)} }`,
    limit: 1,
  },
};

describe('refused before anything is executed, with the number', () => {
  test.each(Object.entries(HOSTILE))('%s', async (_name, { query, variables, limit }) => {
    const before = ledger.entries.length;
    const answer = await hub.ask({ query, ...(variables === undefined ? {} : { variables }), as: 'AL-BMP:ANALYST' });
    expect(answer.status).toBe(400);
    expect(answer.body.data ?? null).toBeNull();
    const [error] = answer.body.errors ?? [];
    expect(error?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit });
    expect(error?.message).toContain(String(limit));
    expect(ledger.entries.length).toBe(before + 1);
    expect(ledger.entries.at(-1)).toMatchObject({ outcome: 'REFUSED', errorCode: 'LIMIT_EXCEEDED' });
  });

  test('a body of more than a megabyte, which is an entry of the ledger too', async () => {
    const before = ledger.entries.length;
    const answer = await hub.ask({ query: `{ viewer { person } } # ${'x'.repeat(LIMITS.bodyBytesMax)}` });
    expect(answer.status).toBe(413);
    expect(answer.body.errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: LIMITS.bodyBytesMax });
    expect(ledger.entries.length).toBe(before + 1);
  });

  test('a list of requests in one body', async () => {
    const answer = await hub.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: 'Bearer AL-BMP:ANALYST', 'content-type': 'application/json' },
      payload: JSON.stringify([{ query: '{ viewer { person } }' }, { query: '{ viewer { person } }' }]),
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors[0].extensions).toMatchObject({
      code: 'BAD_REQUEST',
      correlationId: expect.any(String),
    });
  });

  test('a persisted query', async () => {
    const payload = { query: '{ viewer { person } }', extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } };
    const answer = await hub.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: 'Bearer AL-BMP:ANALYST', 'content-type': 'application/json' },
      payload: JSON.stringify(payload),
    });
    expect(answer.json().errors[0].extensions.code).toBe('BAD_REQUEST');
    expect(answer.json().data).toBeUndefined();
  });
});

describe('allowed', () => {
  test('the introspection document that tools send', async () => {
    const answer = await hub.ask({ query: getIntrospectionQuery() });
    expect(answer.body.errors).toBeUndefined();
  });

  test('nothing of what a long document may cost: it is answered or refused in little time', async () => {
    const query = `{ viewer { ${times(LIMITS.tokensMax - 10, () => 'person')} } }`;
    const begun = performance.now();
    const answer = await hub.ask({ query });
    expect([200, 400]).toContain(answer.status);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  test('thirty aliases, twenty root fields', async () => {
    const answer = await hub.ask({ query: `{ ${times(20, (index) => `v${index}: viewer { person }`)} }` });
    expect(answer.body.errors).toBeUndefined();
    expect(Object.keys(answer.body.data ?? {})).toHaveLength(20);
  });
});
