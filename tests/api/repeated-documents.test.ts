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
  const CASES: readonly (readonly [string, string, Record<string, unknown>?])[] = [
    ['an answer', '{ viewer { person roles } recordTypes { nodes { name } } }'],
    ['an answer of records', '{ borderCrossings(purpose: RISK_ANALYSIS) { nodes { id } sources { outcome } } }'],
    ['a fault of the ask', '{ borderCrossings(purpose: RISK_ANALYSIS, databases: ["X"]) { nodes { id } } }'],
    ['a refusal of the gate', '{ ledger(first: 1) { nodes { sequence } } viewer { person } }'],
    [
      'two purposes',
      '{ a: borderCrossings(purpose: RISK_ANALYSIS) { nodes { id } } b: borderCrossings(purpose: DATA_QUALITY) { nodes { id } } }',
    ],
    ['a wrong variable', 'query ($first: Int) { partners(first: $first) { nodes { code } } }', { first: 'many' }],
    ['a variable', 'query ($first: Int) { partners(first: $first) { nodes { code } } }', { first: 1 }],
  ];
  test.each(CASES)(
    '%s: same status, same headers, same bytes, and one entry each time',
    async (_, query, variables) => {
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
