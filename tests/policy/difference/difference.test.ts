import { describe, expect, test } from '@jest/globals';
import { differenceOf, mayEnterAlone } from '../../../src/policy/difference.js';
import { type AgreementNote, type ClauseNote, versionFrom } from '../notation.js';
import { DATABASES, STANDARD } from '../world.js';

const FACTS = { standard: STANDARD, databases: DATABASES };
const RIGHT: ClauseNote = {
  article: '3.1',
  assigner: 'AL-BMP',
  assignee: 'ME-BP',
  fields: { nationality: 'CLEAR', detectedAt: { GENERALISED: 'day' }, borderSection: 'MASKED' },
};
const BAN: ClauseNote = {
  article: '9',
  kind: 'PROHIBITION',
  assigner: 'AL-BMP',
  assignee: 'ME-BP',
  action: 'MATCH',
  fields: ['nationality'],
};
const COUNTS: ClauseNote = { ...RIGHT, article: '4', action: 'AGGREGATE' };
const note = (clauses: ClauseNote[], more: Partial<AgreementNote> = {}): AgreementNote => ({
  parties: ['AL-BMP', 'AL-MOI', 'ME-BP'],
  clauses,
  ...more,
});
const difference = (before: AgreementNote, after: AgreementNote) =>
  differenceOf(versionFrom('AGR', before), versionFrom('AGR', after), FACTS);
const demanding = (more: Partial<ClauseNote>): AgreementNote => note([{ ...RIGHT, ...more }]);

interface Example {
  readonly name: string;
  readonly before: AgreementNote;
  readonly after: AgreementNote;
}

describe('wider', () => {
  test.each([
    {
      name: 'the same right under another article',
      before: note([RIGHT]),
      after: note([{ ...RIGHT, article: '3.2' }]),
    },
    {
      name: 'another agency of the partner',
      before: note([{ ...RIGHT, assigner: 'ME-BP', assignee: 'AL-BMP' }]),
      after: note([{ ...RIGHT, assigner: 'ME-BP', assignee: 'AL' }]),
    },
    { name: 'the other direction too', before: note([RIGHT]), after: note([{ ...RIGHT, mutual: true }]) },
    { name: 'a finer step', before: note([RIGHT]), after: demanding({ fields: { detectedAt: 'CLEAR' } }) },
    {
      name: 'a pseudonym for a mask',
      before: note([RIGHT]),
      after: demanding({ fields: { borderSection: 'PSEUDONYM' } }),
    },
    {
      name: 'no list of fields for a list',
      before: demanding({ fields: { indicator: 'CLEAR' } }),
      after: demanding({}),
    },
    {
      name: 'all databases of the type for one',
      before: demanding({ database: 'AL-BORDER-CROSSINGS' }),
      after: note([RIGHT]),
    },
    {
      name: 'other hours that are as long',
      before: demanding({ hours: '06:00-22:00' }),
      after: demanding({ hours: '08:00-23:00' }),
    },
    {
      name: 'hours over midnight',
      before: demanding({ hours: '06:00-22:00' }),
      after: demanding({ hours: '21:00-06:30' }),
    },
    {
      name: 'a month for thirty days',
      before: demanding({ recordAgeMax: 'P30D' }),
      after: demanding({ recordAgeMax: 'P1M' }),
    },
    {
      name: 'a quota by the month for one by the day',
      before: demanding({ quota: { records: 9, per: 'day' } }),
      after: demanding({ quota: { records: 9, per: 'month' } }),
    },
    {
      name: 'a quota without one of its units',
      before: demanding({ quota: { records: 9, requests: 9, per: 'day' } }),
      after: demanding({ quota: { records: 9, per: 'day' } }),
    },
    { name: 'a smaller cell', before: demanding({ countMin: 10 }), after: demanding({ countMin: 5 }) },
    {
      name: 'another pattern',
      before: demanding({ justification: { pattern: 'AA-9' } }),
      after: demanding({ justification: { pattern: 'AA-99' } }),
    },
    { name: 'a handling code more', before: note([RIGHT]), after: demanding({ handlingCodes: ['H2'] }) },
    { name: 'handing on where nothing was said of it', before: note([RIGHT]), after: demanding({ onwardDepth: 1 }) },
    {
      name: 'the stricter of two minima dropped',
      before: note([{ ...COUNTS, countMin: 10 }, RIGHT]),
      after: note([RIGHT]),
    },
    {
      name: 'the stricter of two minima only at some hours',
      before: note([{ ...COUNTS, countMin: 10 }, RIGHT]),
      after: note([{ ...COUNTS, countMin: 10, hours: '06:00-22:00' }, RIGHT]),
    },
    {
      name: 'the shorter of two times to keep dropped',
      before: note([{ ...COUNTS, retainFor: 'P30D' }, RIGHT]),
      after: note([RIGHT]),
    },
    {
      name: 'the right with evidence dropped beside one without',
      before: note([{ ...RIGHT, article: '5', evidence: 'VALUES' }, RIGHT]),
      after: note([RIGHT]),
    },
    { name: 'evidence no longer kept', before: demanding({ evidence: 'VALUES' }), after: note([RIGHT]) },
    {
      name: 'the group dropped where a pseudonym stood behind it',
      before: note([
        { ...RIGHT, fields: { borderSection: { GENERALISED: 'section' } } },
        { ...RIGHT, article: '5', fields: { borderSection: 'PSEUDONYM' } },
      ]),
      after: note([{ ...RIGHT, article: '5', fields: { borderSection: 'PSEUDONYM' } }]),
    },
    { name: 'a prohibition dropped', before: note([RIGHT, BAN]), after: note([RIGHT]) },
    {
      name: 'a prohibition of a higher action only',
      before: note([RIGHT, BAN]),
      after: note([
        { ...RIGHT, rows: { field: 'nationality', op: 'eq', value: 'SYR' } },
        { ...BAN, action: 'READ' },
      ]),
    },
    {
      name: 'a prohibition on fewer rows, null among them',
      before: note([RIGHT, { ...BAN, rows: { field: 'personsCount', op: 'gt', value: 2 } }]),
      after: note([
        RIGHT,
        {
          ...BAN,
          rows: {
            and: [
              { field: 'personsCount', op: 'gt', value: 2 },
              { field: 'personsCount', op: 'isNull', value: false },
            ],
          },
        },
      ]),
    },
    {
      name: 'the fields of a sensitivity for the sensitivity',
      before: note([RIGHT, { ...BAN, fields: [], sensitivity: ['VULNERABILITY'] }]),
      after: note([RIGHT, { ...BAN, fields: ['minorStatus'] }]),
    },
    {
      name: 'an earlier end that would lift a prohibition',
      before: note([RIGHT, BAN]),
      after: note([RIGHT, BAN], { until: '2029-01-01' }),
    },
    { name: 'a later end', before: note([RIGHT]), after: note([RIGHT], { until: '2031-01-01' }) },
    { name: 'an earlier begin', before: note([RIGHT]), after: note([RIGHT], { from: '2023-01-01' }) },
    { name: 'no framework any more', before: note([RIGHT], { framework: 'FRAME' }), after: note([RIGHT]) },
  ] satisfies Example[])('$name', ({ before, after }) => {
    const { isNarrower, changes } = difference(before, after);
    expect(isNarrower).toBe(false);
    expect(changes.map(({ effect }) => effect)).toContain('WIDER');
  });
});

describe('narrower', () => {
  test.each([
    { name: 'a right dropped', before: note([RIGHT, COUNTS]), after: note([RIGHT]) },
    { name: 'a mutual clause for one direction', before: note([{ ...RIGHT, mutual: true }]), after: note([RIGHT]) },
    { name: 'a database of the type', before: note([RIGHT]), after: demanding({ database: 'AL-BORDER-CROSSINGS' }) },
    { name: 'evidence of the values shown', before: note([RIGHT]), after: demanding({ evidence: 'VALUES' }) },
    { name: 'a right below it', before: note([RIGHT]), after: demanding({ action: 'AGGREGATE' }) },
    {
      name: 'a coarser step',
      before: note([RIGHT]),
      after: demanding({ fields: { detectedAt: { GENERALISED: 'year' }, nationality: 'PSEUDONYM' } }),
    },
    { name: 'shorter hours', before: demanding({ hours: '22:00-06:00' }), after: demanding({ hours: '23:30-00:30' }) },
    {
      name: 'a year for thirteen months',
      before: demanding({ recordAgeMax: 'P13M' }),
      after: demanding({ recordAgeMax: 'P365D' }),
    },
    {
      name: 'another minimum where one as strict stays',
      before: note([
        { ...COUNTS, countMin: 10 },
        { ...RIGHT, countMin: 10 },
      ]),
      after: note([{ ...RIGHT, countMin: 10 }]),
    },
    {
      name: 'a condition of a quota',
      before: note([RIGHT]),
      after: demanding({ quota: { subjects: 100, per: 'month' } }),
    },
    {
      name: 'a prohibition of a lower action',
      before: note([RIGHT, { ...BAN, action: 'READ' }]),
      after: note([RIGHT, BAN]),
    },
    {
      name: 'rows of one section',
      before: note([RIGHT]),
      after: demanding({ rows: { field: 'borderSection', op: 'eq', value: 'AL-ME' } }),
    },
    { name: 'an earlier end', before: note([RIGHT]), after: note([RIGHT], { until: '2029-01-01' }) },
    { name: 'a framework', before: note([RIGHT]), after: note([RIGHT], { framework: 'FRAME' }) },
  ] satisfies Example[])('$name', ({ before, after }) => {
    const { isNarrower, changes } = difference(before, after);
    expect(changes.filter(({ effect }) => effect === 'WIDER')).toEqual([]);
    expect(isNarrower).toBe(true);
  });
});

describe('neither', () => {
  test.each([
    { name: 'nothing changed', before: note([RIGHT, BAN]), after: note([BAN, RIGHT]) },
    { name: 'a later begin alone', before: note([RIGHT]), after: note([RIGHT], { from: '2024-06-01' }) },
    {
      name: 'the same condition in other words',
      before: demanding({ rows: { field: 'personsCount', op: 'gt', value: 2 } }),
      after: demanding({ rows: { not: { field: 'personsCount', op: 'lte', value: 2 } } }),
    },
  ] satisfies Example[])('$name', ({ before, after }) => {
    const { isNarrower, changes } = difference(before, after);
    expect(changes.filter(({ effect }) => effect !== 'NEUTRAL')).toEqual([]);
    expect(isNarrower).toBe(false);
  });
});

describe('for people', () => {
  test('a sentence says who no longer sees what, under which article', () => {
    const { changes } = difference(
      note([RIGHT]),
      demanding({ fields: { detectedAt: { GENERALISED: 'month' }, borderSection: 'MASKED' } }),
    );
    expect(changes.map(({ sentence }) => sentence)).toEqual([
      "ME-BP sees `detectedAt` of AL-BMP's BorderCrossing records for BORDER_SURVEILLANCE as GENERALISED month (article 3.1; was GENERALISED day)",
      "ME-BP no longer sees `nationality` of AL-BMP's BorderCrossing records for BORDER_SURVEILLANCE (article 3.1; was CLEAR)",
    ]);
  });
});

describe('entering alone', () => {
  const before = versionFrom(
    'AGR',
    note([
      { ...RIGHT, assignee: 'ME-BP' },
      { ...COUNTS, assigner: 'ME-BP', assignee: 'AL-MOI' },
    ]),
  );
  const entering = (after: AgreementNote): readonly string[] => {
    const found = differenceOf(before, versionFrom('AGR', after), FACTS);
    return before.terms.parties.filter((party) => mayEnterAlone(party, found, before));
  };

  test('is for giver and receiver of what changes, not for a third party', () => {
    expect(entering(note([{ ...COUNTS, assigner: 'ME-BP', assignee: 'AL-MOI' }]))).toEqual(['AL-BMP', 'ME-BP']);
  });

  test('is for nobody who would end the rights of two others', () => {
    expect(
      entering(note([RIGHT, { ...COUNTS, assigner: 'ME-BP', assignee: 'AL-MOI' }], { until: '2029-01-01' })),
    ).toEqual(['ME-BP']);
  });
});
