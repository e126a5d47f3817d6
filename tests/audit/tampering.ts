/** Ledgers in memory and everything somebody could do to a stored one; shared by the quick and the long run. */
import { createHash } from 'node:crypto';
import { bodyOf, contentOf, leafOf } from '../../src/audit/entry.js';
import { EMPTY_TREE, type Peaks, rootOf, withLeaf } from '../../src/audit/merkle-tree.js';
import type { Fault, LedgerRow, Witness } from '../../src/audit/verify.js';
import { sampleEntry } from './sample-entry.js';

export interface StoredLedger {
  readonly rows: LedgerRow[];
  readonly heads: Peaks[];
}

/** What must be found: the fault, and where. `from` and `until` frame the first bad position; equal if it is exact. */
export interface Expected {
  readonly fault: Fault;
  readonly from: number;
  readonly until: number;
}

export type Random = () => number;

/** A generator with a fixed seed (mulberry32). @returns numbers in [0, 1) */
export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const below = (random: Random, bound: number): number => Math.floor(random() * bound);

const hexOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function rowAt(sequence: number, random: Random): LedgerRow {
  const id = hexOf(String(random()));
  const requestId = `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20, 32)}`;
  const entry = sampleEntry({ requestId, durationMs: below(random, 100), agency: random() < 0.1 ? null : 'ME-BP' });
  const { body, content } = bodyOf(entry, () => hexOf(String(random())).slice(32));
  const at = new Date(Date.UTC(2026, 0, 1) + sequence * 1_000).toISOString();
  return { sequence, at, agency: entry.agency, requestId, body, leaf: leafOf(sequence, at, content) };
}

/** Appends as the database does: a head per group of one or more. */
export function appendTo(ledger: StoredLedger, count: number, random: Random): void {
  let peaks = ledger.heads.at(-1) ?? EMPTY_TREE;
  const end = ledger.rows.length + count;
  while (ledger.rows.length < end) {
    const group = Math.min(end - ledger.rows.length, 1 + below(random, 4));
    for (let n = 0; n < group; n += 1) {
      const row = rowAt(ledger.rows.length + 1, random);
      ledger.rows.push(row);
      peaks = withLeaf(peaks, row.leaf);
    }
    ledger.heads.push(peaks);
  }
}

export function newLedger(size: number, random: Random): StoredLedger {
  const ledger: StoredLedger = { rows: [], heads: [EMPTY_TREE] };
  appendTo(ledger, size, random);
  return ledger;
}

export function witnessOf(ledger: StoredLedger): Witness {
  const peaks = ledger.heads.at(-1) ?? EMPTY_TREE;
  return { size: peaks.size, root: Buffer.from(rootOf(peaks)).toString('hex') };
}

const at = (position: number): { from: number; until: number } => ({ from: position, until: position });

/** The group of the entry at `position`: as near as heads can tell. */
function groupOf(ledger: StoredLedger, position: number): { from: number; until: number } {
  const until = ledger.heads.find((head) => head.size >= position)?.size ?? position;
  return { from: (ledger.heads.findLast((head) => head.size < position)?.size ?? 0) + 1, until };
}

function change(ledger: StoredLedger, position: number, changes: Partial<LedgerRow>): void {
  const row = ledger.rows[position - 1];
  if (row !== undefined) ledger.rows[position - 1] = { ...row, ...changes };
}

const rowOf = (ledger: StoredLedger, position: number): LedgerRow =>
  ledger.rows[position - 1] ?? rowAt(position, () => 0);

/** `row` with leaf and sequence made to fit its content: what a forger with the recipe would store. */
const rehashed = (row: LedgerRow, sequence = row.sequence): LedgerRow => ({
  ...row,
  sequence,
  leaf: leafOf(sequence, row.at, contentOf(row.body ?? '')),
});

function flippedText(text: string, random: Random): string {
  const place = below(random, text.length);
  const other = String.fromCharCode(text.charCodeAt(place) ^ (1 << below(random, 5)));
  return text.slice(0, place) + other + text.slice(place + 1);
}

function flippedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const place = below(random, copy.length);
  copy[place] = (copy[place] ?? 0) ^ (1 << below(random, 8));
  return copy;
}

/** Everything that can be done to a stored ledger without its heads: each does it and says what must be found. */
export const TAMPERINGS: Readonly<Record<string, (ledger: StoredLedger, random: Random) => Expected>> = {
  'a bit of the body flipped': (ledger, random) => {
    const position = 1 + below(random, ledger.rows.length);
    change(ledger, position, { body: flippedText(rowOf(ledger, position).body ?? '', random) });
    return { fault: 'CHANGED', ...at(position) };
  },
  'a bit of the leaf flipped': (ledger, random) => {
    const position = 1 + below(random, ledger.rows.length);
    change(ledger, position, { leaf: flippedBytes(rowOf(ledger, position).leaf, random) });
    return { fault: 'CHANGED', ...at(position) };
  },
  'the instant changed': (ledger, random) => {
    const position = 1 + below(random, ledger.rows.length);
    const moved = new Date(Date.parse(rowOf(ledger, position).at) + 1 + below(random, 1_000));
    change(ledger, position, { at: moved.toISOString() });
    return { fault: 'CHANGED', ...at(position) };
  },
  'the agency beside the entry changed': (ledger, random) => {
    const position = 1 + below(random, ledger.rows.length);
    change(ledger, position, { agency: 'RS-BP' });
    return { fault: 'CHANGED', ...at(position) };
  },
  'the request id beside the entry changed': (ledger, random) => {
    const position = 1 + below(random, ledger.rows.length);
    change(ledger, position, { requestId: rowAt(position, random).requestId ?? '' });
    return { fault: 'CHANGED', ...at(position) };
  },
  'one dropped': (ledger, random) => {
    const position = 1 + below(random, ledger.rows.length);
    ledger.rows.splice(position - 1, 1);
    return position > ledger.rows.length ? { fault: 'CUT', ...at(position) } : { fault: 'MISSING', ...at(position) };
  },
  'one dropped and the rest moved up': (ledger, random) => {
    const position = 1 + below(random, ledger.rows.length - 1);
    ledger.rows.splice(position - 1, 1);
    for (let n = position; n <= ledger.rows.length; n += 1) change(ledger, n, { sequence: n });
    return { fault: 'MOVED', ...at(position) };
  },
  'one dropped, the rest moved up and re-hashed': (ledger, random) => {
    const position = 1 + below(random, ledger.rows.length - 1);
    ledger.rows.splice(position - 1, 1);
    for (let n = position; n <= ledger.rows.length; n += 1) ledger.rows[n - 1] = rehashed(rowOf(ledger, n), n);
    const group = groupOf(ledger, position);
    return group.until > ledger.rows.length
      ? { fault: 'CUT', ...at(ledger.rows.length + 1) }
      : { fault: 'REWRITTEN', ...group };
  },
  'the tail cut': (ledger, random) => {
    const [size, kept] = [ledger.rows.length, below(random, ledger.rows.length)];
    ledger.rows.length = kept;
    return { fault: 'CUT', from: kept + 1, until: size };
  },
  'two swapped': (ledger, random) => {
    const [first, second] = twoOf(ledger, random);
    const [a, b] = [rowOf(ledger, first), rowOf(ledger, second)];
    ledger.rows[first - 1] = { ...b, sequence: first };
    ledger.rows[second - 1] = { ...a, sequence: second };
    return { fault: 'MOVED', ...at(first) };
  },
  'two swapped and re-hashed': (ledger, random) => {
    const [first, second] = twoOf(ledger, random);
    const [a, b] = [rowOf(ledger, first), rowOf(ledger, second)];
    ledger.rows[first - 1] = rehashed(b, first);
    ledger.rows[second - 1] = rehashed(a, second);
    return { fault: 'REWRITTEN', ...groupOf(ledger, first) };
  },
  'one inserted': (ledger, random) => {
    const position = 1 + below(random, ledger.rows.length);
    ledger.rows.splice(position - 1, 0, rowAt(position, random));
    // Where a group ends the head speaks before the second entry of that number is seen.
    const group = groupOf(ledger, position);
    return group.until === position ? { fault: 'REWRITTEN', ...group } : { fault: 'ADDED', ...at(position) };
  },
  'one inserted, the rest moved down and re-hashed': (ledger, random) => {
    const position = 1 + below(random, ledger.rows.length);
    ledger.rows.splice(position - 1, 0, rowAt(position, random));
    for (let n = position + 1; n <= ledger.rows.length; n += 1) ledger.rows[n - 1] = rehashed(rowOf(ledger, n), n);
    return { fault: 'REWRITTEN', ...groupOf(ledger, position) };
  },
  'one added at the end': (ledger, random) => {
    const position = ledger.rows.length + 1;
    ledger.rows.push(rowAt(position, random));
    return { fault: 'ADDED', ...at(position) };
  },
  'one changed and re-hashed': (ledger, random) => {
    const position = 1 + below(random, ledger.rows.length);
    ledger.rows[position - 1] = rowAt(position, random);
    return { fault: 'REWRITTEN', ...groupOf(ledger, position) };
  },
  'one copied over from another ledger': (ledger, random) => {
    const position = 1 + below(random, ledger.rows.length);
    ledger.rows[position - 1] = rowOf(newLedger(ledger.rows.length, random), position);
    return { fault: 'REWRITTEN', ...groupOf(ledger, position) };
  },
  'the newest head dropped': (ledger) => {
    ledger.heads.pop();
    return { fault: 'ADDED', from: (ledger.heads.at(-1)?.size ?? 0) + 1, until: ledger.rows.length };
  },
  'a head changed': (ledger, random) => {
    const index = 1 + below(random, ledger.heads.length - 1);
    const head = ledger.heads[index] ?? EMPTY_TREE;
    const [first = new Uint8Array(32), ...others] = head.hashes;
    ledger.heads[index] = { ...head, hashes: [flippedBytes(first, random), ...others] };
    return { fault: 'REWRITTEN', ...groupOf(ledger, head.size) };
  },
};

function twoOf(ledger: StoredLedger, random: Random): readonly [number, number] {
  const first = 1 + below(random, ledger.rows.length - 1);
  return [first, first + 1 + below(random, ledger.rows.length - first)];
}
