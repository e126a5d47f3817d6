/** Ledgers in memory whose heads are signed, and what they look like as a file. */
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { ledgerExport } from '../../src/audit/export-format.js';
import { EMPTY_TREE, type Peaks, rootOf, withLeaf } from '../../src/audit/merkle-tree.js';
import { fingerprintOf, headFileText, headText, introductionText } from '../../src/audit/signed-head.js';
import type { LedgerKey, SignedHead } from '../../src/domain/evidence.js';
import { testKey } from '../evidence/test-keys.js';
import { appendTo, below, newLedger, type Random, type StoredLedger } from './tampering.js';

export const ENVIRONMENT = 'test-hub';

/** A key of a hub with everything that is known of it. */
export interface Signer {
  readonly key: LedgerKey;
  sign(text: string): string;
}

export interface SignedLedger extends StoredLedger {
  readonly signed: SignedHead[];
  readonly keys: LedgerKey[];
}

const instantOf = (size: number): Date => new Date(Date.UTC(2026, 0, 1) + size * 1_000);

const publicKeyOf = (key: KeyObject): string =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');

/** @param seed another key for each; `previous`: the key that introduces it, after so many entries */
export function signer(seed: number, previous?: { readonly by: Signer; readonly size: number }): Signer {
  const privateKey = testKey(seed);
  const publicKey = publicKeyOf(privateKey);
  const fingerprint = fingerprintOf(publicKey);
  const signText = (text: string): string => sign(null, Buffer.from(text), privateKey).toString('hex');
  const since = instantOf(previous?.size ?? 0);
  if (previous === undefined) return { key: { fingerprint, publicKey, since, introduction: null }, sign: signText };
  const { by } = previous;
  const text = introductionText({
    environment: ENVIRONMENT,
    key: fingerprint,
    previous: by.key.fingerprint,
    publicKey,
    since,
  });
  const introduction = { text, byPrevious: by.sign(text), byItself: signText(text) };
  return { key: { fingerprint, publicKey, since, introduction }, sign: signText };
}

export const HUB = signer(1);

export function signedHead(peaks: Peaks, { key, sign: signText }: Signer = HUB, environment = ENVIRONMENT): SignedHead {
  const [root, at] = [Buffer.from(rootOf(peaks)).toString('hex'), instantOf(peaks.size)];
  const said = { at, key: key.fingerprint, root, size: peaks.size };
  const text = headText({ ...said, environment });
  return { ...said, text, signature: signText(text) };
}

/** A signed head as an agency keeps it. */
export const headFile = (head: SignedHead, { key }: Signer = HUB): string =>
  headFileText({ publicKey: key.publicKey, signature: head.signature, text: head.text });

export const peaksAt = (ledger: StoredLedger, size: number): Peaks =>
  ledger.rows.slice(0, size).reduce((peaks, { leaf }) => withLeaf(peaks, leaf), EMPTY_TREE);

/** Entries, and a signed head after some of them; the last one is always signed. */
export function newSignedLedger(size: number, random: Random, hub: Signer = HUB): SignedLedger {
  const ledger: SignedLedger = { ...newLedger(0, random), signed: [], keys: [hub.key] };
  while (ledger.rows.length < size)
    appendSigned(ledger, Math.min(1 + below(random, 8), size - ledger.rows.length), random, hub);
  return ledger;
}

export function appendSigned(ledger: SignedLedger, count: number, random: Random, hub: Signer = HUB): void {
  appendTo(ledger, count, random);
  ledger.signed.push(signedHead(ledger.heads.at(-1) ?? EMPTY_TREE, hub));
}

export const copyOf = (ledger: SignedLedger): SignedLedger => ({
  rows: [...ledger.rows],
  heads: [...ledger.heads],
  signed: [...ledger.signed],
  keys: [...ledger.keys],
});

/** The ledger as `besa audit export` writes it. */
export async function exportOf(ledger: SignedLedger, from = 1): Promise<string[]> {
  const lines: string[] = [];
  const begin = peaksAt(ledger, from - 1);
  const chunk = { rows: ledger.rows.slice(from - 1), heads: [], signed: ledger.signed };
  const source = {
    environment: ENVIRONMENT,
    from,
    size: ledger.rows.length,
    keys: ledger.keys,
    begin,
    chunks: [chunk],
  };
  for await (const line of ledgerExport(source)) lines.push(line);
  return lines;
}

/** The entries between two signed heads that the one at `position` is among: as near as signatures can tell. */
export function signedGroupOf(ledger: SignedLedger, position: number): { from: number; until: number } {
  const until = ledger.signed.find(({ size }) => size >= position)?.size ?? ledger.rows.length;
  return { from: (ledger.signed.findLast(({ size }) => size < position)?.size ?? 0) + 1, until };
}
