/** A new exchange standard must not open or close a clause that was signed under the one before. */
import { describe, expect, test } from '@jest/globals';
import { parseTerms } from '../../src/agreements/parse-terms.js';
import { touchedClauses } from '../../src/agreements/standard-change.js';
import { agreement, clause, type Document } from '../agreements/small-world.js';
import { PURPOSES, SAMPLE, standardOf, VISIT } from './sample-standard.js';

const TWO_PURPOSES = PURPOSES.replace('{ ', '{ AUDIT @regime(is: GDPR) ');
const BEFORE = standardOf(VISIT, TWO_PURPOSES);
const DATABASES = [{ code: 'AA-VISITS', recordType: 'Visit' }];

/** The clause with what is said of it; what is said to be undefined does not stand in it. */
const written = (of: Document): Document =>
  Object.fromEntries(
    Object.entries({ ...clause({ recordType: 'Visit', purposes: ['CONTROL'] }), ...of }).filter(
      ([, value]) => value !== undefined,
    ),
  );

function touched(of: Document, after = VISIT, purposes = TWO_PURPOSES, isEnded = false): readonly string[] {
  const parsed = parseTerms(agreement({ clauses: [written(of)] }));
  if (parsed.kind === 'REFUSED') throw new Error(JSON.stringify(parsed.problems));
  const live = [{ reference: 'AGR-1', terms: parsed.terms, isEnded }];
  const standards = { before: BEFORE, after: standardOf(after, purposes), databases: DATABASES };
  return touchedClauses(live, standards).map(
    ({ reference, article, subject, why }) => `${reference} ${article} ${subject} ${why}`,
  );
}

const swap = (from: string | RegExp, to: string): string => {
  const after = VISIT.replace(from, to);
  if (after === VISIT) throw new Error('nothing was replaced');
  return after;
};
const row = (field: string, value: unknown, op = 'eq'): Document => ({ rows: { field, op, value } });
const PROHIBITION: Document = { kind: 'PROHIBITION', action: undefined, purposes: undefined };

interface Case {
  readonly name: string;
  readonly of: Document;
  readonly after: string;
  readonly why: string;
}

const CASES: readonly Case[] = [
  {
    name: 'a field it names is gone',
    of: { fields: { berth: 'CLEAR' } },
    after: swap(/ {2}berth.*\n/, ''),
    why: 'Visit.berth is gone from the standard',
  },
  {
    name: 'a field of its condition is gone',
    of: { fields: { flag: 'CLEAR' }, ...row('berth', 'x') },
    after: swap(/ {2}berth.*\n/, ''),
    why: 'Visit.berth is gone from the standard',
  },
  {
    name: 'a field it names is of another type',
    of: { fields: { flag: 'CLEAR' } },
    after: swap('flag: CountryCode', 'flag: String'),
    why: 'Visit.flag would change from `CountryCode` to `String`',
  },
  {
    name: 'a value of its condition is gone, under `not` and in a list',
    of: { fields: { flag: 'CLEAR' }, rows: { not: { field: 'state', op: 'in', value: ['OPEN', 'CLOSED'] } } },
    after: swap('  CLOSED\n', ''),
    why: 'Visit.state would lose the value `CLOSED`, which the condition compares with',
  },
  {
    name: 'the step it shows is gone',
    of: { fields: { berth: { GENERALISED: 'pier' } } },
    after: swap('name: "pier"', 'name: "quay"'),
    why: 'Visit.berth would have no step `pier` any more',
  },
  {
    name: 'the step it shows means something else',
    of: { fields: { crewCount: { GENERALISED: 'tens' } } },
    after: swap('width: 10', 'width: 100'),
    why: 'Visit.crewCount would mean something else by its step `tens`',
  },
  {
    name: 'a field it names becomes internal',
    of: { fields: { berth: 'CLEAR' } },
    after: swap('berth: String @sensitivity(is: LOCATION_PRECISE)', 'berth: String @sensitivity(is: INTERNAL)'),
    why: 'Visit.berth would be `INTERNAL`, which no clause can share',
  },
  {
    name: 'it lists no fields, and one becomes REFERENCE',
    of: {},
    after: swap(
      'flag: CountryCode @sensitivity(is: QUASI_IDENTIFIER)',
      'flag: CountryCode @sensitivity(is: REFERENCE)',
    ),
    why: 'Visit.flag would be shown, for the clause lists no fields and so shows every `REFERENCE` field',
  },
  {
    name: 'it lists no fields, and a new one is REFERENCE',
    of: {},
    after: swap('  draught:', '  port: String @sensitivity(is: REFERENCE)\n  draught:'),
    why: 'Visit.port would be shown, for the clause lists no fields and so shows every `REFERENCE` field',
  },
  {
    name: 'it lists no fields, and one is REFERENCE no longer',
    of: {},
    after: swap('@key @sensitivity(is: REFERENCE)', '@key @sensitivity(is: DIRECT_IDENTIFIER)'),
    why: 'Visit.number would no longer be shown, for the clause lists no fields and so shows `REFERENCE` fields only',
  },
  {
    name: 'it limits the age of records, and another field says when they occurred',
    of: { fields: { flag: 'CLEAR' }, recordAgeMax: 'P1Y' },
    after: swap('@sensitivity(is: TIME_PRECISE) @occurredAt', '@sensitivity(is: TIME_PRECISE)').replace(
      'endedOn: Date @sensitivity(is: OPERATIONAL)',
      'endedOn: Date @sensitivity(is: OPERATIONAL) @occurredAt',
    ),
    why: 'Visit.visitedAt would no longer say how old a record is (`@occurredAt`); `endedOn` would',
  },
  {
    name: 'it prohibits by sensitivity, and a field leaves it',
    of: { ...PROHIBITION, sensitivity: ['LOCATION_PRECISE'] },
    after: swap('berth: String @sensitivity(is: LOCATION_PRECISE)', 'berth: String @sensitivity(is: OPERATIONAL)'),
    why: 'Visit.berth would be `OPERATIONAL` instead of `LOCATION_PRECISE`, and would no longer be withheld by this prohibition',
  },
  {
    name: 'it matches a field, and the field is matched otherwise',
    of: { action: 'MATCH', fields: { hullId: 'CLEAR' } },
    after: swap(' @match(normalise: EXACT)', ''),
    why: 'Visit.hullId would be matched in another way',
  },
];

describe('a clause is named, with article and field and why, if', () => {
  test.each(CASES)('$name', ({ of, after, why }) => {
    expect(touched(of, after)).toContain(`AGR-1 1 ${why}`);
  });

  test('its purpose is gone, or stands under another regime', () => {
    expect(touched({}, VISIT, TWO_PURPOSES.replace('CONTROL', 'CHECK'))).toEqual([
      'AGR-1 1 CONTROL is no purpose any more',
    ]);
    expect(touched({}, VISIT, TWO_PURPOSES.replace('LED', 'GDPR'))).toEqual([
      'AGR-1 1 CONTROL would stand under the regime `GDPR` instead of `LED`',
    ]);
  });

  test('its record type is gone, also if it names a database of it', () => {
    const other = VISIT.replaceAll('Visit', 'Call').replace('visits', 'calls');
    const gone = ['AGR-1 1 Visit is gone from the standard'];
    expect(touched({}, other)).toEqual(gone);
    expect(touched({ recordType: undefined, database: 'AA-VISITS' }, other)).toEqual(gone);
  });
});

describe('a clause is left alone', () => {
  test('by the standard it was signed under', () => {
    for (const { of } of CASES) expect(touched(of)).toEqual([]);
  });

  test('by what it does not name: fields, values, steps and purposes that come or go', () => {
    const of = { fields: { flag: 'CLEAR', berth: { GENERALISED: 'pier' } }, ...row('state', 'OPEN') };
    const after = [
      swap(/ {2}draught.*\n/, ''),
      swap('  CLOSED\n', '  CLOSED\n  MOORED\n'),
      swap('width: 10', 'width: 20'),
      swap('  draught:', '  port: String @sensitivity(is: REFERENCE)\n  draught:'),
      swap('One visit to a vessel', 'One call at a port'),
    ];
    for (const text of after) expect(touched(of, text)).toEqual([]);
    expect(touched(of, VISIT, PURPOSES)).toEqual([]);
  });

  test('once its agreement is terminated, but for a prohibition, which binds until the agreement’s own end', () => {
    const after = swap(/ {2}berth.*\n/, '');
    expect(touched({ fields: { berth: 'CLEAR' } }, after, TWO_PURPOSES, true)).toEqual([]);
    const barred = { ...PROHIBITION, fields: ['berth'] };
    expect(touched(barred, after, TWO_PURPOSES, true)).toHaveLength(1);
  });

  test('where nothing was applied before, unless what it names is not there', () => {
    const parsed = parseTerms(agreement({ clauses: [clause({ recordType: 'Visit', purposes: ['AUDIT'] })] }));
    if (parsed.kind === 'REFUSED') throw new Error('no terms');
    const live = [{ reference: 'AGR-1', terms: parsed.terms, isEnded: false }];
    const standards = { before: SAMPLE, after: SAMPLE, databases: [] };
    expect(touchedClauses(live, standards).map(({ subject }) => subject)).toEqual(['AUDIT']);
  });
});
