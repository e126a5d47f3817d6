import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fitsMask, justificationKey } from '../../src/policy/constraints/justification.js';

describe('a justification does not fit the mask', () => {
  test.each([
    { name: 'with a digit too many', text: 'KP-2044170', mask: 'AA-999999' },
    { name: 'with a letter before it', text: 'XKP-204417', mask: 'AA-999999' },
    { name: 'in small letters', text: 'kp-204417', mask: 'AA-999999' },
    { name: 'with a letter of another alphabet behind it', text: 'KP-204417ё', mask: 'AA-999999' },
    { name: 'with digits of another script', text: 'KP-٢٠٤٤١٧', mask: 'AA-999999' },
    { name: 'cut short', text: 'KP-20441', mask: 'AA-999999' },
    { name: 'where a literal is another one', text: 'KP/204417', mask: 'AA-999999' },
    { name: 'where the mask means the letter A itself', text: 'B-1', mask: '\\A-9' },
    { name: 'of a mask without end', text: 'AA', mask: 'AA\\' },
    { name: 'of no mask at all', text: 'AA', mask: '' },
    { name: 'because a mask is no regular expression', text: 'KP-204417', mask: '[A-Z]+-.*' },
  ])('$name', ({ text, mask }) => {
    expect(fitsMask(text, mask)).toBe(false);
  });
});

describe('a justification fits the mask', () => {
  test.each([
    { name: 'on its own', text: 'KP-204417', mask: 'AA-999999' },
    { name: 'among other words', text: 'warrant KP-204417, of 3 May', mask: 'AA-999999' },
    { name: 'the second time it is tried', text: 'XKP-204417 KP-204417', mask: 'AA-999999' },
    { name: 'with the letter A itself', text: 'A-1', mask: '\\A-9' },
    { name: 'with a backslash and a nine', text: 'a\\9', mask: 'a\\\\\\9' },
    { name: 'with characters outside of the basic plane', text: '😀12😀', mask: '😀99😀' },
  ])('$name', ({ text, mask }) => {
    expect(fitsMask(text, mask)).toBe(true);
  });
});

test('a mask means what the same regular expression means', () => {
  const alphabet = fc.constantFrom('A', 'B', 'a', '1', '9', '-', ' ', 'é', '😀');
  const mask = fc.array(fc.constantFrom('A', '9', '-', 'a', 'é', '\\A', '\\9'), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(alphabet, { maxLength: 12 }), mask, (text, tokens) => {
      const parts = tokens.map((token) => {
        if (token === 'A') return '[A-Z]';
        if (token === '9') return '[0-9]';
        return token.replace('\\', '');
      });
      const expression = new RegExp(`(?<![\\p{L}\\p{N}])${parts.join('')}(?![\\p{L}\\p{N}])`, 'u');
      expect(fitsMask(text.join(''), tokens.join(''))).toBe(expression.test(text.join('')));
    }),
    { seed: 20_261_123, numRuns: 3_000 },
  );
});

test('decisions tell good reasons from no reasons and from the form each is given in', () => {
  const ask = { agency: 'B', action: 'READ', purpose: 'P', recordType: 'R' } as const;
  const key = (justification?: string): string =>
    justificationKey({ ...ask, ...(justification === undefined ? {} : { justification }) }, ['AA-99', '999']);
  const keys = [undefined, '  ', 'why not', 'see KP-17', 'see 117', 'KP-17 and 117'].map(key);
  expect(keys[0]).toBe(keys[1]);
  expect(new Set(keys).size).toBe(keys.length - 1);
  expect(key('see KP-17')).toBe(key('KP-18'));
});
