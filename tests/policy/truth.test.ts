import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Operator, Predicate } from '../../src/domain/predicate.js';
import type { Scalar, Value } from '../../src/domain/record-type.js';
import { compareText, evaluate } from '../../src/policy/truth.js';

const is = (op: Operator, value: Scalar | readonly Scalar[], field = 'a'): Predicate => ({
  kind: 'compare',
  field,
  op,
  value,
});
const not = (of: Predicate): Predicate => ({ kind: 'not', of });
const told = (predicate: Predicate, a: Value, b: Value = null) =>
  evaluate(predicate, (field) => (field === 'a' ? a : b));

describe('a condition on a null', () => {
  test.each([
    is('eq', 'x'),
    is('ne', 'x'),
    is('in', ['x']),
    is('notIn', ['x']),
    is('gt', 'x'),
    is('gte', 'x'),
    is('lt', 'x'),
    is('lte', 'x'),
    is('contains', 'x'),
    is('startsWith', 'x'),
  ])('is unknown, and so is its negation: $op', (predicate) => {
    expect(told(predicate, null)).toBeNull();
    expect(told(not(predicate), null)).toBeNull();
  });

  test('is known for `isNull` alone', () => {
    expect(told(is('isNull', true), null)).toBe(true);
    expect(told(is('isNull', false), null)).toBe(false);
    expect(told(is('isNull', true), '')).toBe(false);
  });

  test('is settled by what else is known: FALSE and unknown is FALSE, TRUE or unknown is TRUE', () => {
    const isFalse = is('eq', 'y', 'b');
    const isTrue = is('eq', 'x', 'b');
    expect(told({ kind: 'and', of: [is('eq', 'x'), isFalse] }, null, 'x')).toBe(false);
    expect(told({ kind: 'and', of: [is('eq', 'x'), isTrue] }, null, 'x')).toBeNull();
    expect(told({ kind: 'or', of: [is('eq', 'x'), isTrue] }, null, 'x')).toBe(true);
    expect(told({ kind: 'or', of: [is('eq', 'x'), isFalse] }, null, 'x')).toBeNull();
  });
});

describe('what cannot be evaluated is refused', () => {
  test('no operand at all', () => {
    expect(() => told({ kind: 'and', of: [] }, 'x')).toThrow('operand');
    expect(() => told({ kind: 'or', of: [] }, 'x')).toThrow('operand');
    expect(() => told(is('in', []), 'x')).toThrow('at least one value');
  });

  test('values of different kinds', () => {
    expect(() => told(is('eq', 1), '1')).toThrow('different kinds');
    expect(() => told(is('contains', '1'), 11)).toThrow('compare text');
    expect(() => told(is('eq', 'x'), ['x'])).toThrow('list field');
  });
});

describe('text', () => {
  test('compares by its UTF-8 bytes, not by UTF-16 units', () => {
    // UTF-16 units would put U+1F600 (D83D DE00) before U+FF61.
    expect('😀' < '｡').toBe(true);
    expect(compareText('😀', '｡')).toBeGreaterThan(0);
    expect(told(is('gt', '｡'), '😀')).toBe(true);
  });

  test('is case-sensitive, and combining characters are not composed', () => {
    expect(told(is('eq', 'Tirane'), 'tirane')).toBe(false);
    expect(told(is('eq', 'ë'), 'e\u0308')).toBe(false);
    expect(told(is('contains', 'e'), 'e\u0308')).toBe(true);
  });

  test('knows no wildcard', () => {
    expect(told(is('contains', '%'), 'abc')).toBe(false);
    expect(told(is('startsWith', 'a_'), 'abc')).toBe(false);
    expect(told(is('contains', '_'), 'a_c')).toBe(true);
    expect(told(is('startsWith', '\\%'), '\\%c')).toBe(true);
  });

  test('has the order of its bytes for any two texts', () => {
    const text = fc.string({
      unit: fc.constantFrom('', 'a', 'Z', 'é', '｡', '\ud7ff', '\ue000', '\uffff', '😀', '𐀀', '\u0308'),
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { seed: 20261123, numRuns: 2_000 },
    );
  });
});

describe('other values', () => {
  test('numbers compare by size, and the two zeros are one', () => {
    expect(told(is('lt', 10), 9)).toBe(true);
    expect(told(is('eq', 0), -0)).toBe(true);
    expect(told(is('notIn', [1, 2]), 3)).toBe(true);
    expect(told(is('notIn', [1, 3]), 3)).toBe(false);
  });

  test('a list contains its elements, and an empty list is not null', () => {
    expect(told(is('contains', 'x'), ['y', 'x'])).toBe(true);
    expect(told(is('contains', 'x'), ['xy'])).toBe(false);
    expect(told(is('contains', 'x'), [])).toBe(false);
    expect(told(is('isNull', true), [])).toBe(false);
    expect(told(is('contains', 'x'), null)).toBeNull();
  });

  test('an operand is compared as what it stands for, but the operand of `isNull` stands for itself', () => {
    const seen: Scalar[] = [];
    const literalOf = (_field: string, literal: Scalar): Scalar => {
      seen.push(literal);
      return `${literal}!`;
    };
    const row = () => 'x!';
    expect(evaluate({ kind: 'and', of: [is('in', ['w', 'x']), is('isNull', false)] }, row, literalOf)).toBe(true);
    expect(seen).toEqual(['w', 'x']);
  });
});
