import { describe, expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson, type JsonValue } from '../../src/support/canonical-json.js';

const asJson = (value: unknown): JsonValue => value as JsonValue;
const fromBits = (hex: string): number => Buffer.from(hex, 'hex').readDoubleBE(0);

describe('canonical JSON refuses', () => {
  test.each([
    ['NaN', Number.NaN],
    ['an infinity', [Number.NEGATIVE_INFINITY]],
    ['a lone surrogate in a text', { a: '\ud800' }],
    ['a lone surrogate in a key', { '\udead': 1 }],
    ['undefined in a list', [undefined]],
    ['undefined itself', undefined],
    ['a function', { a: () => 1 }],
    ['a bigint', 1n],
    ['a symbol', Symbol('x')],
    ['a Date, which would stand for every other one', { at: new Date(0) }],
    ['a Map', new Map([['a', 1]])],
    ['a gap in a list', new Array(2)],
  ])('%s', (_, value) => {
    expect(() => canonicalJson(asJson(value))).toThrow(TypeError);
  });
});

describe('canonical JSON', () => {
  // RFC 8785, appendix B: bits of a double and the text it must have
  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the number of bits %s as %s', (bits, text) => {
    expect(canonicalJson(fromBits(bits))).toBe(text);
  });

  test('writes the example of RFC 8785, section 3.2.2', () => {
    const value = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('sorts keys by UTF-16 code units, as the example of RFC 8785, section 3.2.3 does', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(canonicalJson(value)) as Record<string, number>)).toHaveLength(7);
    expect(
      canonicalJson(value)
        .match(/\d(?=[,}])/g)
        ?.join(''),
    ).toBe('2467153');
  });

  test('leaves out absent keys, and takes objects without a prototype', () => {
    expect(canonicalJson({ b: 1, a: undefined })).toBe('{"b":1}');
    expect(canonicalJson(Object.assign(Object.create(null) as object, { x: [] }) as JsonValue)).toBe('{"x":[]}');
  });

  test('keeps composed and decomposed letters apart: different bytes are different texts', () => {
    expect(canonicalJson('\u00e9')).not.toBe(canonicalJson('e\u0301'));
  });

  test('agrees with another implementation on random values, and parses back to the value', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const tree = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        text,
        fc.array(tie('tree'), { maxLength: 5 }),
        fc.dictionary(text, tie('tree'), { maxKeys: 5 }),
      ),
    })).tree;
    fc.assert(
      fc.property(tree, (value) => {
        const own = canonicalJson(asJson(value));
        expect(own).toBe(canonicalize(value));
        expect(canonicalJson(asJson(JSON.parse(own)))).toBe(own);
      }),
      { seed: 20261123, numRuns: 2_000 },
    );
  });
});
