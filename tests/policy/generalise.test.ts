import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type LadderStep, PERIODS, type Period } from '../../src/domain/ladder.js';
import { generalise, label, servedInstant } from '../../src/policy/generalise.js';
import { startOfLocalDay } from '../../src/policy/local-time.js';

const TIRANE = 'Europe/Tirane';
const step = (period: Period): LadderStep => ({ name: period, kind: 'period', period });
const start = (instant: string, period: Period, zone = TIRANE) => generalise(instant, step(period), zone);

describe('an instant', () => {
  test.each([
    ['day', '2023-05-03T22:00:00.000Z', '2023-05-04', '2023-05-04T00:00:00+02:00'],
    ['month', '2023-04-30T22:00:00.000Z', '2023-05', '2023-05-01T00:00:00+02:00'],
    ['quarter', '2023-03-31T22:00:00.000Z', '2023-Q2', '2023-04-01T00:00:00+02:00'],
    ['year', '2022-12-31T23:00:00.000Z', '2023', '2023-01-01T00:00:00+01:00'],
  ] as const)(
    'is shown as the start of its local %s, with its label and the offset of that start',
    (period, at, key, served) => {
      // 2023-05-03 by UTC, already the 4th in Tirane.
      expect(start('2023-05-03T22:30:00.000Z', period)).toBe(at);
      expect(label(at, step(period), TIRANE)).toBe(key);
      expect(servedInstant(at, TIRANE)).toBe(served);
    },
  );

  test('belongs to the new year from local midnight on, not from midnight in UTC', () => {
    expect(label(start('2022-12-31T22:59:59.999Z', 'year') as string, step('year'), TIRANE)).toBe('2022');
    expect(label(start('2022-12-31T23:00:00.000Z', 'year') as string, step('year'), TIRANE)).toBe('2023');
  });

  test('on the days the clocks change starts with the offset before the change', () => {
    expect(start('2024-03-31T21:59:59.999Z', 'day')).toBe('2024-03-30T23:00:00.000Z');
    expect(start('2024-10-27T22:59:59.999Z', 'day')).toBe('2024-10-26T22:00:00.000Z');
  });

  test('where the clocks skip midnight starts with the first instant there is', () => {
    // Cairo, 2023-04-28: from 00:00 straight to 01:00. São Paulo, 2018-11-04: likewise.
    expect(start('2023-04-28T10:00:00.000Z', 'day', 'Africa/Cairo')).toBe('2023-04-27T22:00:00.000Z');
    expect(servedInstant('2023-04-27T22:00:00.000Z', 'Africa/Cairo')).toBe('2023-04-28T01:00:00+03:00');
    expect(start('2018-11-04T12:00:00.000Z', 'day', 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00.000Z');
  });

  test('where midnight comes twice starts with the first', () => {
    // Havana, 2023-11-05: at 01:00 back to 00:00.
    expect(start('2023-11-05T15:00:00.000Z', 'day', 'America/Havana')).toBe('2023-11-05T04:00:00.000Z');
  });

  test('before the zones were whole minutes is served in UTC', () => {
    expect(servedInstant(start('1900-05-03T22:30:00.000Z', 'day') as string, TIRANE)).toMatch(/Z$/);
  });

  test('is never shown later than it is, and the next start is later', () => {
    const instants = fc.date({ min: new Date('1950-01-01'), max: new Date('2099-01-01'), noInvalidDate: true });
    const zones = fc.constantFrom(TIRANE, 'Africa/Cairo', 'America/Sao_Paulo', 'Asia/Kathmandu', 'UTC', 'Pacific/Apia');
    fc.assert(
      fc.property(instants, zones, fc.constantFrom(...PERIODS), (date, zone, period) => {
        const shown = start(date.toISOString(), period, zone) as string;
        expect(Date.parse(shown)).toBeLessThanOrEqual(date.getTime());
        expect(start(shown, period, zone)).toBe(shown);
        const coarser = PERIODS.slice(PERIODS.indexOf(period));
        for (const next of coarser) expect(start(shown, next, zone)).toBe(start(date.toISOString(), next, zone));
        const before = new Date(Date.parse(shown) - 1).toISOString();
        expect(label(before, step(period), zone)).not.toBe(label(shown, step(period), zone));
      }),
      { seed: 20261123, numRuns: 2_000 },
    );
  });

  test('has no period in a zone nobody knows', () => {
    expect(() => startOfLocalDay('2023-05-04', 'Europe/Nowhere')).toThrow(RangeError);
  });
});

describe('other values', () => {
  test('null stays null', () => {
    expect(generalise(null, step('day'), TIRANE)).toBeNull();
    expect(label(null, step('day'), TIRANE)).toBeNull();
  });

  test('a date has no time zone', () => {
    expect(generalise('2023-05-31', step('month'), 'Pacific/Apia')).toBe('2023-05-01');
    expect(generalise('2023-12-31', step('quarter'), TIRANE)).toBe('2023-10-01');
    expect(label('2023-10-01', step('quarter'), TIRANE)).toBe('2023-Q4');
  });

  test('a number is shown as the multiple below it, of negative numbers too', () => {
    const tens: LadderStep = { name: 'tens', kind: 'width', width: 10 };
    expect([37, 40, 0, -1, -40].map((value) => generalise(value, tens, TIRANE))).toEqual([30, 40, 0, -10, -40]);
    expect(Object.is(generalise(-0, tens, TIRANE), 0)).toBe(true);
    expect(label(30, tens, TIRANE)).toBe(30);
  });

  test('a text is shown up to the separator, or whole if there is none', () => {
    const section: LadderStep = { name: 'section', kind: 'before', separator: '.' };
    expect(['AL-MK.2.1', 'AL-MK', '.2', ''].map((value) => generalise(value, section, TIRANE))).toEqual([
      'AL-MK',
      'AL-MK',
      '',
      '',
    ]);
  });

  test('a code is shown as the group that lists it, else as the rest', () => {
    const region: LadderStep = { name: 'region', kind: 'groups', groups: { EAST: ['SYR', 'AFG'] }, otherwise: 'OTHER' };
    expect(['SYR', 'TUR', 'EAST'].map((value) => generalise(value, region, TIRANE))).toEqual([
      'EAST',
      'OTHER',
      'OTHER',
    ]);
    expect(generalise(['SYR', 'TUR'], region, TIRANE)).toEqual(['EAST', 'OTHER']);
  });

  test('a step that does not fit is refused', () => {
    expect(() => generalise(3, step('day'), TIRANE)).toThrow('periods');
    expect(() => generalise('x', { name: 'tens', kind: 'width', width: 10 }, TIRANE)).toThrow('widths');
  });
});
