import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MemoryLedger, MemoryRegistry, memoryHub, type TestServer, testServer } from './harness.js';

let served: TestServer;
const ledger = new MemoryLedger();
beforeAll(async () => {
  served = await testServer(memoryHub(new MemoryRegistry(), ledger));
});
afterAll(() => served.close());

/** Headers that name this request alone. */
const headersOf = ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }) => {
  const { date: _date, 'x-request-id': _id, ...others } = headers;
  return others;
};

const withoutIds = (text: string): string => text.replaceAll(/"correlationId":"[^"]+"/g, '');

// The second time a document is known, and takes the short way to the executor.
describe('a document that is asked again', () => {
  const CASES: readonly {
    readonly what: string;
    readonly query: string;
    readonly variables?: Record<string, unknown>;
  }[] = [
    { what: 'an answer', query: '{ viewer { person roles } recordTypes { nodes { name } } }' },
    {
      what: 'an answer of records',
      query: '{ borderCrossings(purpose: RISK_ANALYSIS) { nodes { id } sources { outcome } } }',
    },
    {
      what: 'a fault of the ask',
      query: '{ borderCrossings(purpose: RISK_ANALYSIS, databases: ["X"]) { nodes { id } } }',
    },
    { what: 'a refusal of the gate', query: '{ ledger(first: 1) { nodes { sequence } } viewer { person } }' },
    {
      what: 'two purposes',
      query:
        '{ a: borderCrossings(purpose: RISK_ANALYSIS) { nodes { id } } b: borderCrossings(purpose: DATA_QUALITY) { nodes { id } } }',
    },
    {
      what: 'a wrong variable',
      query: 'query ($first: Int) { partners(first: $first) { nodes { code } } }',
      variables: { first: 'many' },
    },
    {
      what: 'a variable',
      query: 'query ($first: Int) { partners(first: $first) { nodes { code } } }',
      variables: { first: 1 },
    },
  ];
  test.each(CASES)(
    '$what: same status, same headers, same bytes, and one entry each time',
    async ({ query, variables }) => {
      const ask = () => served.ask({ query, ...(variables === undefined ? {} : { variables }) });
      const before = ledger.entries.length;
      const [first, second, third] = [await ask(), await ask(), await ask()];
      for (const again of [second, third]) {
        expect(again.status).toBe(first.status);
        expect(headersOf(again)).toEqual(headersOf(first));
        expect(withoutIds(again.text)).toBe(withoutIds(first.text));
      }
      const entries = ledger.entries.slice(before);
      expect(entries).toHaveLength(3);
      const told = entries.map(({ requestId: _request, durationMs: _duration, ...entry }) => entry);
      expect(told[1]).toEqual(told[0]);
      expect(told[2]).toEqual(told[0]);
    },
  );
});
