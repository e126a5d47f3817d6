/** What is signed of a head and of a key, read and believed without any database. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  fingerprintOf,
  headFileText,
  headText,
  introductionText,
  keysFileText,
  readHead,
  readKeysFile,
  trustedKeys,
  verifyHead,
} from '../../src/audit/signed-head.js';
import type { LedgerKey } from '../../src/domain/evidence.js';
import { verifyEd25519 } from '../../src/persistence/cryptography.js';
import { LedgerSigner } from '../../src/persistence/ledger-keys.js';
import { testKey } from './test-keys.js';

const ENVIRONMENT = 'test';
const check = { verify: verifyEd25519, environment: ENVIRONMENT };
const signers = [1, 2, 3, 4].map((seed) => new LedgerSigner(testKey(seed)));
const [first, second, third, stranger] = signers as [LedgerSigner, LedgerSigner, LedgerSigner, LedgerSigner];
const day = (number: number): Date => new Date(Date.UTC(2026, 10, number));

function introduced(previous: LedgerSigner, next: LedgerSigner, since: Date, by = previous): LedgerKey {
  const { fingerprint, publicKey } = next;
  const named = { environment: ENVIRONMENT, key: fingerprint, previous: previous.fingerprint, publicKey, since };
  const text = introductionText(named);
  return {
    fingerprint,
    publicKey,
    since,
    introduction: { text, byPrevious: by.sign(text), byItself: next.sign(text) },
  };
}

const firstKey: LedgerKey = {
  fingerprint: first.fingerprint,
  publicKey: first.publicKey,
  since: day(1),
  introduction: null,
};
const chain = [firstKey, introduced(first, second, day(10)), introduced(second, third, day(20))];

function headBy(signer: LedgerSigner, at: Date, changes: { size?: number; environment?: string } = {}) {
  const root = 'ab'.repeat(32);
  const text = headText({ at, environment: ENVIRONMENT, key: signer.fingerprint, root, size: 7, ...changes });
  return readHead(headFileText({ publicKey: signer.publicKey, signature: signer.sign(text), text }));
}

const namesOf = (keys: readonly LedgerKey[]): readonly string[] => keys.map(({ fingerprint }) => fingerprint);

describe('a head as a file', () => {
  test('any text that is none is refused with a plain message', () => {
    const good = headFileText(headBy(first, day(2)));
    const text = headText({ at: day(2), environment: 'test', key: first.fingerprint, root: 'ab'.repeat(32), size: 7 });
    const withText = (changed: string): string =>
      headFileText({ publicKey: first.publicKey, signature: first.sign(changed), text: changed });
    const hostile = [
      '',
      'null',
      '[]',
      '{}',
      good.slice(0, -1),
      good.replace(first.publicKey, first.publicKey.toUpperCase()),
      withText('{}'),
      withText(text.replace('tree-head', 'ledger-key')),
      withText(text.replace('"size":7', '"size":7.5')),
      withText(text.replace('"size":7', '"size":-1')),
      withText(text.replace('"size":7', '"size":7,"size":8')),
      withText(text.replace('"size":7', '"more":1,"size":7')),
      withText(` ${text}`),
      withText(text.replace('.000Z', 'Z')),
      withText(text.replace('2026-11-02', '2026-13-02')),
    ];
    for (const file of hostile) expect(() => readHead(file)).toThrow(/^[a-z`].*[^.]$/);
  });

  test('what is written is read back, and says size, root, instant, key and hub', () => {
    expect(headBy(first, day(2))).toMatchObject({
      size: 7,
      root: 'ab'.repeat(32),
      at: day(2),
      key: fingerprintOf(first.publicKey),
      environment: 'test',
      publicKey: first.publicKey,
    });
  });

  test('any one character of the text or signature changed makes it no genuine head', () => {
    const head = headBy(first, day(2));
    const file = headFileText(head);
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.constantFrom('0', '1', 'a', 'f', '}', ' '), (place, character) => {
        const changed = `${file.slice(0, place)}${character}${file.slice(place + 1)}`;
        if (changed === file) return true;
        try {
          const read = readHead(changed);
          // The public key beside it is no part of what is believed: the key comes from those that are known.
          return read.publicKey !== head.publicKey || !verifyHead(read, [firstKey], check);
        } catch {
          return true;
        }
      }),
      { seed: 4, numRuns: 400 },
    );
  });
});

describe('keys of the ledger', () => {
  test('a forged introduction is believed by nobody, nor what follows it', () => {
    const forged = introduced(first, stranger, day(10), stranger);
    const after = introduced(stranger, third, day(20));
    expect(namesOf(trustedKeys([firstKey, forged, after], [first.fingerprint], check))).toEqual([first.fingerprint]);
    const elsewhere = trustedKeys(chain, [first.fingerprint], { ...check, environment: 'other' });
    expect(namesOf(elsewhere)).toEqual([first.fingerprint]);
    const renamed = { ...firstKey, fingerprint: stranger.fingerprint };
    expect(trustedKeys([renamed], [stranger.fingerprint], check)).toEqual([]);
  });

  test('who knows any one of three follows the introductions to all, forwards and backwards', () => {
    for (const { fingerprint, publicKey } of [first, second, third]) {
      expect(namesOf(trustedKeys(chain, [fingerprint], check))).toEqual(namesOf(chain));
      expect(namesOf(trustedKeys(chain.toReversed(), [publicKey], check)).toSorted()).toEqual(
        namesOf(chain).toSorted(),
      );
    }
    expect(trustedKeys(chain, [stranger.fingerprint], check)).toEqual([]);
  });

  test('a head verifies by the key of its time, and by a replaced key no longer', () => {
    expect(verifyHead(headBy(stranger, day(15)), chain, check)).toBe(false);
    expect(verifyHead(headBy(first, day(11)), chain, check)).toBe(false);
    expect(verifyHead(headBy(second, day(21)), chain, check)).toBe(false);
    expect(verifyHead(headBy(first, day(9)), chain, check)).toBe(true);
    expect(verifyHead(headBy(second, day(11)), chain, check)).toBe(true);
    expect(verifyHead(headBy(third, day(21)), chain, check)).toBe(true);
  });

  test('a head that says something else beside its text is not genuine', () => {
    expect(verifyHead({ ...headBy(first, day(2)), size: 8 }, [firstKey], check)).toBe(false);
    expect(verifyHead({ ...headBy(first, day(2)), root: 'cd'.repeat(32) }, [firstKey], check)).toBe(false);
  });

  test('they are read back from their file as they were', () => {
    expect(readKeysFile(keysFileText(ENVIRONMENT, chain))).toEqual({ environment: ENVIRONMENT, keys: chain });
    expect(() => readKeysFile('{"environment":"test","keys":[{}]}')).toThrow('fingerprint');
  });
});
