import { describe, expect, test } from '@jest/globals';
import type { Decision } from '../../src/domain/decision.js';
import { planRead } from '../../src/plan/plan-read.js';
import { decide } from '../../src/policy/decide.js';
import { type ClauseNote, versionFrom } from './notation.js';
import { CROSSING, DATABASES, STANDARD } from './world.js';

function decided(clauses: readonly Partial<ClauseNote>[]): Decision {
  const ask = {
    agency: 'ME-BP',
    action: 'READ',
    purpose: 'BORDER_SURVEILLANCE',
    recordType: 'BorderCrossing',
  } as const;
  const notes = clauses.map(
    (clause, index): ClauseNote => ({
      article: String(index + 1),
      assigner: 'AL-BMP',
      assignee: 'ME-BP',
      fields: { nationality: 'CLEAR' },
      ...clause,
    }),
  );
  const version = versionFrom('AGR', { parties: ['AL-BMP', 'ME-BP', 'MK-BP'], clauses: notes });
  const set = { version: '1', versions: [version], acts: [] };
  const now = new Date('2024-06-01T10:00:00Z');
  return decide(ask, { set, databases: DATABASES, recordType: CROSSING, standard: STANDARD, now });
}

/** Rows that the statement for a page of 50 asks for at most, the one that tells of a next page not counted. */
function rowsOf(clauses: readonly Partial<ClauseNote>[]): number {
  const ask = {
    agency: 'ME-BP',
    action: 'READ',
    purpose: 'BORDER_SURVEILLANCE',
    recordType: 'BorderCrossing',
    fields: ['nationality'],
    orderBy: [],
    page: { direction: 'FORWARD', size: 50 },
  } as const;
  return planRead(ask, decided(clauses), CROSSING).rowsMax - 1;
}

const SECTION = { field: 'borderSection', op: 'eq', value: 'AL-ME' } as const;

describe('a page is cut to the fewest rows that a clause allows', () => {
  test.each([
    { name: 'of all clauses', clauses: [{ rowsMax: 20 }, { rowsMax: 10 }], rows: 10 },
    { name: 'of all owners asked', clauses: [{ rowsMax: 20 }, { assigner: 'MK-BP', rowsMax: 5 }], rows: 5 },
    {
      name: 'though another one shows other rows in any number',
      clauses: [{ rowsMax: 10 }, { rows: SECTION }],
      rows: 10,
    },
    {
      name: 'though another one shows fewer fields in any number',
      clauses: [{ rowsMax: 10, fields: { nationality: 'CLEAR', borderSection: 'CLEAR' } }, {}],
      rows: 10,
    },
    {
      name: 'though another one shows young records in any number',
      clauses: [{ rowsMax: 10 }, { recordAgeMax: 'P1Y' }],
      rows: 10,
    },
    {
      name: 'though another one shows some people in any number',
      clauses: [{ rowsMax: 10 }, { dataSubjectCategories: ['SUSPECT'] }],
      rows: 10,
    },
    { name: 'but not beyond what was asked', clauses: [{ rowsMax: 100 }], rows: 50 },
  ] satisfies { name: string; clauses: Partial<ClauseNote>[]; rows: number }[])('$name', ({ clauses, rows }) => {
    expect(rowsOf(clauses)).toBe(rows);
  });
});

describe('a page is not cut where another clause shows the same rows in any number', () => {
  test.each([
    { name: 'all of them', clauses: [{ rowsMax: 10 }, {}] },
    { name: 'of a narrower condition', clauses: [{ rowsMax: 10, rows: SECTION }, {}] },
    { name: 'of a lower age', clauses: [{ rowsMax: 10, recordAgeMax: 'P11M' }, { recordAgeMax: 'P1Y' }] },
    {
      name: 'about fewer categories',
      clauses: [
        { rowsMax: 10, dataSubjectCategories: ['SUSPECT'] },
        { dataSubjectCategories: ['CONVICTED', 'SUSPECT'] },
      ],
    },
  ] satisfies { name: string; clauses: Partial<ClauseNote>[] }[])('$name', ({ clauses }) => {
    expect(rowsOf(clauses)).toBe(50);
  });
});

test('whatever a clause demands changes the digest of the decision', () => {
  const demands: Partial<ClauseNote>[] = [
    {},
    { rowsMax: 10 },
    { rowsMax: 20 },
    { recordAgeMax: 'P1Y' },
    { recordAgeMax: 'P1M' },
    { dataSubjectCategories: ['SUSPECT'] },
    { dataSubjectCategories: ['VICTIM'] },
    { retainFor: 'P1Y' },
    { onwardDepth: 0 },
    { duties: ['report'] },
    { handlingCodes: ['H2'] },
    { countMin: 5 },
  ];
  expect(new Set(demands.map((demand) => decided([demand]).digest)).size).toBe(demands.length);
});
