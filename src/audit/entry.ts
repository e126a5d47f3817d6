import { hash } from 'node:crypto';
import type { LedgerAsk, LedgerEntry, LedgerLine } from '../domain/ledger.js';
import { leafHash } from './merkle-tree.js';

/** How the content of a body is laid out. Another layout gets another number; the leaf around it stays as it is. */
export const BODY_FORMAT = 1;

/** Longer texts of a caller are cut: an entry stays readable, and the hash of all of it can still be compared. */
export const TEXT_LENGTH_MAX = 2_000;

/** What is stored of one entry beside its sequence and instant; the leaf is a commitment to these exact bytes. */
export interface Body {
  readonly entry: LedgerEntry;
  readonly format: number;
  /** random, 32 hex digits: without it, nobody can try out what a leaf might stand for */
  readonly salt: string;
}

/**
 * The stored text of an entry: canonical JSON (RFC 8785), so that whoever holds the entry and its salt gets the same bytes.
 *
 *     {"entry":{"action":"READ","agency":"ME-BP", … },"format":1,"salt":"00112233445566778899aabbccddeeff"}
 *
 * Texts are made well-formed and cut to TEXT_LENGTH_MAX; control characters and line ends are escaped, so one entry is one
 * line. Written as a shape with sorted names for JSON.stringify rather than sorted each time: this runs in every request.
 *
 * @param salt 32 hex digits
 */
export function bodyOf(entry: LedgerEntry, salt: string): string {
  return JSON.stringify({ entry: shapeOf(entry), format: BODY_FORMAT, salt });
}

/**
 * The entry in a stored body.
 * @throws SyntaxError or Error if the text is no body of a known format
 */
export function entryOf(body: string): LedgerEntry {
  const read = JSON.parse(body) as Partial<Body> | null;
  if (read?.format !== BODY_FORMAT || typeof read.entry !== 'object')
    throw new Error('not a ledger body of a known format');
  return read.entry;
}

/**
 * The bytes a leaf of the tree stands for, canonical JSON again:
 *
 *     {"at":"2026-11-23T10:00:00.000Z","content":"<SHA-256 of the body, hex>","sequence":7}
 *
 * The database composes the same bytes, for it alone assigns `at` (UTC, milliseconds) and `sequence` (from 1). The body
 * is bound by its hash only: its layout may change, or its time of keeping end, and the leaf can still be checked.
 */
export function leafBytes(sequence: number, at: string, body: string): Uint8Array {
  const content = hash('sha256', body, 'hex');
  return new TextEncoder().encode(`{"at":"${at}","content":"${content}","sequence":${sequence}}`);
}

/** The leaf's hash, as the ledger stores it: 32 bytes. */
export function leafOf(sequence: number, at: string, body: string): Uint8Array {
  return leafHash(leafBytes(sequence, at, body));
}

/** The same entry, its names in the order of RFC 8785 (by UTF-16 code units) at every level. */
function shapeOf(entry: LedgerEntry): LedgerEntry {
  return {
    action: bounded(entry.action),
    agency: boundedOrNull(entry.agency),
    asks: entry.asks.map(askShape),
    durationMs: entry.durationMs,
    errorCode: boundedOrNull(entry.errorCode),
    justification: boundedOrNull(entry.justification),
    operation: { hash: boundedOrNull(entry.operation.hash), name: boundedOrNull(entry.operation.name) },
    outcome: entry.outcome,
    person: bounded(entry.person),
    purpose: boundedOrNull(entry.purpose),
    regime: boundedOrNull(entry.regime),
    requestId: entry.requestId,
    roles: entry.roles,
    subject: subjectShape(entry.subject),
  };
}

function askShape(ask: LedgerAsk): LedgerAsk {
  return {
    action: ask.action,
    lines: ask.lines.map(lineShape),
    recordType: ask.recordType,
    selectedFields: ask.selectedFields,
    touchedFields: ask.touchedFields,
    ...(ask.viewAs === undefined ? {} : { viewAs: bounded(ask.viewAs) }),
  };
}

function lineShape(line: LedgerLine): LedgerLine {
  return {
    basis: line.basis.map(({ agreement, article, version }) => ({ agreement, article, version })),
    database: line.database,
    outcome: line.outcome,
    reason: line.reason,
    records: line.records,
  };
}

function subjectShape(subject: LedgerEntry['subject']): LedgerEntry['subject'] {
  const sorted = Object.entries(subject)
    .map(([name, value]) => [bounded(name), typeof value === 'string' ? bounded(value) : value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  // Names made of digits would be moved to the front by the language itself and break the canonical order.
  if (sorted.some(([name]) => /^\d+$/.test(name))) throw new Error('a name in a ledger subject is a number');
  return Object.fromEntries(sorted);
}

function boundedOrNull(text: string | null): string | null {
  return text === null ? null : bounded(text);
}

/** `text` well-formed, and if it is too long its beginning with the SHA-256 of the whole. */
function bounded(text: string): string {
  const whole = text.replace(/\p{Surrogate}/gu, '\uFFFD');
  if (whole.length <= TEXT_LENGTH_MAX) return whole;
  const beginning = whole.slice(0, TEXT_LENGTH_MAX).replace(/\p{Surrogate}/gu, '');
  return `${beginning}… (${whole.length} characters, SHA-256 ${hash('sha256', whole, 'hex')})`;
}
