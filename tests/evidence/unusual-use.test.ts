import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dayBefore, quotasNearlyUsed, type RefusedOnDay, refusalsRise } from '../../src/hub/inbox/unusual-use.js';
import type { QuotaStanding } from '../../src/hub/quota-use.js';

const NOW = new Date('2026-11-23T10:00:00.000Z');
const TODAY = '2026-11-23';
const on = (refusals: number, day: string = TODAY, agency = 'ME-BP'): RefusedOnDay => ({ agency, day, refusals });
/** so many on each of the 28 days before */
const each = (refusals: number, day: string = TODAY): readonly RefusedOnDay[] =>
  Array.from({ length: 28 }, (_, index) => on(refusals, dayBefore(day, index + 1)));
const told = (counts: readonly RefusedOnDay[], now = NOW): readonly string[] =>
  refusalsRise(counts, { now, timeZone: 'UTC' }).map(({ key }) => key);
const RISE = '-/REFUSALS_RISE/ME-BP/2026-11-23';

describe('a rise of refusals', () => {
  test.each([
    { name: 'nothing at all', counts: [], wants: [] },
    { name: '9 where there were none before', counts: [on(9)], wants: [] },
    { name: '10 where there were none before', counts: [on(10)], wants: [RISE] },
    { name: '10 where there were 2 a day', counts: [on(10), ...each(2)], wants: [RISE] },
    { name: '14 where there were 3 a day: less than fivefold', counts: [on(14), ...each(3)], wants: [] },
    { name: '15 where there were 3 a day: exactly fivefold', counts: [on(15), ...each(3)], wants: [RISE] },
    {
      name: '10 on one day and one too many before: 57 in 28 days',
      counts: [on(10), ...each(2), on(1, '2026-11-22')],
      wants: [],
    },
    { name: '10 today, and many on the 29th day before', counts: [on(10), on(500, '2026-10-25')], wants: [RISE] },
    { name: '10 today, and many on the 28th day before', counts: [on(10), on(500, '2026-10-26')], wants: [] },
    { name: 'many by one, few by another', counts: [on(30), on(9, TODAY, 'RS-BP')], wants: [RISE] },
  ])('is told of $name as it should be', ({ counts, wants }) => {
    expect(told(counts)).toEqual(wants);
  });

  test('of the day before is told too: the last minutes before midnight are not lost', () => {
    const midnight = new Date('2026-11-24T00:00:00.000Z');
    expect(told([on(10)], midnight)).toEqual([RISE]);
    expect(told([on(10)], new Date('2026-11-24T23:59:59.999Z'))).toEqual([RISE]);
    expect(told([on(10)], new Date('2026-11-25T00:00:00.000Z'))).toEqual([]);
  });

  test('has one key whenever it is found, and is never of the future', () => {
    const [early] = refusalsRise([on(10)], { now: NOW, timeZone: 'UTC' });
    const [late] = refusalsRise([on(90)], { now: new Date('2026-11-24T08:00:00.000Z'), timeZone: 'UTC' });
    expect(early?.key).toBe(late?.key);
    expect(early?.at).toEqual(NOW);
    expect(late?.at).toEqual(new Date('2026-11-23T23:59:59.999Z'));
  });

  test('falls on days of the hub’s time zone', () => {
    const timeZone = 'Europe/Tirane';
    const ofMonday = { now: new Date('2026-11-23T23:00:00.000Z'), timeZone };
    expect(refusalsRise([on(10)], ofMonday).map(({ at }) => at)).toEqual([new Date('2026-11-23T22:59:59.999Z')]);
    expect(refusalsRise([on(10)], { now: new Date('2026-11-24T23:00:00.000Z'), timeZone })).toEqual([]);
  });

  test('is the day’s count against the definition: ten or more, and five times the mean or more', () => {
    let rises = 0;
    const runs = 400;
    fc.assert(
      fc.property(fc.array(fc.nat(12), { minLength: 28, maxLength: 28 }), fc.nat(60), (before, today) => {
        const counts = before.map((refusals, index) => on(refusals, dayBefore(TODAY, index + 1)));
        const mean = before.reduce((sum, one) => sum + one, 0) / before.length;
        const wants = today >= 10 && today >= 5 * mean - 1e-9;
        rises += wants ? 1 : 0;
        expect(told([on(today), ...counts]).includes(RISE)).toBe(wants);
      }),
      { seed: 20_261_123, numRuns: runs },
    );
    expect(rises).toBeGreaterThan(runs / 10);
    expect(rises).toBeLessThan((9 * runs) / 10);
  });
});

const standing = (used: number, more: Partial<QuotaStanding> = {}): QuotaStanding => ({
  basis: { agreement: 'AGR-1', version: 1, article: '3.1' },
  assigner: 'AL-BMP',
  assignee: 'MK-BP',
  unit: 'values',
  per: 'day',
  limit: 200,
  used,
  refused: 0,
  from: new Date('2026-11-22T23:00:00.000Z'),
  resetsAt: new Date('2026-11-23T23:00:00.000Z'),
  ...more,
});

describe('a quota that is nearly used', () => {
  test.each([
    { name: 'none of it', used: 0, wants: 0 },
    { name: 'one short of four fifths', used: 159, wants: 0 },
    { name: 'four fifths', used: 160, wants: 1 },
    { name: 'all of it', used: 200, wants: 1 },
  ])('is told at $name: $wants', ({ used, wants }) => {
    expect(quotasNearlyUsed([standing(used)], NOW)).toHaveLength(wants);
  });

  test('is told once a period, unit and direction, however much more is used', () => {
    const keyOf = (one: QuotaStanding): string => quotasNearlyUsed([one], NOW)[0]?.key ?? '';
    expect(keyOf(standing(160))).toBe(keyOf(standing(200)));
    const others = [
      standing(160, { unit: 'requests' }),
      standing(160, { assignee: 'ME-BP' }),
      standing(160, { assigner: 'BA-BP' }),
      standing(160, { resetsAt: new Date('2026-11-24T23:00:00.000Z') }),
    ].map(keyOf);
    expect(new Set([keyOf(standing(160)), ...others]).size).toBe(5);
  });

  test('that permits nothing is never nearly used', () => {
    expect(quotasNearlyUsed([standing(0, { limit: 0 })], NOW)).toEqual([]);
  });
});
