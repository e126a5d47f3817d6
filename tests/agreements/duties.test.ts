import { describe, expect, test } from '@jest/globals';
import { dutiesOf } from '../../src/agreements/duties.js';
import { parseTerms } from '../../src/agreements/parse-terms.js';
import type { AgreementAct, AgreementVersion } from '../../src/domain/agreement.js';
import type { DutyAttestation } from '../../src/domain/duty.js';
import { CALENDAR } from '../../src/hub/calendar.js';

const AGREEMENT = 'AGR-2025-001';

function version(
  number: number,
  changes: Record<string, unknown> = {},
  clause: Record<string, unknown> = {},
): AgreementVersion {
  const parsed = parseTerms({
    reference: AGREEMENT,
    title: 'Exchange',
    parties: ['AL-BMP', 'ME-BP', 'MK-BP'],
    legalBasis: 'Treaty',
    timeZone: 'Europe/Tirane',
    from: '2024-05-01',
    until: '2026-05-01',
    clauses: [
      {
        article: '3.1',
        kind: 'PERMISSION',
        assigner: 'AL-BMP',
        assignee: 'ME-BP',
        recordType: 'BorderCrossing',
        action: 'READ',
        purposes: ['RISK_ANALYSIS'],
        ...clause,
      },
    ],
    ...changes,
  });
  if (parsed.kind === 'REFUSED') throw new Error(JSON.stringify(parsed.problems));
  const { terms } = parsed;
  return {
    terms,
    version: number,
    hash: String(number),
    partnerOf: { 'AL-BMP': 'AL', 'ME-BP': 'ME', 'MK-BP': 'MK' },
    from: new Date(CALENDAR.startOfLocalDay(terms.from, terms.timeZone)),
    until: new Date(CALENDAR.startOfLocalDay(terms.until, terms.timeZone)),
    finalisedAt: new Date('2024-04-20T08:00:00Z'),
  };
}

const told = (
  versions: readonly AgreementVersion[],
  now: string,
  acts: readonly AgreementAct[] = [],
  attestations: readonly DutyAttestation[] = [],
): readonly string[] =>
  dutiesOf({ versions, acts, attestations }, new Date(now), CALENDAR).map(
    ({ key, words, kind, dueAt, status }) =>
      `${key} ${words ?? kind}: ${status}, due ${dueAt?.toISOString() ?? 'never'}`,
  );

const TERMINATED: AgreementAct = {
  kind: 'TERMINATE',
  reference: AGREEMENT,
  by: 'AL-BMP',
  effectiveAt: new Date('2025-03-01T10:00:00Z'),
};

describe('duties of a clause', () => {
  test('are not owed before the version is in force, nor under one that never was', () => {
    const duties = { duties: ['erase on request'] };
    expect(told([version(1, {}, duties)], '2024-04-30T21:59:59.999Z')).toEqual([]);
    const never = version(1, { until: '2024-05-02' }, duties);
    const later = { ...version(2), noticeEndsAt: never.from };
    expect(told([never, later], '2025-01-01T00:00:00Z')).toEqual([]);
  });

  test('are owed by the recipient to the owner, without a date where the clause names none', () => {
    expect(told([version(1, {}, { duties: ['erase on request'] })], '2024-04-30T22:00:00Z')).toEqual([
      '3.1/1/ME-BP/AL-BMP/1 erase on request: OPEN, due never',
    ]);
  });

  test('are owed in both directions by a mutual clause', () => {
    const keys = told([version(1, {}, { mutual: true, duties: ['report'] })], '2024-06-01T00:00:00Z');
    expect(keys.map((text) => text.split(' ')[0])).toEqual(['3.1/1/ME-BP/AL-BMP/1', '3.1/1/AL-BMP/ME-BP/1']);
  });

  test('are overdue from the end of the last day on, counted in local days', () => {
    const versions = [version(1, {}, { duties: [{ duty: 'report', within: 'P30D' }] })];
    const due = 'due 2024-05-31T22:00:00.000Z';
    expect(told(versions, '2024-05-31T21:59:59.999Z')).toEqual([`3.1/1/ME-BP/AL-BMP/1 report: OPEN, ${due}`]);
    expect(told(versions, '2024-05-31T22:00:00.000Z')).toEqual([`3.1/1/ME-BP/AL-BMP/1 report: OVERDUE, ${due}`]);
  });

  test('are owed again each period, and no more once the agreement is over', () => {
    const versions = [version(1, {}, { duties: [{ duty: 'report', every: 'P6M' }] })];
    const times = told(versions, '2025-06-15T00:00:00Z', [TERMINATED]);
    expect(times.map((text) => text.split(' ')[0])).toEqual(['3.1/1/ME-BP/AL-BMP/1', '3.1/1/ME-BP/AL-BMP/2']);
  });

  test('are owed on the same day of each month, however many have passed', () => {
    const versions = [version(1, {}, { duties: [{ duty: 'report', every: 'P1M' }] })];
    const dues = told(versions, '2026-04-30T00:00:00Z').map((text) => text.replace(/.*due /, ''));
    expect(dues).toHaveLength(24);
    expect([dues[0], dues[1], dues[22]]).toEqual([
      '2024-06-01T22:00:00.000Z',
      '2024-07-01T22:00:00.000Z',
      '2026-04-01T22:00:00.000Z',
    ]);
  });

  test.each([{ every: 'P0D' }, { every: 'P9999Y9999M99999D' }])(
    'again every $every: once, or once more, and no error',
    ({ every }) => {
      const versions = [version(1, {}, { duties: [{ duty: 'report', every }] })];
      expect(told(versions, '2026-04-30T00:00:00Z').length).toBeLessThanOrEqual(2);
    },
  );

  test('go on from version to version: the same words of the same article are owed once', () => {
    const duties = { duties: ['report', 'train'] };
    const reordered = { duties: ['train', 'report', 'visit'] };
    const second = { ...version(2, {}, reordered), noticeEndsAt: new Date('2024-07-01T00:00:00Z') };
    expect(told([version(1, {}, duties), second], '2024-08-01T00:00:00Z')).toEqual([
      '3.1/1/ME-BP/AL-BMP/1 report: OPEN, due never',
      '3.1/2/ME-BP/AL-BMP/1 train: OPEN, due never',
      '3.1/3/ME-BP/AL-BMP/1 visit: OPEN, due never',
    ]);
  });

  test('are attested by a fact, for that time alone', () => {
    const versions = [version(1, {}, { duties: [{ duty: 'report', every: 'P6M' }] })];
    const attestation: DutyAttestation = {
      reference: AGREEMENT,
      key: '3.1/1/ME-BP/AL-BMP/1',
      agency: 'ME-BP',
      person: 'ana',
      statement: 'reported',
      at: new Date('2024-09-01T00:00:00Z'),
    };
    const statuses = told(versions, '2025-06-15T00:00:00Z', [], [attestation]).map((text) => text.split(' ')[2]);
    expect(statuses).toEqual(['ATTESTED,', 'OVERDUE,', 'OPEN,']);
  });
});

describe('duties after the end', () => {
  const versions = [version(1, { afterEffects: { received: 'ERASE', within: 'P30D' } }, { assignee: 'ME-BP' })];

  test('are owed by nobody while the agreement goes on, and by every recipient from its end on', () => {
    expect(told(versions, '2025-03-01T09:59:59.999Z', [TERMINATED])).toEqual([]);
    expect(told(versions, '2025-03-01T10:00:00Z', [TERMINATED])).toEqual([
      'erase/ME-BP/AL-BMP ERASE: OPEN, due 2025-03-31T22:00:00.000Z',
    ]);
  });

  test('are owed after an expiry as after a termination', () => {
    expect(told(versions, '2026-04-30T22:00:00Z')).toEqual([
      'erase/ME-BP/AL-BMP ERASE: OPEN, due 2026-05-31T22:00:00.000Z',
    ]);
  });

  test('are owed for what an earlier version gave, though the last one gives it no more', () => {
    const narrowed = {
      ...version(2, { afterEffects: { received: 'RETURN' } }, { assignee: 'MK-BP' }),
      noticeEndsAt: new Date('2024-07-01T00:00:00Z'),
    };
    const keys = told([...versions, narrowed], '2025-04-01T00:00:00Z', [TERMINATED]).map((text) => text.split(' ')[0]);
    expect(keys).toEqual(['return/ME-BP/AL-BMP', 'return/MK-BP/AL-BMP']);
  });
});
