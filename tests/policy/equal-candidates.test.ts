import { describe, expect, test } from '@jest/globals';
import type { Candidate } from '../../src/domain/decision.js';
import { CLEAR } from '../../src/domain/treatment.js';
import { EQUAL_CANDIDATES_MAX, fewOfEqual } from '../../src/policy/equal-candidates.js';

const FIELDS = { section: CLEAR };
const many = (count: number, more: Partial<Candidate> = {}): readonly Candidate[] =>
  Array.from({ length: count }, (_, index) => ({
    basis: { agreement: 'AGR-1', version: 1, article: String(index + 1) },
    fields: FIELDS,
    handlingCodes: [],
    zeroPolicy: 'SHOW',
    ...more,
  }));

const articles = (candidates: readonly Candidate[]): readonly string[] => candidates.map(({ basis }) => basis.article);

describe('of candidates that show the same', () => {
  test('the first few are kept, in their order', () => {
    expect(articles(fewOfEqual(many(100)))).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  test('none is left out that differs in anything', () => {
    const different: readonly Partial<Candidate>[] = [
      {},
      { rows: { kind: 'compare', field: 'section', op: 'eq', value: 'A' } },
      { fields: { section: { kind: 'MASKED' } } },
      { handlingCodes: ['H2'] },
      { countMin: 5 },
      { zeroPolicy: 'SUPPRESS' },
      { recordAgeMax: 'P1Y' },
      { dataSubjectCategories: ['SUSPECT'] },
      { rowsMax: 10 },
      { retainFor: 'P30D', timeZone: 'UTC' },
      { onwardDepth: 0 },
      { duties: ['report'] },
      { evidence: 'VALUES' },
    ];
    const all = different.flatMap((more) => many(EQUAL_CANDIDATES_MAX, more));
    expect(fewOfEqual(all)).toEqual(all);
  });

  test('none with a quota is left out: each has an account of its own', () => {
    const quota = { key: 'k', limits: { requests: 1, per: 'day' as const }, from: new Date(0), until: new Date(1) };
    expect(fewOfEqual(many(20, { quota }))).toHaveLength(20);
  });
});
