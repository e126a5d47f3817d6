import { expect, test } from '@jest/globals';
import type { Decision, Grant } from '../../src/domain/decision.js';
import { planSources } from '../../src/plan/plan-sources.js';
import { candidate, database, decision, VISIT } from '../sql/cases.js';

const federated = { ...database(2, 'B'), hosting: 'FEDERATED' } as const;
const CLEAR = { kind: 'CLEAR' } as const;

const planned = (grant: Grant): ReturnType<typeof planSources> =>
  planSources(decision([grant]) satisfies Decision, VISIT, []);

test('a database whose records are elsewhere answers UNAVAILABLE, never as if it were empty', () => {
  const granted = planned({
    kind: 'GRANTED',
    database: federated,
    candidates: [candidate('1', { place: CLEAR })],
    bars: [],
  });
  expect(granted.sources).toEqual([]);
  expect(granted.lines).toMatchObject([
    { outcome: 'UNAVAILABLE', reason: 'SOURCE_UNAVAILABLE', agreements: ['AGR-1'] },
  ]);
  const owned = planned({ kind: 'OWNED', database: federated });
  expect(owned.sources).toEqual([]);
  expect(owned.lines).toMatchObject([{ outcome: 'UNAVAILABLE', reason: 'SOURCE_UNAVAILABLE', agreements: [] }]);
});

test('where nothing permits it, the reason says so first: a stranger learns nothing of where records are', () => {
  const { lines } = planned({ kind: 'WITHHELD', database: federated, reason: 'NO_AGREEMENT', basis: [] });
  expect(lines).toMatchObject([{ outcome: 'WITHHELD', reason: 'NO_AGREEMENT', agreements: [] }]);
});
