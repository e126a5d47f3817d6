/**
 * One agency's view of the ledger as a file: NDJSON, one canonical JSON object (RFC 8785) a line, each entry with its own proof.
 *
 *     {"environment":"tirana-2024","export":"VIEW","format":1,"head":{"publicKey":"…","signature":"…","text":"…"},"keys":[…],"viewer":"AL-BMP"}
 *     {"at":"…Z","inclusion":["…"],"parts":[{"path":["…"],"text":"…"}],"records":["…"],"sequence":7}
 *     {"at":"…Z","inclusion":["…"],"sequence":3,"whole":"…"}        an own entry of before there were parts
 *     {"end":{"count":2,"digest":"…"},"signature":{"key":"…","publicKey":"…","signature":"…","text":"…"}}
 *
 * A part and its path lead to the entry's content, content and instant to its leaf, leaf and `inclusion` to the root of `head`.
 * `records` hold raw ids; each is bound by the hash in the part of its database. `digest` is over all lines before, with their
 * ends, so that none can be taken out; the signature is the hub's, over a text that names it.
 */
import { createHash } from 'node:crypto';
import type { ExportSeal, LedgerKey } from '../domain/evidence.js';
import type { VisibleEntry } from '../domain/ledger-view.js';
import { canonicalJson, type JsonValue } from '../support/canonical-json.js';
import { type HeadFile, headFrom, ledgerKeyJson, readLedgerKey } from './signed-head.js';

export const VIEW_EXPORT = 'VIEW';
export const VIEW_EXPORT_FORMAT = 1;

export interface ViewHeader {
  readonly environment: string;
  /** code of the agency whose view it is */
  readonly viewer: string;
  readonly keys: readonly LedgerKey[];
  /** the tree all proofs lead to */
  readonly head: HeadFile;
}

/** An entry as it is proved to one agency. `at`: UTC with milliseconds; `inclusion`: hex. */
export interface ProvedEntry extends Pick<VisibleEntry, 'sequence' | 'whole' | 'parts' | 'records'> {
  readonly at: string;
  readonly inclusion: readonly string[];
}

export interface ViewEnd {
  readonly count: number;
  readonly seal: ExportSeal;
}

/** SHA-256 over lines with their ends. */
export class LineDigest {
  readonly #hash = createHash('sha256');

  /** @param line without its end */
  add(line: string): void {
    this.#hash.update(line).update('\n');
  }

  /** 64 hex digits; nothing can be added after it */
  hex(): string {
    return this.#hash.digest('hex');
  }
}

/** The first line. @param more further names that say how the view was asked for, such as its filter */
export function viewHeaderLine(header: ViewHeader, more: Readonly<Record<string, JsonValue>> = {}): string {
  const { environment, viewer, keys, head } = header;
  const { publicKey, signature, text } = head;
  return canonicalJson({
    ...more,
    environment,
    export: VIEW_EXPORT,
    format: VIEW_EXPORT_FORMAT,
    head: { publicKey, signature, text },
    keys: keys.map(ledgerKeyJson),
    viewer,
  });
}

/** The line of an entry; names sorted by hand, for a view may have a million of them. */
export function viewEntryLine({ at, inclusion, sequence, whole, parts, records }: ProvedEntry): string {
  if (whole !== null) return JSON.stringify({ at, inclusion, sequence, whole });
  return JSON.stringify({ at, inclusion, parts: parts.map(({ path, text }) => ({ path, text })), records, sequence });
}

/** The last line. */
export function viewEndLine({ count, seal }: ViewEnd): string {
  const { digest, key, publicKey, signature, text } = seal;
  return canonicalJson({ end: { count, digest }, signature: { key, publicKey, signature, text } });
}

/** @throws Error with a plain message if it is no first line that is known */
export function readViewHeader(read: Readonly<Record<string, unknown>>): ViewHeader {
  const { environment, format, head, keys, viewer } = read;
  if (format !== VIEW_EXPORT_FORMAT) throw new Error('the export is of a format that is not known');
  if (typeof environment !== 'string' || typeof viewer !== 'string' || !Array.isArray(keys))
    throw new Error('the first line of an export says hub, agency and keys');
  const parsed = headFrom((head ?? {}) as Readonly<Record<string, unknown>>);
  return { environment, viewer, keys: keys.map(readLedgerKey), head: parsed };
}

/** @throws Error with a plain message if it is no entry of a view */
export function readViewEntry(read: Readonly<Record<string, unknown>>): ProvedEntry {
  const { at, inclusion, sequence, whole = null, parts = [], records = [] } = read;
  const isWhole = isText(whole) && read.parts === undefined && read.records === undefined;
  if (typeof at !== 'string' || !isSequence(sequence) || !isTexts(inclusion) || !isTexts(records) || !isParts(parts))
    throw new Error('an entry of a view has sequence, instant, parts and proof');
  if (isWhole === parts.length > 0) throw new Error('an entry of a view is whole, or has parts');
  return { at, inclusion, sequence, whole: isWhole ? whole : null, parts, records };
}

/** @throws Error with a plain message if it is no end of a view */
export function readViewEnd(read: Readonly<Record<string, unknown>>): ViewEnd {
  const { count, digest } = (read.end ?? {}) as Partial<Record<string, unknown>>;
  const { key, publicKey, signature, text } = (read.signature ?? {}) as Partial<Record<string, unknown>>;
  if (typeof count !== 'number' || ![digest, key, publicKey, signature, text].every(isText))
    throw new Error('the end of a view has count, digest and signature');
  return { count, seal: { digest, key, publicKey, signature, text } as ExportSeal };
}

const isText = (value: unknown): value is string => typeof value === 'string';

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

const isSequence = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

const isParts = (value: unknown): value is ProvedEntry['parts'] =>
  Array.isArray(value) && value.every((part) => isText(part?.text) && isTexts(part?.path));
