/**
 * The whole ledger as a file: NDJSON, one canonical JSON object (RFC 8785) a line.
 *
 *     {"environment":"tirana-2024","export":"LEDGER","format":1,"from":1,"keys":[…],"peaks":[],"size":3}
 *     {"at":"2026-11-24T10:00:00.000Z","body":"…","leaf":"…","sequence":1}        a line per entry, in order
 *     {"head":{"publicKey":"…","signature":"…","text":"…"}}                       each behind the last entry it counts
 *     {"end":{"root":"…","signedHead":{…},"size":3}}
 *
 * `peaks`: the tree before entry `from`, so that a part of the ledger can be checked by itself. `body` is null where the text is
 * in an archive. `signedHead`: the signed head of exactly this many entries once more, null = there is none.
 */
import type { LedgerKey, SignedHead } from '../domain/evidence.js';
import { canonicalJson } from '../support/canonical-json.js';
import type { LedgerRow } from './check-row.js';
import { type Peaks, rootOf, withLeaf } from './merkle-tree.js';
import { headFrom, ledgerKeyJson, readLedgerKey } from './signed-head.js';
import type { LedgerChunk } from './verify.js';

export const LEDGER_EXPORT = 'LEDGER';
export const LEDGER_EXPORT_FORMAT = 1;

export interface LedgerExportHeader {
  readonly environment: string;
  /** sequence of the first entry in the file */
  readonly from: number;
  /** sequence of the last one; `from - 1` if there is none */
  readonly size: number;
  /** keys of the signed heads, believed or not */
  readonly keys: readonly LedgerKey[];
  /** the tree of the `from - 1` entries before */
  readonly begin: Peaks;
}

/** What an export is made of. */
export interface LedgerExportSource extends LedgerExportHeader {
  /** entries from `from` on, to `size` or further; kept heads in it are not exported, for they are signed by nobody */
  readonly chunks: AsyncIterable<LedgerChunk> | Iterable<LedgerChunk>;
}

export interface LedgerExportEnd {
  readonly size: number;
  /** hex */
  readonly root: string;
  readonly signedHead: SignedHead | null;
}

export type LedgerExportLine =
  | { readonly kind: 'ENTRY'; readonly row: LedgerRow }
  | { readonly kind: 'HEAD'; readonly head: SignedHead }
  | { readonly kind: 'END'; readonly end: LedgerExportEnd };

/**
 * The lines of an export, without their ends, as they come; nothing is checked, and nothing held back longer than a chunk.
 * @throws what `chunks` throws; Error if they end before `size`
 */
export async function* ledgerExport(source: LedgerExportSource): AsyncGenerator<string> {
  yield headerText(source);
  let peaks = source.begin;
  let newest: HeadTexts | null = null;
  let newestSize = -1;
  const publicKeys = new Map(source.keys.map(({ fingerprint, publicKey }) => [fingerprint, publicKey]));
  let waiting: SignedHead[] = [];
  const heads = function* () {
    for (const head of waiting.filter(({ size }) => size <= peaks.size)) {
      newest = headTexts(head, publicKeys.get(head.key));
      newestSize = head.size;
      yield canonicalJson({ head: newest });
    }
    waiting = waiting.filter(({ size }) => size > peaks.size);
  };
  for await (const { rows, signed = [] } of source.chunks) {
    // Heads of the tree before this part are the business of the part before.
    waiting.push(...signed.filter(({ size }) => size >= source.from - 1));
    yield* heads();
    for (const row of rows) {
      if (peaks.size === source.size) break;
      yield entryLine(row);
      peaks = withLeaf(peaks, row.leaf);
      if (waiting.length > 0) yield* heads();
    }
    if (peaks.size === source.size) break;
  }
  if (peaks.size < source.size) throw new Error(`only ${peaks.size} of ${source.size} entries are there`);
  const signedHead = newestSize === peaks.size ? newest : null;
  yield canonicalJson({ end: { root: hexOf(rootOf(peaks)), signedHead, size: peaks.size } });
}

function headerText({ environment, from, size, keys, begin }: LedgerExportHeader): string {
  return canonicalJson({
    environment,
    export: LEDGER_EXPORT,
    format: LEDGER_EXPORT_FORMAT,
    from,
    keys: keys.map(ledgerKeyJson),
    peaks: begin.hashes.map(hexOf),
    size,
  });
}

/** Written as a shape with sorted names: canonical JSON of texts and numbers, and faster than sorting a million times. */
const entryLine = ({ at, body, leaf, sequence }: LedgerRow): string =>
  JSON.stringify({ at, body, leaf: hexOf(leaf), sequence });

type HeadTexts = Readonly<Record<'publicKey' | 'signature' | 'text', string>>;

/** A key that is nowhere leaves a head nobody can check; the zeros are no key, so the verifier says so. */
const headTexts = ({ signature, text }: SignedHead, publicKey: string | undefined): HeadTexts => ({
  publicKey: publicKey ?? '0'.repeat(64),
  signature,
  text,
});

/**
 * The first line of an export.
 * @throws Error with a plain message if it is none that is known
 */
export function readLedgerHeader(read: Readonly<Record<string, unknown>>): LedgerExportHeader {
  const { environment, format, from, keys, peaks, size } = read;
  if (format !== LEDGER_EXPORT_FORMAT) throw new Error('the export is of a format that is not known');
  if (typeof environment !== 'string' || !isCount(from) || from < 1 || !isCount(size) || size < from - 1)
    throw new Error('the first line of an export says hub, first and last entry');
  if (!Array.isArray(keys) || !Array.isArray(peaks) || !peaks.every(isHash))
    throw new Error('the first line of an export holds keys and the tree before');
  const ones = (from - 1).toString(2).replaceAll('0', '').length;
  if (peaks.length !== ones) throw new Error(`the tree of ${from - 1} entries has ${ones} peaks`);
  return {
    environment,
    from,
    size,
    keys: keys.map(readLedgerKey),
    begin: { size: from - 1, hashes: peaks.map(bytesOf) },
  };
}

/**
 * Any other line of an export.
 * @throws Error with a plain message if it is none
 */
export function readLedgerLine(text: string): LedgerExportLine {
  const read = objectIn(text);
  if (read.sequence !== undefined) return { kind: 'ENTRY', row: rowFrom(read) };
  if (read.head !== undefined) return { kind: 'HEAD', head: headFrom(read.head as Readonly<Record<string, unknown>>) };
  if (read.end !== undefined) return { kind: 'END', end: endFrom(read.end as Readonly<Record<string, unknown>>) };
  throw new Error('the line is neither entry nor head nor end of an export');
}

/** @throws Error with a plain message if the line is no JSON object */
export function objectIn(text: string): Readonly<Record<string, unknown>> {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new Error('the line is no JSON object');
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw new Error('the line is no JSON object');
  return read as Readonly<Record<string, unknown>>;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function rowFrom({ at, body, leaf, sequence }: Readonly<Record<string, unknown>>): LedgerRow {
  if (!isCount(sequence) || typeof at !== 'string' || !INSTANT.test(at) || !isHash(leaf))
    throw new Error('an entry of an export has sequence, instant, text and leaf');
  if (body !== null && typeof body !== 'string') throw new Error('the text of an entry is a text');
  return { sequence, at, body, leaf: bytesOf(leaf) };
}

function endFrom({ root, signedHead, size }: Readonly<Record<string, unknown>>): LedgerExportEnd {
  if (!isHash(root) || !isCount(size) || typeof signedHead !== 'object')
    throw new Error('the end of an export says size, root and signed head');
  return { root, size, signedHead: signedHead === null ? null : headFrom(signedHead) };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
