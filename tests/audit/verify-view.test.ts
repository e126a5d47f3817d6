import { describe, expect, test } from '@jest/globals';
import { bodyOf, leafOf } from '../../src/audit/entry.js';
import { inclusionProof } from '../../src/audit/merkle-proof.js';
import { EMPTY_TREE, nodeHash, withLeaf } from '../../src/audit/merkle-tree.js';
import { seenBy } from '../../src/audit/seen-by.js';
import { exportText } from '../../src/audit/signed-head.js';
import { verifyExport } from '../../src/audit/verify-export.js';
import { LineDigest, viewEndLine, viewEntryLine, viewHeaderLine } from '../../src/audit/view-format.js';
import { sampleEntry } from './sample-entry.js';
import { ENVIRONMENT, HUB, type Signer, signedHead, signer } from './signed-ledger.js';
import { below, type Random, randomFrom } from './tampering.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** An owner's view of a ledger in which every second entry asks its database, sealed by `hub`. */
function viewOf(size: number, random: Random, { reader = 'AL-BMP', hub = HUB } = {}): string[] {
  const salt = () => Array.from({ length: 32 }, () => below(random, 16).toString(16)).join('');
  const stored = Array.from({ length: size }, (_, index) => {
    const { body, content } = bodyOf(sampleEntry(index % 2 === 0 ? {} : { asks: [] }), salt);
    const at = new Date(Date.UTC(2026, 0, 1) + index * 1_000);
    return { sequence: index + 1, at, body, leaf: leafOf(index + 1, at.toISOString(), content) };
  });
  const head = signedHead(
    stored.reduce((peaks, { leaf }) => withLeaf(peaks, leaf), EMPTY_TREE),
    hub,
  );
  const nodeAt = ({ level, index }: { level: number; index: number }): Uint8Array =>
    level === 0
      ? (stored[index]?.leaf ?? new Uint8Array(32))
      : nodeHash(nodeAt({ level: level - 1, index: index * 2 }), nodeAt({ level: level - 1, index: index * 2 + 1 }));
  const header = { environment: ENVIRONMENT, viewer: reader, keys: [hub.key] };
  const file = { ...head, publicKey: hub.key.publicKey, environment: ENVIRONMENT };
  const lines = [viewHeaderLine({ ...header, head: file }, { size })];
  for (const { sequence, at, body } of stored) {
    const seen = seenBy({ sequence, at, body }, reader);
    if (seen === undefined) continue;
    const inclusion = inclusionProof(sequence - 1, size, nodeAt).map(hex);
    lines.push(viewEntryLine({ ...seen, at: at.toISOString(), inclusion }));
  }
  return sealed(lines, hub);
}

/** The lines with an end that counts and signs them. */
function sealed(lines: readonly string[], hub: Signer): string[] {
  const digest = new LineDigest();
  for (const line of lines) digest.add(line);
  const { fingerprint: key, publicKey } = hub.key;
  const said = digest.hex();
  const text = exportText({ digest: said, environment: ENVIRONMENT, key });
  return [
    ...lines,
    viewEndLine({ count: lines.length - 1, seal: { digest: said, key, publicKey, text, signature: hub.sign(text) } }),
  ];
}

interface EntryLine {
  sequence: number;
  at: string;
  inclusion: string[];
  parts: { text: string; path: string[] }[];
  records: string[];
}

/** Changes one line; the end is the hub's own again, so that it is the proof that must find it. */
function changed(lines: readonly string[], place: number, change: (entry: EntryLine) => void): string[] {
  const entry = JSON.parse(lines[place] ?? '{}') as EntryLine;
  change(entry);
  return sealed(lines.with(place, JSON.stringify(entry)).slice(0, -1), HUB);
}

const digitChanged = (text: string): string => (text.startsWith('0') ? '1' : '0') + text.slice(1);

describe('a view that was tampered with', () => {
  const CHANGES: Readonly<Record<string, (entry: EntryLine) => void>> = {
    'a part changed': ({ parts }) => {
      for (const part of parts)
        part.text = part.text.replace('officer-7', 'officer-8').replace('AGR-2024-002', 'AGR-2024-003');
    },
    'a path changed': ({ parts }) => {
      for (const part of parts) part.path = part.path.map(digitChanged);
    },
    'one of the parts of another entry': ({ parts }) => {
      if (parts[0] !== undefined) parts[0].text = parts[0].text.replace('ME-BP', 'RS-BP');
    },
    'a part twice': ({ parts }) => {
      if (parts[0] !== undefined) parts.push(parts[0]);
    },
    'the instant changed': (entry) => {
      entry.at = '2027-01-01T00:00:00.000Z';
    },
    'the inclusion cut': (entry) => {
      entry.inclusion.pop();
    },
    'the inclusion changed': (entry) => {
      entry.inclusion = entry.inclusion.map(digitChanged);
    },
    'records changed': (entry) => {
      entry.records = entry.records.map((text) => text.replace('812', '813'));
    },
    'records twice': (entry) => {
      entry.records.push(...entry.records);
    },
  };

  test.each(Object.entries(CHANGES).map(([name, change]) => ({ name, change })))(
    '$name: found at its entry, even under a seal of the hub’s',
    async ({ change }) => {
      const lines = viewOf(21, randomFrom(1));
      for (const place of [1, 4, 11]) {
        const sequence = (JSON.parse(lines[place] ?? '{}') as EntryLine).sequence;
        expect(await verifyExport(changed(lines, place, change))).toMatchObject({
          fault: 'CHANGED',
          position: sequence,
        });
      }
    },
  );

  test('a line dropped, doubled, swapped or added is found', async () => {
    const lines = viewOf(21, randomFrom(2));
    expect(await verifyExport(lines.toSpliced(3, 1))).toMatchObject({ kind: 'BROKEN', fault: 'MISSING' });
    expect(await verifyExport(lines.toSpliced(3, 0, lines[3] ?? ''))).toMatchObject({ fault: 'ADDED', position: 5 });
    const swapped = lines.with(3, lines[4] ?? '').with(4, lines[3] ?? '');
    expect(await verifyExport(swapped)).toMatchObject({ fault: 'MOVED', position: 5 });
    expect(await verifyExport(lines.slice(0, -1))).toMatchObject({ fault: 'CUT' });
    expect(await verifyExport([...lines, lines[1] ?? ''])).toMatchObject({ fault: 'ADDED' });
    expect(await verifyExport(lines.with(2, '{'))).toMatchObject({ fault: 'UNREADABLE' });
    const other = viewOf(21, randomFrom(3));
    expect(await verifyExport(lines.with(2, other[2] ?? ''))).toMatchObject({ fault: 'CHANGED', position: 3 });
  });

  test('a line dropped and the count made to fit is found by the seal', async () => {
    const lines = viewOf(9, randomFrom(4)).toSpliced(2, 1);
    const end = JSON.parse(lines.at(-1) ?? '{}') as { end: { count: number; digest: string }; signature: object };
    const count = end.end.count - 1;
    const counted = JSON.stringify({ ...end, end: { ...end.end, count } });
    expect(await verifyExport(lines.with(-1, counted))).toMatchObject({ fault: 'CHANGED' });
    const strangers = sealed(lines.slice(0, -1), signer(7));
    expect(await verifyExport(strangers)).toMatchObject({ fault: 'FORGED' });
    const digest = new LineDigest();
    for (const line of lines.slice(0, -1)) digest.add(line);
    const fitted = JSON.stringify({ ...end, end: { count, digest: digest.hex() } });
    expect(await verifyExport(lines.with(-1, fitted))).toMatchObject({ fault: 'FORGED' });
  });

  test('a head of another history, or by another key, is found by whoever kept the true one', async () => {
    const lines = viewOf(9, randomFrom(5), { hub: signer(7) });
    expect(await verifyExport(lines)).toMatchObject({ kind: 'INTACT' });
    expect(await verifyExport(lines, { trusted: [HUB.key.publicKey] })).toMatchObject({ fault: 'FORGED' });
    const own = viewOf(9, randomFrom(5));
    expect(await verifyExport(own, { witnesses: [{ size: 9, root: '0'.repeat(64) }] })).toMatchObject({
      fault: 'FORKED',
    });
  });
});

describe('a view as the hub gave it out', () => {
  test('is intact line by line, for an owner and for who asked', async () => {
    for (const [reader, entries] of [
      ['AL-BMP', 11],
      ['ME-BP', 21],
      ['RS-BP', 0],
    ] as const) {
      expect(
        await verifyExport(viewOf(21, randomFrom(6), { reader }), { trusted: [HUB.key.fingerprint] }),
      ).toMatchObject({
        kind: 'INTACT',
        of: 'VIEW',
        viewer: reader,
        entries,
        size: 21,
        keys: [HUB.key.fingerprint],
      });
    }
  });
});
