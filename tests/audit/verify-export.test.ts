import { describe, expect, test } from '@jest/globals';
import { contentOf, leafOf } from '../../src/audit/entry.js';
import { consistencyProof } from '../../src/audit/merkle-proof.js';
import { EMPTY_TREE, nodeHash, rootOf } from '../../src/audit/merkle-tree.js';
import { verifyExport } from '../../src/audit/verify-export.js';
import { EXPORT_TAMPERINGS } from './export-tampering.js';
import { appendSigned, exportOf, HUB, newSignedLedger, peaksAt, signer } from './signed-ledger.js';
import { below, randomFrom } from './tampering.js';

const ROUNDS = 18;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('an export that was tampered with', () => {
  test.each(Object.entries(EXPORT_TAMPERINGS).map(([name, tamper]) => ({ name, tamper })))(
    '$name: found and located, whichever entry it is',
    async ({ tamper }) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const random = randomFrom(300 + round);
        const ledger = newSignedLedger(3 + below(random, 20), random);
        const lines = await exportOf(ledger);
        const { fault, from: position, until } = tamper(lines, ledger, random);
        const verdict = await verifyExport(lines);
        expect({ round, ...verdict }).toMatchObject({ round, kind: 'BROKEN', fault, position, until });
      }
    },
  );

  test('any bit of any line flipped is found, or the line says the same as before', async () => {
    const random = randomFrom(1);
    const ledger = newSignedLedger(8, random);
    const whole = await exportOf(ledger);
    const intact = await verifyExport(whole);
    for (let round = 0; round < 400; round += 1) {
      const place = below(random, whole.length);
      const bytes = Buffer.from(whole[place] ?? '');
      const at = below(random, bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 7));
      const lines = whole.with(place, bytes.toString('utf8'));
      const verdict = await verifyExport(lines, { trusted: [HUB.key.publicKey] }).catch(() => ({ kind: 'REFUSED' }));
      // Names nobody reads, white space and the instant of the first key change nothing that was said of an entry.
      if (verdict.kind === 'INTACT') expect(verdict).toMatchObject({ ...intact });
    }
  });

  test('a first line that is none of an export is refused in words', async () => {
    for (const lines of [
      [],
      [''],
      ['{}'],
      ['[]'],
      ['{"export":"OTHER"}'],
      ['{"export":"LEDGER","format":2}'],
      ['no JSON'],
    ])
      await expect(verifyExport(lines)).rejects.toThrow(/file|line|format/);
    const lines = await exportOf(newSignedLedger(6, randomFrom(2)), 4);
    const header = JSON.parse(lines[0] ?? '{}') as { peaks: string[] };
    for (const changed of [{ from: 0 }, { from: 8 }, { size: 1 }, { peaks: [] }, { peaks: ['00'] }, { keys: [{}] }])
      await expect(verifyExport([JSON.stringify({ ...header, ...changed }), ...lines.slice(1)])).rejects.toThrow();
  });

  test('a part that does not stand on the tree before it is rewritten from its first entry on', async () => {
    const ledger = newSignedLedger(9, randomFrom(3));
    const lines = await exportOf(ledger, 4);
    const header = JSON.parse(lines[0] ?? '{}') as { peaks: string[] };
    const other = header.peaks.toReversed();
    expect(await verifyExport([JSON.stringify({ ...header, peaks: other }), ...lines.slice(1)])).toMatchObject({
      fault: 'REWRITTEN',
      position: 4,
    });
  });

  test('a key that was not the hub’s is found by whoever kept the hub’s', async () => {
    const lines = await exportOf(newSignedLedger(5, randomFrom(4), signer(8)));
    expect(await verifyExport(lines)).toMatchObject({ kind: 'INTACT' });
    expect(await verifyExport(lines, { trusted: [HUB.key.fingerprint] })).toMatchObject({
      fault: 'FORGED',
      position: 1,
    });
    expect(await verifyExport(lines, { environment: 'another-hub' })).toMatchObject({ fault: 'FORGED', position: 1 });
  });
});

describe('an export as it was written', () => {
  test('is intact from its first line to its last, and says which keys signed it', async () => {
    const random = randomFrom(11);
    const ledger = newSignedLedger(30, random);
    const root = hex(rootOf(ledger.heads.at(-1) ?? EMPTY_TREE));
    const done: number[] = [];
    expect(await verifyExport(await exportOf(ledger), { onProgress: (count) => done.push(count) })).toEqual({
      kind: 'INTACT',
      of: 'LEDGER',
      from: 1,
      before: { size: 0, root: hex(rootOf(EMPTY_TREE)) },
      ledger: { kind: 'INTACT', size: 30, root, archived: 0, signedSize: 30 },
      keys: [HUB.key.fingerprint],
      uncompared: [],
    });
    expect(await verifyExport(await exportOf(ledger), { trusted: [HUB.key.publicKey] })).toMatchObject({
      kind: 'INTACT',
    });
  });

  test('may begin anywhere, and stands on the tree before', async () => {
    const random = randomFrom(12);
    const ledger = newSignedLedger(20, random);
    for (let from = 1; from <= 21; from += 1) {
      const before = { size: from - 1, root: hex(rootOf(peaksAt(ledger, from - 1))) };
      expect(await verifyExport(await exportOf(ledger, from))).toMatchObject({
        kind: 'INTACT',
        from,
        before,
        ledger: { size: 20 },
      });
    }
  });

  test('that begins behind a kept head says so, and compares with it over a proof', async () => {
    const ledger = newSignedLedger(20, randomFrom(13));
    const kept = { size: 5, root: hex(rootOf(peaksAt(ledger, 5))) };
    const options = { witnesses: [kept, { size: 20, root: hex(rootOf(peaksAt(ledger, 20))) }] };
    expect(await verifyExport(await exportOf(ledger, 12), options)).toMatchObject({ uncompared: [kept] });
    const nodeAt = ({ level, index }: { level: number; index: number }): Uint8Array =>
      level === 0
        ? (ledger.rows[index]?.leaf ?? new Uint8Array(32))
        : nodeHash(nodeAt({ level: level - 1, index: index * 2 }), nodeAt({ level: level - 1, index: index * 2 + 1 }));
    const consistency = [{ from: 5, to: 11, hashes: consistencyProof(5, 11, nodeAt).map(hex) }];
    const proved = await verifyExport(await exportOf(ledger, 12), { ...options, consistency });
    expect(proved).toMatchObject({ kind: 'INTACT', uncompared: [] });
    const forked = { witnesses: [{ ...kept, root: '0'.repeat(64) }], consistency };
    expect(await verifyExport(await exportOf(ledger, 12), forked)).toMatchObject({ fault: 'FORKED', until: 11 });
  });

  test('of no entries, of entries without signed heads, and of archived ones is intact', async () => {
    const empty = { ...newSignedLedger(0, randomFrom(1)), keys: [] };
    expect(await verifyExport(await exportOf(empty))).toMatchObject({ kind: 'INTACT', ledger: { size: 0 } });
    const ledger = newSignedLedger(12, randomFrom(2));
    const unsigned = { ...ledger, signed: [], keys: [] };
    expect(await verifyExport(await exportOf(unsigned))).toMatchObject({ kind: 'INTACT', ledger: { signedSize: 0 } });
    const archived = { ...ledger, rows: ledger.rows.map((row, index) => (index < 5 ? { ...row, body: null } : row)) };
    expect(await verifyExport(await exportOf(archived))).toMatchObject({ kind: 'INTACT', ledger: { archived: 5 } });
  });

  test('of entries of before there were parts is intact', async () => {
    const ledger = newSignedLedger(0, randomFrom(5));
    const at = '2026-01-01T00:00:00.000Z';
    const body = '{"entry":{"agency":"ME-BP","asks":[],"requestId":"1"},"format":1,"salt":"00"}';
    ledger.rows.push({ sequence: 1, at, body, leaf: leafOf(1, at, contentOf(body)) });
    ledger.heads.push(peaksAt(ledger, 1));
    appendSigned(ledger, 4, randomFrom(6));
    expect(await verifyExport(await exportOf(ledger))).toMatchObject({ kind: 'INTACT', ledger: { size: 5 } });
  });
});
