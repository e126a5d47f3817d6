import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { commitmentHolds, commitmentTo, type ShownFields } from '../../src/audit/commitment.js';
import type { Field } from '../../src/domain/record-type.js';
import type { CellFormat, DisclosedRow } from '../../src/hub/disclosed-row.js';
import { shownFields } from '../../src/hub/evidence/commitments.js';

const SALT = '000102030405060708090a0b0c0d0e0f';
const OTHER_SALT = `1${SALT.slice(1)}`;
const FIELDS = { documentNumber: 'AL900001', reportedAt: null, personsCount: 3 };

describe('a commitment', () => {
  test('is the SHA-256 of canonical JSON, so that anybody can compute it', () => {
    // printf '{"fields":{"documentNumber":"AL900001","reportedAt":null},"salt":"000102030405060708090a0b0c0d0e0f"}' | sha256sum
    expect(commitmentTo({ reportedAt: null, documentNumber: 'AL900001' }, SALT)).toBe(
      'a2c921089fda74a8738aece4447777fe73b715ac66482bafedab4f6c2ee4e9ce',
    );
  });

  test.each([
    { name: 'another value', salt: SALT, fields: { ...FIELDS, personsCount: 4 } },
    { name: 'a text for a number', salt: SALT, fields: { ...FIELDS, personsCount: '3' } },
    { name: 'a field less', salt: SALT, fields: { documentNumber: 'AL900001', personsCount: 3 } },
    { name: 'a field more', salt: SALT, fields: { ...FIELDS, sex: null } },
    { name: 'another salt', salt: OTHER_SALT, fields: FIELDS },
    { name: 'no salt', salt: '', fields: FIELDS },
    { name: 'a value that has no JSON', salt: SALT, fields: { personsCount: Number.NaN } },
  ])('does not hold for $name', ({ salt, fields }) => {
    expect(commitmentHolds(commitmentTo(FIELDS, SALT), salt, fields)).toBe(false);
  });

  test('that is none holds for nothing', () => {
    const whole = commitmentTo(FIELDS, SALT);
    for (const broken of ['', whole.slice(1), whole.toUpperCase(), `${whole}00`]) {
      expect(commitmentHolds(broken, SALT, FIELDS)).toBe(false);
    }
  });

  test('holds for what was shown, in whatever order its fields are named', () => {
    expect(commitmentHolds(commitmentTo(FIELDS, SALT), SALT, FIELDS)).toBe(true);
    const reversed = Object.fromEntries(Object.entries(FIELDS).reverse());
    expect(commitmentHolds(commitmentTo(FIELDS, SALT), SALT, reversed)).toBe(true);
  });

  test('is one of each set of fields and values', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()));
    const fields = fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), value, {
      maxKeys: 3,
      noNullPrototype: true,
    }) as fc.Arbitrary<ShownFields>;
    fc.assert(
      fc.property(fields, fields, (one, other) => {
        const isEqual = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(commitmentHolds(commitmentTo(one, SALT), SALT, other)).toBe(isEqual);
      }),
      { seed: 20261124, numRuns: 500 },
    );
  });

  test('cannot be made with a salt that is short', () => {
    expect(() => commitmentTo(FIELDS, 'ab')).toThrow('a salt is 32 hex digits');
  });
});

const sorted = (fields: ShownFields): unknown => Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));

describe('what is committed to', () => {
  const cellsOf = (cells: readonly (readonly [CellFormat, string | null])[]): ShownFields => {
    const select = cells.map((_, index) => ({ name: `f${index}` }) as Field);
    const row = { cells: cells.map(([, cell]) => cell), disclosure: { formats: cells.map(([format]) => format) } };
    return shownFields(row as unknown as DisclosedRow, select, 'Europe/Tirane');
  };

  test('is each value as the answer has it: numbers, lists, instants and begins of periods', () => {
    const shown = cellsOf([
      ['text', 'AL-ME'],
      ['number', '0.125'],
      ['boolean', 'true'],
      ['boolean', 'f'],
      ['json', '["A", "B"]'],
      ['instant', '2023-05-04 10:00:00.5+00'],
      ['periodStart', '2023-05-04'],
    ]);
    expect(Object.values(shown)).toEqual([
      'AL-ME',
      0.125,
      true,
      false,
      ['A', 'B'],
      '2023-05-04T10:00:00.5Z',
      '2023-05-04T00:00:00+02:00',
    ]);
  });

  test('is null where null was shown, and nothing where the field was withheld', () => {
    expect(
      cellsOf([
        ['text', null],
        ['none', null],
        ['number', null],
      ]),
    ).toEqual({ f0: null, f2: null });
  });
});
