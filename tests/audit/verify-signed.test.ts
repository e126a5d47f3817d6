import { describe, expect, test } from '@jest/globals';
import { headTrust, readKeptHead } from '../../src/audit/head-trust.js';
import { type Verdict, verify } from '../../src/audit/verify.js';
import { type ExportVerdict, verifyExport } from '../../src/audit/verify-export.js';
import {
  appendSigned,
  copyOf,
  ENVIRONMENT,
  exportOf,
  HUB,
  headFile,
  newSignedLedger,
  type SignedLedger,
  signedHead,
  signer,
} from './signed-ledger.js';
import { ATTACKS } from './signed-tampering.js';
import { below, type Expected, randomFrom } from './tampering.js';

const ROUNDS = 12;

/** What somebody kept of the true ledger: its newest signed head. */
interface Kept {
  readonly head?: string;
}

const keptOf = ({ head }: Kept) => {
  if (head === undefined) return { witnesses: [], trusted: [] };
  const { size, root, publicKey } = readKeptHead(head);
  return { witnesses: [{ size, root }], trusted: [publicKey] };
};

function verdictOn(ledger: SignedLedger, kept: Kept = {}): Promise<Verdict> {
  const { witnesses, trusted } = keptOf(kept);
  const { doubtOf } = headTrust(ledger.keys, { trusted, environment: ENVIRONMENT });
  return verify([ledger], witnesses, { size: ledger.rows.length, doubtOf });
}

const exportVerdict = async (ledger: SignedLedger, kept: Kept = {}): Promise<ExportVerdict> =>
  verifyExport(await exportOf(ledger), keptOf(kept));

const brokenAs = ({ fault, from, until }: Expected) => ({ kind: 'BROKEN', fault, position: from, until });

describe('a ledger whose attacker knows the recipe', () => {
  test.each(Object.entries(ATTACKS).map(([name, attack]) => ({ name, attack })))(
    '$name: found by signatures, or by a head kept elsewhere',
    async ({ attack }) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const random = randomFrom(25 + round);
        const ledger = newSignedLedger(4 + below(random, 30), random);
        const head = headFile(ledger.signed.at(-1) ?? signedHead(ledger.heads[0] ?? { size: 0, hashes: [] }));
        const { alone, withHead = alone } = attack(ledger, random);
        const [found, foundWithHead] = [await verdictOn(ledger), await verdictOn(ledger, { head })];
        expect({ round, ...found }).toMatchObject({
          round,
          ...(alone === null ? { kind: 'INTACT' } : brokenAs(alone)),
        });
        if (withHead === null) throw new Error('an attack that nobody can find');
        expect({ round, ...foundWithHead }).toMatchObject({ round, ...brokenAs(withHead) });
      }
    },
  );

  test.each(Object.entries(ATTACKS).map(([name, attack]) => ({ name, attack })))(
    '$name: found in an export too',
    async ({ attack }) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const random = randomFrom(125 + round);
        const ledger = newSignedLedger(4 + below(random, 30), random);
        const head = headFile(ledger.signed.at(-1) ?? signedHead(ledger.heads[0] ?? { size: 0, hashes: [] }));
        const { alone, withHead = alone } = attack(ledger, random);
        // An export of a ledger whose tail is gone does not hold the heads of that tail, and promises no more than it has.
        const isCut = alone?.fault === 'CUT';
        const [found, foundWithHead] = [await exportVerdict(ledger), await exportVerdict(ledger, { head })];
        expect({ round, ...found }).toMatchObject({
          round,
          ...(alone === null || isCut ? { kind: 'INTACT' } : brokenAs(alone)),
        });
        if (withHead === null) throw new Error('an attack that nobody can find');
        const expected = isCut ? { ...brokenAs(withHead), fault: 'ROLLED_BACK' } : brokenAs(withHead);
        // The same cut may come with entries that moved up: whichever the head sees first.
        expect({ round, ...foundWithHead }).toMatchObject({ round, ...expected });
      }
    },
  );
});

describe('signed heads', () => {
  test('of two histories by one key are a fork, whichever of them comes later', async () => {
    const random = randomFrom(4);
    const ledger = newSignedLedger(10, random);
    const other = copyOf(ledger);
    appendSigned(ledger, 4, random);
    appendSigned(other, 7, random);
    const head = headFile(ledger.signed.at(-1) ?? signedHead(ledger.heads[0] ?? { size: 0, hashes: [] }));
    const early = headFile(other.signed.at(-2) ?? signedHead(other.heads[0] ?? { size: 0, hashes: [] }));
    expect(await verdictOn(other, { head })).toMatchObject({ kind: 'BROKEN', fault: 'FORKED', until: 14 });
    expect(await verdictOn(ledger, { head: early })).toMatchObject({ kind: 'INTACT', size: 14 });
  });

  test('stay believed when the key changes, as long as the old one introduces the new', async () => {
    const random = randomFrom(5);
    const ledger = newSignedLedger(6, random);
    const first = headFile(ledger.signed.at(-1) ?? signedHead(ledger.heads[0] ?? { size: 0, hashes: [] }));
    let hub = HUB;
    for (const seed of [2, 3]) {
      hub = signer(seed, { by: hub, size: ledger.rows.length });
      ledger.keys.push(hub.key);
      appendSigned(ledger, 5, random, hub);
    }
    expect(await verdictOn(ledger, { head: first })).toMatchObject({ kind: 'INTACT', size: 16, signedSize: 16 });
    expect(await exportVerdict(ledger, { head: first })).toMatchObject({ kind: 'INTACT', keys: { length: 3 } });
    const without = { ...ledger, keys: ledger.keys.toSpliced(1, 1) };
    expect(await verdictOn(without, { head: first })).toMatchObject({ fault: 'FORGED', position: 7, until: 11 });
  });

  test('of another hub count for nothing, whatever key signed them', async () => {
    const random = randomFrom(6);
    const ledger = newSignedLedger(5, random);
    const [peaks] = ledger.heads.slice(-1);
    if (peaks !== undefined) ledger.signed.splice(0, ledger.signed.length, signedHead(peaks, HUB, 'another-hub'));
    expect(await verdictOn(ledger)).toMatchObject({ fault: 'FORGED', position: 1, until: 5 });
  });

  test('kept in a file are read only if their signature holds', () => {
    const random = randomFrom(7);
    const head = newSignedLedger(5, random).signed.at(-1) ?? signedHead({ size: 0, hashes: [] });
    expect(readKeptHead(headFile(head))).toMatchObject({ size: 5, root: head.root });
    expect(() => readKeptHead(headFile(head, signer(9)))).toThrow(/signature/);
    expect(() => readKeptHead(headFile({ ...head, text: head.text.replace('"size":5', '"size":6') }))).toThrow(
      /signature/,
    );
    expect(() => readKeptHead('{}')).toThrow();
    expect(() => readKeptHead('no JSON')).toThrow();
  });
});
