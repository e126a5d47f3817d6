import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PseudonymHolder } from '../../src/hub/ports.js';
import { SecretPseudonyms } from '../../src/persistence/pseudonyms.js';

const SEED = 20_261_123;
const pseudonyms = new SecretPseudonyms(Buffer.alloc(32, 7), 'year');
const HOLDER: PseudonymHolder = { agency: 'A', period: '2026' };
const OTHERS: readonly PseudonymHolder[] = [
  { agency: 'B', period: '2026' },
  { agency: 'A', period: '2027' },
  { agency: 'A', period: '2026', viewedBy: 'B' },
  { agency: 'B', period: '2026', viewedBy: 'A' },
  { agency: 'A","2026', period: '' },
];

/** What PostgreSQL stores as text: no NUL, no half of a pair. */
const text = fc.string({ unit: 'binary', maxLength: 80 }).filter((value) => !/\0|\p{Surrogate}/u.test(value));

describe('tokens as they leave the hub', () => {
  test('nobody else opens them: not another agency, not the same in another period, not an owner that looks as it', () => {
    fc.assert(
      fc.property(text, (value) => {
        const token = pseudonyms.seal(HOLDER, value);
        for (const other of OTHERS) {
          expect(pseudonyms.open(other, token)).toBeUndefined();
          expect(pseudonyms.seal(other, value)).not.toBe(token);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('another secret gives other tokens', () => {
    const other = new SecretPseudonyms(Buffer.alloc(32, 8), 'year');
    expect(other.open(HOLDER, pseudonyms.seal(HOLDER, 'XX1234567'))).toBeUndefined();
  });

  test('one bit, letter or character more or less, and it is no token', () => {
    const token = pseudonyms.seal(HOLDER, 'XX1234567');
    const bytes = Buffer.from(token.slice(4), 'base64url');
    const flipped = Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return `psn_${copy.toString('base64url')}`;
    });
    const misspelt = [token.slice(4), `${token}=`, ` ${token}`, `${token}\n`, token.toUpperCase(), token.slice(0, -1)];
    for (const forged of [...flipped, ...misspelt, '', 'psn_', 'psn_AAAA', `psn_${'A'.repeat(43)}`, 'XX1234567']) {
      expect(pseudonyms.open(HOLDER, forged)).toBeUndefined();
    }
  });

  test('equal values have equal tokens, different ones different, and each opens to its value', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const token = pseudonyms.seal(HOLDER, one);
        expect(new SecretPseudonyms(Buffer.alloc(32, 7), 'month').seal(HOLDER, one)).toBe(token);
        expect(pseudonyms.open(HOLDER, token)).toBe(one);
        expect(pseudonyms.seal(HOLDER, other) === token).toBe(other === one);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  test('their length tells the value’s in steps of 16 bytes only', () => {
    const lengthOf = (characters: number): number => pseudonyms.seal(HOLDER, 'x'.repeat(characters)).length;
    const within = Array.from({ length: 16 }, (_, characters) => lengthOf(characters));
    expect(new Set(within).size).toBe(1);
    expect(lengthOf(16)).toBeGreaterThan(lengthOf(15));
    expect(pseudonyms.seal(HOLDER, 'XX1234567')).toMatch(/^psn_[A-Za-z0-9_-]{43}$/);
  });
});
