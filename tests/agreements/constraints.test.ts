import { describe, expect, test } from '@jest/globals';
import { readTerms } from '../../src/agreements/read-terms.js';
import { writeTerms } from '../../src/agreements/write-terms.js';
import type { ExchangeStandard, RecordType } from '../../src/domain/record-type.js';
import { agreement, clause, type Document, REGISTRY, SIGHTING, STANDARD } from './small-world.js';

const UNDATED: RecordType = {
  ...SIGHTING,
  name: 'Undated',
  fields: SIGHTING.fields.map((field) => ({ ...field, isOccurredAt: false })),
};
const WIDER: ExchangeStandard = {
  recordTypes: [SIGHTING, UNDATED],
  purposes: [...STANDARD.purposes, { name: 'STATE_SECURITY', regime: 'NATIONAL_SECURITY', description: '' }],
};

const read = (more: Document) => readTerms(agreement({ clauses: [clause(more)] }), WIDER, REGISTRY);

function problemsOf(more: Document): readonly string[] {
  const result = read(more);
  if (result.kind === 'READ') return [];
  return result.problems.map(({ path, code }) => `${path.slice(2).join('.')} ${code}`);
}

describe('a demand is refused that nothing could fulfil, or nobody could tell', () => {
  test.each([
    { name: 'a purpose of another regime', more: { regime: 'LED' }, problem: 'regime REGIME_MISMATCH' },
    { name: 'a regime the standard does not know', more: { regime: 'LEX' }, problem: 'regime UNKNOWN' },
    {
      name: 'national security as a purpose',
      more: { purposes: ['STATE_SECURITY'] },
      problem: 'purposes REGIME_MISMATCH',
    },
    { name: 'national security as a regime', more: { regime: 'NATIONAL_SECURITY' }, problem: 'regime UNKNOWN' },
    { name: 'a day before the agreement begins', more: { from: '2024-04-30' }, problem: 'from INVALID' },
    { name: 'a day after it ends', more: { until: '2034-05-02' }, problem: 'until INVALID' },
    { name: 'an end before the begin', more: { from: '2026-01-02', until: '2026-01-01' }, problem: 'until INVALID' },
    { name: 'an end at the begin', more: { until: '2024-05-01' }, problem: 'until INVALID' },
    { name: 'a begin at the end', more: { from: '2034-05-01' }, problem: 'from INVALID' },
    { name: '30 February', more: { from: '2026-02-30' }, problem: 'from INVALID' },
    { name: 'month 13', more: { until: '2026-13-01' }, problem: 'until INVALID' },
    { name: 'hours from one time to the same', more: { hours: '06:00-06:00' }, problem: 'hours INVALID' },
    { name: 'an age of no day', more: { recordAgeMax: 'P0D' }, problem: 'recordAgeMax INVALID' },
    { name: 'an age in weeks', more: { recordAgeMax: 'P2W' }, problem: 'recordAgeMax INVALID' },
    {
      name: 'an age of records without a time',
      more: { recordType: 'Undated', recordAgeMax: 'P1Y' },
      problem: 'recordAgeMax INVALID',
    },
    {
      name: 'a category in small letters',
      more: { dataSubjectCategories: ['suspect'] },
      problem: 'dataSubjectCategories.0 INVALID',
    },
    {
      name: 'a category twice',
      more: { dataSubjectCategories: ['A', 'A'] },
      problem: 'dataSubjectCategories DUPLICATE',
    },
    { name: 'no category', more: { dataSubjectCategories: [] }, problem: 'dataSubjectCategories INVALID' },
    {
      name: 'a regular expression as mask',
      more: { justification: { pattern: '\\d+' } },
      problem: 'justification.pattern INVALID',
    },
    {
      name: 'a mask with nothing to fill in',
      more: { justification: { pattern: 'case' } },
      problem: 'justification.pattern INVALID',
    },
    {
      name: 'a mask that ends in an escape',
      more: { justification: { pattern: 'A9\\' } },
      problem: 'justification.pattern INVALID',
    },
    {
      name: 'an endless mask',
      more: { justification: { pattern: 'A'.repeat(65) } },
      problem: 'justification.pattern INVALID',
    },
    {
      name: 'a justification of other keys',
      more: { justification: { regex: 'A' } },
      problem: 'justification.regex KEY_UNKNOWN',
    },
    { name: 'a duty without words', more: { duties: [{ within: 'P1D' }] }, problem: 'duties.0.duty REQUIRED' },
    {
      name: 'a duty every no days',
      more: { duties: [{ duty: 'report', every: 'P0D' }] },
      problem: 'duties.0.every INVALID',
    },
    { name: 'no rows', more: { rowsMax: 0 }, problem: 'rowsMax INVALID' },
    { name: 'evidence of something else', more: { evidence: 'NAMES' }, problem: 'evidence INVALID' },
    { name: 'evidence that is an object', more: { evidence: { of: 'VALUES' } }, problem: 'evidence INVALID' },
    {
      name: 'evidence of values where only cells are shown',
      more: { action: 'AGGREGATE', evidence: 'VALUES' },
      problem: 'evidence INVALID',
    },
    {
      name: 'evidence of values where only hits are told',
      more: { action: 'MATCH', evidence: 'VALUES' },
      problem: 'evidence INVALID',
    },
    { name: 'half a hand', more: { onwardDepth: 0.5 }, problem: 'onwardDepth INVALID' },
  ])('$name', ({ more, problem }) => {
    expect(problemsOf(more)[0]).toBe(problem);
  });

  test('national security as the purpose of a prohibition', () => {
    const { action: _, ...rest } = clause({ kind: 'PROHIBITION', purposes: ['STATE_SECURITY'] });
    const result = readTerms(agreement({ clauses: [rest] }), WIDER, REGISTRY);
    expect(result).toMatchObject({ kind: 'REFUSED', problems: [{ code: 'REGIME_MISMATCH' }] });
  });
});

describe('a demand is read', () => {
  test('and written again as it was', () => {
    const more = {
      regime: 'GDPR',
      justification: { pattern: 'AA-999999' },
      from: '2025-01-01',
      until: '2026-01-01',
      hours: '22:00-06:00',
      recordAgeMax: 'P1Y6M',
      dataSubjectCategories: ['CONVICTED', 'SUSPECT'],
      handlingCodes: ['H2'],
      rowsMax: 100,
      retainFor: 'P30D',
      onwardDepth: 0,
      duties: ['report hits', { duty: 'erase what is wrong', within: 'P7D' }, { duty: 'report use', every: 'P3M' }],
      evidence: 'VALUES',
    };
    const result = read(more);
    if (result.kind === 'REFUSED') throw new Error(JSON.stringify(result.problems));
    expect(writeTerms(result.terms).clauses).toMatchObject([more]);
  });

  test('a duty without a date in one spelling only', () => {
    const result = read({ duties: [{ duty: 'report hits' }] });
    expect(result).toMatchObject({ kind: 'READ', terms: { clauses: [{ constraints: { duties: ['report hits'] } }] } });
  });
});
