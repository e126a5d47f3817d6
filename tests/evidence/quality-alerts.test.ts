import { describe, expect, test } from '@jest/globals';
import type { QualityNotice } from '../../src/domain/evidence.js';
import { qualityAlerts } from '../../src/hub/evidence/quality-alerts.js';
import type { Ports, QualityNoticePage, ReviewsDue } from '../../src/hub/ports.js';

const ISSUED = new Date('2026-11-01T10:00:00.000Z');
const DUE = new Date('2026-12-01T10:00:00.000Z');
const DAY_MS = 86_400_000;
const quality = (number: number, more: Partial<QualityNotice> = {}): QualityNotice => ({
  id: `notice-${number}`,
  number,
  databaseId: 1,
  kind: 'CORRECTED',
  reason: 'WRONG_VALUE',
  note: null,
  recipient: 'ME-BP',
  owner: 'AL-BMP',
  issuedAt: ISSUED,
  dueAt: DUE,
  status: 'OPEN',
  recordCount: 2,
  attestation: null,
  ...more,
});

/** What CORRECTIONS would answer: newest first, in pages. */
function hubWith(notices: readonly QualityNotice[], reviews: readonly ReviewsDue[] = []): Pick<Ports, 'corrections'> {
  const corrections = {
    notices: async ({ agency, role, status, limit, below = Number.POSITIVE_INFINITY }: QualityNoticePage) =>
      notices
        .filter((one) => (role === 'RECEIVED' ? one.recipient : one.owner) === agency)
        .filter((one) => one.status === status && one.number < below)
        .sort((a, b) => b.number - a.number)
        .slice(0, limit),
    reviewsDue: async () => reviews,
  };
  return { corrections } as unknown as Pick<Ports, 'corrections'>;
}
const kindsAt = async (agency: string, now: Date, notices = [quality(1)]): Promise<readonly string[]> =>
  (await qualityAlerts(hubWith(notices), agency, now)).map(({ kind }) => kind).sort();

describe('of a quality notice', () => {
  test.each([
    { name: 'before it is issued', at: ISSUED.getTime() - 1, recipient: [], owner: [] },
    { name: 'from its issue on', at: ISSUED.getTime(), recipient: ['QUALITY_NOTICE'], owner: [] },
    {
      name: 'a millisecond before the reminder',
      at: DUE.getTime() - 7 * DAY_MS - 1,
      recipient: ['QUALITY_NOTICE'],
      owner: [],
    },
    {
      name: 'seven days before its date',
      at: DUE.getTime() - 7 * DAY_MS,
      recipient: ['QUALITY_DUE_SOON', 'QUALITY_NOTICE'],
      owner: [],
    },
    {
      name: 'at its date',
      at: DUE.getTime(),
      recipient: ['QUALITY_DUE_SOON', 'QUALITY_NOTICE', 'QUALITY_OVERDUE'],
      owner: ['QUALITY_OVERDUE'],
    },
  ])('$name, recipient and owner are told what they are to know', async ({ at, recipient, owner }) => {
    expect(await kindsAt('ME-BP', new Date(at))).toEqual(recipient);
    expect(await kindsAt('AL-BMP', new Date(at))).toEqual(owner);
    expect(await kindsAt('RS-BP', new Date(at))).toEqual([]);
  });

  test('that is attested nothing more is told', async () => {
    expect(await kindsAt('ME-BP', DUE, [quality(1, { status: 'ATTESTED' })])).toEqual([]);
  });

  test('a date within the seven days reminds from the issue on, never before', async () => {
    const soon = quality(1, { dueAt: new Date(ISSUED.getTime() + DAY_MS) });
    const [, reminder] = await qualityAlerts(hubWith([soon]), 'ME-BP', ISSUED);
    expect(reminder).toMatchObject({ kind: 'QUALITY_DUE_SOON', at: ISSUED });
  });

  test('every one of many is told, and each under its own key', async () => {
    const many = Array.from({ length: 1_201 }, (_, index) => quality(index + 1));
    const alerts = await qualityAlerts(hubWith(many), 'ME-BP', ISSUED);
    expect(new Set(alerts.map(({ key }) => key)).size).toBe(many.length);
  });

  test('the id is told, and nothing of a record', async () => {
    const [alert] = await qualityAlerts(hubWith([quality(7, { recordCount: 1 })]), 'ME-BP', ISSUED);
    expect(alert).toMatchObject({
      key: '-/QUALITY_NOTICE/notice-7',
      dueAt: DUE,
      subject: { qualityNotice: 'notice-7' },
      sentence: 'AL-BMP has corrected a record your agency received (WRONG_VALUE): say what you did about your copy',
    });
  });
});

test('a review that is due is told to the owner, with the database and how many', async () => {
  const review = { database: 'AL-X', records: 3, since: ISSUED };
  expect(await qualityAlerts(hubWith([], [review]), 'AL-BMP', DUE)).toMatchObject([
    {
      kind: 'REVIEW_DUE',
      at: ISSUED,
      sentence: '3 records or more of AL-X are due for review',
      subject: { database: 'AL-X' },
    },
  ]);
});
