/**
 * Attackers who know the recipe: they re-hash what they change and rewrite what nobody signed. Each gets a signed ledger, and says what
 * must be found, and by whom: by the signatures alone, or only by somebody who kept a head elsewhere.
 */
import { contentOf, leafOf } from '../../src/audit/entry.js';
import { EMPTY_TREE, type Peaks, withLeaf } from '../../src/audit/merkle-tree.js';
import type { LedgerRow } from '../../src/audit/verify.js';
import { HUB, type SignedLedger, signedGroupOf, signedHead, signer } from './signed-ledger.js';
import { below, type Expected, newLedger, type Random } from './tampering.js';

export interface Attack {
  /** what a verifier that keeps nothing finds; null: nothing, for everything agrees */
  readonly alone: Expected | null;
  /** what one with the head of the true ledger finds, and one that trusts the hub's key; absent = the same */
  readonly withHead?: Expected;
}

const STRANGER = signer(66);

/** `rows` with leaves and sequences that fit, and every head that nobody signs made anew. */
function rehash(ledger: SignedLedger, rows: readonly LedgerRow[]): void {
  let peaks: Peaks = EMPTY_TREE;
  ledger.rows.length = 0;
  ledger.heads.length = 0;
  ledger.heads.push(EMPTY_TREE);
  for (const [index, row] of rows.entries()) {
    const leaf = leafOf(index + 1, row.at, contentOf(row.body ?? ''));
    ledger.rows.push({ ...row, sequence: index + 1, leaf });
    peaks = withLeaf(peaks, leaf);
    ledger.heads.push(peaks);
  }
}

const anyPosition = (ledger: SignedLedger, random: Random): number => 1 + below(random, ledger.rows.length);

/** Signed heads of the tree as it is now, by whomever, where there were some. */
function resign(ledger: SignedLedger, by: typeof HUB): void {
  const sizes = ledger.signed.map(({ size }) => size).filter((size) => size <= ledger.rows.length);
  ledger.signed.length = 0;
  for (const size of sizes) ledger.signed.push(signedHead(ledger.heads[size] ?? EMPTY_TREE, by));
}

function otherRows(ledger: SignedLedger, from: number, random: Random): LedgerRow[] {
  const other = newLedger(ledger.rows.length, random).rows;
  return [...ledger.rows.slice(0, from - 1), ...other.slice(from - 1)];
}

export const ATTACKS: Readonly<Record<string, (ledger: SignedLedger, random: Random) => Attack>> = {
  'one entry replaced, all re-hashed': (ledger, random) => {
    const position = anyPosition(ledger, random);
    const rows = [...ledger.rows];
    rows[position - 1] = otherRows(ledger, position, random)[position - 1] as LedgerRow;
    rehash(ledger, rows);
    return { alone: { fault: 'REWRITTEN', ...signedGroupOf(ledger, position) } };
  },
  'the suffix from some entry on replaced, all re-hashed': (ledger, random) => {
    const position = anyPosition(ledger, random);
    rehash(ledger, otherRows(ledger, position, random));
    return { alone: { fault: 'REWRITTEN', ...signedGroupOf(ledger, position) } };
  },
  'one dropped, all re-hashed': (ledger, random) => {
    const position = anyPosition(ledger, random);
    const group = signedGroupOf(ledger, position);
    rehash(ledger, ledger.rows.toSpliced(position - 1, 1));
    const isCut = group.until > ledger.rows.length;
    const end = ledger.rows.length + 1;
    return { alone: isCut ? { fault: 'CUT', from: end, until: end } : { fault: 'REWRITTEN', ...group } };
  },
  'two swapped, all re-hashed': (ledger, random) => {
    const first = 1 + below(random, ledger.rows.length - 1);
    const second = first + 1 + below(random, ledger.rows.length - first);
    const [a, b] = [ledger.rows[first - 1] as LedgerRow, ledger.rows[second - 1] as LedgerRow];
    rehash(ledger, ledger.rows.with(first - 1, b).with(second - 1, a));
    return { alone: { fault: 'REWRITTEN', ...signedGroupOf(ledger, first) } };
  },
  'the tail cut with its kept heads, its signed ones forgotten': (ledger, random) => {
    const kept = below(random, ledger.rows.length);
    const size = ledger.rows.length;
    rehash(ledger, ledger.rows.slice(0, kept));
    return { alone: { fault: 'CUT', from: kept + 1, until: size } };
  },
  'rolled back, with all heads': (ledger, random) => {
    const size = ledger.rows.length;
    const kept = below(random, size);
    rehash(ledger, ledger.rows.slice(0, kept));
    resign(ledger, HUB);
    return { alone: null, withHead: { fault: 'ROLLED_BACK', from: kept + 1, until: size } };
  },
  'a suffix replaced, and its signed heads taken away': (ledger, random) => {
    const position = anyPosition(ledger, random);
    const size = ledger.rows.length;
    rehash(ledger, otherRows(ledger, position, random));
    const kept = ledger.signed.filter((head) => head.size < position);
    ledger.signed.splice(0, ledger.signed.length, ...kept);
    return { alone: null, withHead: { fault: 'REWRITTEN', from: 1, until: size } };
  },
  'a suffix replaced, and signed by a key of the attacker': (ledger, random) => {
    const position = anyPosition(ledger, random);
    const begin = signedGroupOf(ledger, position).from;
    const before = ledger.signed.filter((head) => head.size < position);
    rehash(ledger, otherRows(ledger, position, random));
    resign(ledger, STRANGER);
    ledger.signed.splice(0, before.length, ...before);
    ledger.keys.push(STRANGER.key);
    const until = ledger.signed[before.length]?.size ?? begin;
    return { alone: { fault: 'FORGED', from: begin, until } };
  },
  'everything made anew with a key of the attacker': (ledger, random) => {
    rehash(ledger, otherRows(ledger, 1, random));
    resign(ledger, STRANGER);
    ledger.keys.splice(0, 1, STRANGER.key);
    return { alone: null, withHead: { fault: 'FORGED', from: 1, until: ledger.signed[0]?.size ?? 1 } };
  },
  'a suffix replaced, and signed by the hub itself': (ledger, random) => {
    const position = anyPosition(ledger, random);
    const size = ledger.rows.length;
    rehash(ledger, otherRows(ledger, position, random));
    resign(ledger, HUB);
    return { alone: null, withHead: { fault: 'FORKED', from: 1, until: size } };
  },
  'a signature changed': (ledger, random) => {
    const index = below(random, ledger.signed.length);
    const head = ledger.signed[index] ?? signedHead(EMPTY_TREE);
    const place = below(random, 128);
    const digit = (Number.parseInt(head.signature[place] ?? '0', 16) ^ (1 + below(random, 15))).toString(16);
    const signature = head.signature.slice(0, place) + digit + head.signature.slice(place + 1);
    ledger.signed[index] = { ...head, signature };
    const from = (ledger.signed[index - 1]?.size ?? 0) + 1;
    return { alone: { fault: 'FORGED', from, until: head.size } };
  },
};
