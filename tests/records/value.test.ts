import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FieldType, ScalarName } from '../../src/domain/record-type.js';
import { instantOf, isCalendarDate } from '../../src/records/calendar.js';
import { valueReader } from '../../src/records/value.js';

const SEED = 20_231_104;
const scalar = (name: ScalarName, isList = false): FieldType => ({ kind: 'scalar', name, isList });
const STATE: FieldType = { kind: 'enum', name: 'State', values: ['OPEN', 'CLOSED'], isList: false };

const value = (type: FieldType, input: unknown): unknown => {
  const read = valueReader(type).fromJson(input);
  return read.kind === 'value' ? read.value : read;
};
const cell = (type: FieldType, text: string): unknown => {
  const read = valueReader(type).fromText(text);
  return read.kind === 'value' ? read.value : read;
};

describe('a value that does not fit is refused without being repeated', () => {
  const MISFITS: readonly (readonly [type: FieldType, input: unknown, kind: string])[] = [
    [scalar('String'), 7, 'number'],
    [scalar('String'), ['secret'], 'list'],
    [scalar('String'), { secret: 1 }, 'object'],
    [scalar('String'), 'secret\u0000', 'text'],
    [scalar('String'), 'secret\ud83d', 'text'],
    [scalar('String'), '\ude00secret', 'text'],
    [scalar('String'), 'x'.repeat(10_001), 'text'],
    [scalar('ID'), 1.5, 'number'],
    [scalar('ID'), 2 ** 60, 'number'],
    [scalar('Int'), '7', 'text'],
    [scalar('Int'), 1.5, 'number'],
    [scalar('Int'), 2 ** 31, 'number'],
    [scalar('Int'), -(2 ** 31) - 1, 'number'],
    [scalar('Int'), Number.NaN, 'number'],
    [scalar('Float'), Number.POSITIVE_INFINITY, 'number'],
    [scalar('Float'), 1e101, 'number'],
    [scalar('Float'), -5e-324, 'number'],
    [scalar('Boolean'), 'true', 'text'],
    [scalar('Boolean'), 1, 'number'],
    [scalar('Date'), '2023-02-29', 'text'],
    [scalar('Date'), '1900-02-29', 'text'],
    [scalar('Date'), '2023-04-31', 'text'],
    [scalar('Date'), '2023-00-01', 'text'],
    [scalar('Date'), '2023-13-01', 'text'],
    [scalar('Date'), '0999-12-31', 'text'],
    [scalar('Date'), '2023-1-1', 'text'],
    [scalar('Date'), '10000-01-01', 'text'],
    [scalar('Date'), '2023-05-04T00:00:00Z', 'text'],
    [scalar('Date'), '2023-05-04\n', 'text'],
    [scalar('DateTime'), '2023-05-04T10:00:00', 'text'],
    [scalar('DateTime'), '2023-05-04 10:00:00Z', 'text'],
    [scalar('DateTime'), '2023-05-04', 'text'],
    [scalar('DateTime'), '2023-05-04T24:00:00Z', 'text'],
    [scalar('DateTime'), '2023-05-04T10:00:60Z', 'text'],
    [scalar('DateTime'), '2023-02-29T10:00:00Z', 'text'],
    [scalar('DateTime'), '2023-05-04T10:00:00+0200', 'text'],
    [scalar('DateTime'), '2023-05-04T10:00:00+24:00', 'text'],
    [scalar('DateTime'), '9999-12-31T23:59:59-00:01', 'text'],
    [scalar('DateTime'), '1000-01-01T00:00:00+00:01', 'text'],
    [scalar('DateTime'), new Date(Number.NaN), 'instant'],
    [scalar('CountryCode'), 'al', 'text'],
    [scalar('CountryCode'), 'ALBA', 'text'],
    [scalar('CountryCode'), 'ALB\n', 'text'],
    [STATE, 'open', 'text'],
    [STATE, 'constructor', 'text'],
    [STATE, '', 'empty text'],
    [scalar('String', true), 'a', 'text'],
    [scalar('String', true), ['a', null], 'list with nothing'],
    [scalar('String', true), ['a', ''], 'list with empty text'],
    [scalar('Int', true), [1, '2'], 'list with text'],
    [scalar('Int', true), new Array(1001).fill(1), 'list'],
  ];

  test.each(MISFITS)('%j: %j', (type, input, valueKind) => {
    const read = value(type, input);
    expect(read).toMatchObject({ kind: 'problem', valueKind });
    expect(JSON.stringify(read)).not.toContain('secret');
  });

  test.each([
    [scalar('Int'), '+7'],
    [scalar('Int'), '07'],
    [scalar('Int'), ' 7'],
    [scalar('Int'), '7.0'],
    [scalar('Int'), '0x10'],
    [scalar('Int'), '1e3'],
    [scalar('Int'), '٣'],
    [scalar('Float'), '.5'],
    [scalar('Float'), 'NaN'],
    [scalar('Float'), 'Infinity'],
    [scalar('Float'), '1,5'],
    [scalar('Boolean'), 'yes'],
    [scalar('String', true), 'a||b'],
    [scalar('Int', true), '1|x'],
  ])('as a cell, %j: %s', (type, text) => {
    expect(cell(type, text)).toMatchObject({ kind: 'problem' });
  });
});

describe('a value that fits comes out in its one form', () => {
  test.each<readonly [FieldType, unknown, unknown]>([
    [scalar('String'), '', ''],
    [scalar('String'), '\u0001% _ \\ 😀', '\u0001% _ \\ 😀'],
    [scalar('String'), '😀'.repeat(10_000), '😀'.repeat(10_000)],
    [scalar('String'), null, null],
    [scalar('String'), undefined, null],
    [scalar('ID'), 7, '7'],
    [scalar('Int'), 2 ** 31 - 1, 2_147_483_647],
    [scalar('Int'), -(2 ** 31), -2_147_483_648],
    [scalar('Float'), 0.1, 0.1],
    [scalar('Boolean'), false, false],
    [scalar('Date'), '2024-02-29', '2024-02-29'],
    [scalar('DateTime'), '2023-05-04T10:00:00Z', '2023-05-04T10:00:00.000Z'],
    [scalar('DateTime'), '2023-05-04t01:30:00.1239+02:00', '2023-05-03T23:30:00.123Z'],
    [scalar('DateTime'), '2023-05-04T23:30:00-00:45', '2023-05-05T00:15:00.000Z'],
    [scalar('DateTime'), new Date(0), '1970-01-01T00:00:00.000Z'],
    [scalar('CountryCode'), 'XKX', 'XKX'],
    [STATE, 'OPEN', 'OPEN'],
    [scalar('String', true), [], []],
    [scalar('Int', true), [1, 1], [1, 1]],
  ])('%j: %j', (type, input, expected) => {
    expect(value(type, input)).toEqual(expected);
  });

  test('a negative zero is a zero', () => {
    expect(Object.is(value(scalar('Int'), -0), 0)).toBe(true);
    expect(Object.is(cell(scalar('Float'), '-0'), 0)).toBe(true);
  });

  test.each<readonly [FieldType, string, unknown]>([
    [scalar('String'), '', null],
    [scalar('String'), ' a ', ' a '],
    [scalar('Int'), '-12', -12],
    [scalar('Float'), '1.5e3', 1500],
    [scalar('Boolean'), 'TRUE', true],
    [scalar('Boolean'), 'false', false],
    [scalar('Date'), '2023-05-04', '2023-05-04'],
    [STATE, 'CLOSED', 'CLOSED'],
    [scalar('String', true), 'a|b', ['a', 'b']],
    [scalar('Int', true), '3', [3]],
    [scalar('Int', true), '', null],
  ])('as a cell, %j: %s', (type, text, expected) => {
    expect(cell(type, text)).toEqual(expected);
  });
});

describe('the calendar', () => {
  test('has exactly the days that exist', () => {
    const days = fc.tuple(
      fc.integer({ min: 1000, max: 9999 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
    );
    fc.assert(
      fc.property(days, ([year, month, day]) => {
        const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
        const date = new Date(Date.UTC(year, month - 1, day));
        const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        expect(isCalendarDate(text)).toBe(exists);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test('reads an instant at any offset as the same instant', () => {
    const instants = fc.date({
      min: new Date('1001-01-01T00:00:00Z'),
      max: new Date('9998-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.integer({ min: -1439, max: 1439 }), (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const size = Math.abs(offset);
        const zone = `${offset < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
        expect(instantOf(local + zone)).toBe(date.toISOString());
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});
