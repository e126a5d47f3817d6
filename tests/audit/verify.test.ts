import { describe, expect, test } from '@jest/globals';
import { type LedgerChunk, verify, type Witness } from '../../src/audit/verify.js';
import { appendTo, below, newLedger, randomFrom, type StoredLedger, TAMPERINGS, witnessOf } from './tampering.js';

const PER_KIND = 60;

/** Cut into chunks as a reader would: heads come with the chunk in which their entries end. */
function chunksOf(ledger: StoredLedger, rowsPerChunk: number): readonly LedgerChunk[] {
  const chunks: LedgerChunk[] = [];
  for (let from = 0; from === 0 || from < ledger.rows.length; from += rowsPerChunk) {
    const rows = ledger.rows.slice(from, from + rowsPerChunk);
    const isLast = from + rowsPerChunk >= ledger.rows.length;
    const end = rows.at(-1)?.sequence ?? 0;
    const begin = from === 0 ? -1 : (ledger.rows[from - 1]?.sequence ?? 0);
    chunks.push({ rows, heads: ledger.heads.filter(({ size }) => size > begin && (isLast || size <= end)) });
  }
  return chunks;
}

const verdictOn = (ledger: StoredLedger, witnesses: readonly Witness[] = [], rowsPerChunk = 7) =>
  verify(chunksOf(ledger, rowsPerChunk), witnesses, { size: ledger.rows.length + 1 });

describe('a ledger that was tampered with', () => {
  test.each(Object.entries(TAMPERINGS))(`%s: found and located, ${PER_KIND} times`, async (_kind, tamper) => {
    for (let round = 0; round < PER_KIND; round += 1) {
      const random = randomFrom(2026 + round);
      const ledger = newLedger(2 + below(random, 40), random);
      const expected = tamper(ledger, random);
      const verdict = await verdictOn(ledger);
      expect({ round, ...verdict }).toMatchObject({ round, kind: 'BROKEN', fault: expected.fault });
      if (verdict.kind !== 'BROKEN') continue;
      expect([round, verdict.position, verdict.until]).toEqual([round, expected.from, expected.until]);
    }
  });

  test('entries, leaves and heads all rewritten: only a head kept elsewhere tells', async () => {
    for (let round = 0; round < PER_KIND; round += 1) {
      const random = randomFrom(4_000 + round);
      const ledger = newLedger(2 + below(random, 30), random);
      const early = witnessOf(ledger);
      appendTo(ledger, 1 + below(random, 30), random);
      const late = witnessOf(ledger);
      const forged = {
        rows: ledger.rows.slice(0, early.size),
        heads: ledger.heads.filter(({ size }) => size <= early.size),
      };
      appendTo(forged, late.size - early.size, random);
      expect(await verdictOn(forged)).toMatchObject({ kind: 'INTACT', size: late.size });
      expect(await verdictOn(forged, [early, late])).toMatchObject({
        kind: 'BROKEN',
        fault: 'REWRITTEN',
        position: early.size + 1,
        until: late.size,
      });
    }
  });

  test('put back to an older state, heads and all: a head kept elsewhere tells', async () => {
    const random = randomFrom(7);
    const ledger = newLedger(20, random);
    const old = { rows: [...ledger.rows], heads: [...ledger.heads] };
    appendTo(ledger, 5, random);
    expect(await verdictOn(old)).toMatchObject({ kind: 'INTACT', size: 20 });
    expect(await verdictOn(old, [witnessOf(ledger)])).toMatchObject({
      kind: 'BROKEN',
      fault: 'ROLLED_BACK',
      position: 21,
    });
  });

  test('no head at all: not even the empty ledger is vouched for', async () => {
    expect(await verdictOn({ rows: [], heads: [] })).toMatchObject({ kind: 'BROKEN', fault: 'ADDED', position: 1 });
  });

  test('a leaf that fits no entry: text that is no entry is a changed one', async () => {
    const ledger = newLedger(3, randomFrom(1));
    const { leafOf } = await import('../../src/audit/entry.js');
    const row = ledger.rows[1];
    if (row !== undefined) ledger.rows[1] = { ...row, body: '{}', leaf: leafOf(2, row.at, '{}') };
    expect(await verdictOn(ledger)).toMatchObject({ kind: 'BROKEN', fault: 'CHANGED', position: 2 });
  });
});

describe('a ledger as it was appended', () => {
  test('is intact in chunks of every size, and its root is the one its witnesses saw', async () => {
    const random = randomFrom(11);
    const ledger = newLedger(0, random);
    const witnesses: Witness[] = [];
    for (let count = 0; count < 12; count += 1) {
      appendTo(ledger, 3, random);
      witnesses.push(witnessOf(ledger));
    }
    const root = witnesses.at(-1)?.root;
    for (const rowsPerChunk of [1, 2, 3, 5, 36, 100]) {
      expect(await verdictOn(ledger, witnesses, rowsPerChunk)).toEqual({
        kind: 'INTACT',
        size: 36,
        root,
        archived: 0,
        signedSize: 0,
      });
    }
  });

  test('of no entries is intact', async () => {
    expect(await verdictOn(newLedger(0, randomFrom(1)))).toMatchObject({ kind: 'INTACT', size: 0 });
  });

  test('still stands when old heads between have been thinned out', async () => {
    const ledger = newLedger(40, randomFrom(5));
    const thinned = {
      rows: ledger.rows,
      heads: ledger.heads.filter((_, index) => index % 5 === 0 || index === ledger.heads.length - 1),
    };
    expect(await verdictOn(thinned)).toMatchObject({ kind: 'INTACT', size: 40 });
  });
});
