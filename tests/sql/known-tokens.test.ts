import { describe, expect, test } from '@jest/globals';
import type { AggregateAsk } from '../../src/domain/ask.js';
import type { Decision } from '../../src/domain/decision.js';
import type { Treatment } from '../../src/domain/treatment.js';
import { planAggregate } from '../../src/plan/plan-aggregate.js';
import { countQuery } from '../../src/sql/compile-aggregate.js';
import { type Expression, TRUE } from '../../src/sql/expression.js';
import { candidate, decision, granted, inPlace, VISIT } from './cases.js';

const TOKEN: Treatment = { kind: 'PSEUDONYM' };
const shows = (place: Treatment): Decision => decision([granted(2, 'B', [candidate('1', { place }, { countMin: 5 })])]);
const ASK: AggregateAsk = {
  agency: 'A',
  action: 'AGGREGATE',
  purpose: 'CONTROL',
  recordType: 'Visit',
  groupBy: [{ kind: 'field', field: 'place' }],
  sums: [],
};
const BY_EQUALITY: AggregateAsk = { ...ASK, groupBy: [], where: inPlace('psn_1') };

/** What is counted as unread, and as unknown, of the rows of the one database. */
function counted(ask: AggregateAsk, read: Treatment): Readonly<Record<'unread' | 'unknown', Expression | undefined>> {
  const query = countQuery(planAggregate(ask, shows(TOKEN), [shows(read)], VISIT), 10);
  const ofDatabase = (rows: Expression | null | undefined) =>
    rows?.kind === 'case' ? rows.branches[0]?.gives : undefined;
  return { unread: ofDatabase(query?.unread), unknown: ofDatabase(query?.unknown) };
}

describe.each([
  { how: 'grouped by', ask: ASK },
  { how: 'filtered by', ask: BY_EQUALITY },
])('rows $how a token are known to whoever may read', ({ ask }) => {
  test.each([
    { read: 'nothing of it', treatment: { kind: 'WITHHELD' } },
    // Both count as less redacted than a token, and neither says which rows have the same one.
    { read: 'its last characters', treatment: { kind: 'MASKED' } },
    { read: 'a step of its ladder', treatment: { kind: 'GENERALISED', step: 'region' } },
  ] as const)('not with $read: every row is unknown, though it is read', ({ treatment }) => {
    const { unread, unknown } = counted(ask, treatment);
    expect(unknown).toEqual(TRUE);
    expect(unread).not.toEqual(TRUE);
  });

  test.each([
    { read: 'the token', treatment: TOKEN },
    { read: 'the value', treatment: { kind: 'CLEAR' } },
  ] as const)('with $read: only what is not read at all is unknown', ({ treatment }) => {
    const { unread, unknown } = counted(ask, treatment);
    expect(unknown).toEqual(unread);
    expect(unknown?.kind).toBe('not');
  });
});

test('whoever may read the token only does not know the rows of a value', () => {
  const query = countQuery(planAggregate(ASK, shows({ kind: 'CLEAR' }), [shows(TOKEN)], VISIT), 10);
  expect(query?.unknown).toMatchObject({ branches: [{ gives: TRUE }] });
});
