import { hash } from 'node:crypto';
import { plainReference } from '../domain/agreement-reference.js';
import type { Basis } from '../domain/decision.js';
import type { LedgerAsk, LedgerEntry, LedgerLine } from '../domain/ledger.js';
import { contentFromPath, contentOfParts, pathToContent } from './content.js';
import { leafHash } from './merkle-tree.js';
import { entryOfParts, type Part, partOf, type RecordReference } from './parts.js';

/** How a body is laid out. Another layout gets another number; the leaf around its content stays as it is. */
export const BODY_FORMAT = 2;
/** One line, readable as a whole or not at all: how entries were kept before owners could read what concerns them. */
const WHOLE_FORMAT = 1;

/** Longer texts of a caller are cut: an entry stays readable, and the hash of all of it can still be compared. */
export const TEXT_LENGTH_MAX = 2_000;

/** What is stored of one entry beside its sequence and instant, and the hash its leaf stands for. */
export interface Body {
  /** parts, one line of canonical JSON (RFC 8785) each; no other line ends and no control characters */
  readonly body: string;
  /** 64 hex digits */
  readonly content: string;
}

/**
 * The stored text of an entry: parts with readers and salts of their own, so that an owner can be shown and proved the line
 * about its database and nothing else.
 *
 *     {"format":2,"padding":"…","part":"REQUEST","request":{"action":"READ", … },"salt":"00112233445566778899aabbccddeeff"}
 *     {"asking":{"agency":"ME-BP", … },"part":"ASKING","salt":"…"}
 *     {"part":"PERSON","person":{"justification":null,"person":"officer-7"},"salt":"…"}
 *     {"database":{"asks":[ … ],"code":"AL-BORDER-CROSSINGS","disclosed":"…","owner":"AL-BMP"},"part":"DATABASE","salt":"…"}
 *     {"part":"RECORDS","records":[[["812","3"], … ]],"salt":"…"}
 *
 * Texts of a caller are made well-formed and cut to TEXT_LENGTH_MAX; control characters are escaped. Written as shapes with
 * sorted names for JSON.stringify rather than sorted each time: this runs in every request.
 *
 * @param saltOf 32 hex digits, fresh at each call: without them, nobody can try out what a hash might stand for
 */
export function bodyOf(entry: LedgerEntry, saltOf: () => string): Body {
  const padding = saltOf();
  const first = JSON.stringify({
    format: BODY_FORMAT,
    padding,
    part: 'REQUEST',
    request: requestShape(entry),
    salt: saltOf(),
  });
  const asking = JSON.stringify({ asking: askingShape(entry), part: 'ASKING', salt: saltOf() });
  const lines = [first, asking, JSON.stringify({ part: 'PERSON', person: personShape(entry), salt: saltOf() })];
  const committed = [...lines];
  for (const [code, asked] of byDatabase(entry.asks)) {
    const records = recordsText(asked, saltOf);
    const disclosed = records === null ? null : hash('sha256', records, 'hex');
    const database = { asks: asked.map(askedShape), code, disclosed, owner: asked[0]?.line.owner ?? null };
    const text = JSON.stringify({ database, part: 'DATABASE', salt: saltOf() });
    committed.push(text);
    lines.push(text);
    if (records !== null) lines.push(records);
  }
  return { body: lines.join('\n'), content: hexOf(contentOfParts(committed, padding)) };
}

/** The parts of a body. @throws if it is none of format 2 */
export function partsOf(body: string): readonly Part[] {
  const parts = body.split('\n').map(partOf);
  if (parts[0]?.part !== 'REQUEST') throw new Error('not a ledger body of a known format');
  return parts;
}

/**
 * The entry in a stored body, whole: what its requester may read, and the records served besides.
 * @throws SyntaxError or Error if the text is no body of a known format
 */
export function entryOf(body: string): LedgerEntry {
  if (!isWhole(body)) return entryOfParts(partsOf(body));
  const { entry } = JSON.parse(body) as { readonly entry?: LedgerEntry };
  if (typeof entry !== 'object') throw new Error('not a ledger body of a known format');
  const asks = entry.asks.map((ask) => ({ ...ask, lines: ask.lines.map((line) => ({ ...line, owner: null })) }));
  return { ...entry, asks };
}

/** Is it an entry of before there were parts? Its names are sorted, so it begins with the entry itself. */
export function isWhole(body: string): boolean {
  return body.startsWith('{"entry":') && body.includes(`,"format":${WHOLE_FORMAT},"salt":"`);
}

/**
 * The hash a leaf stands for, recomputed from the body alone, 64 hex digits.
 * @throws if the text is no body, or a part says another hash of its records than they have
 */
export function contentOf(body: string): string {
  return isWhole(body) ? hash('sha256', body, 'hex') : contentOfRead(partsOf(body));
}

/** The same of a body that was read already. @throws if a part says another hash of its records than they have */
export function contentOfRead(parts: readonly Part[]): string {
  parts.forEach((part, index) => {
    const before = parts[index - 1];
    const promised = before?.part === 'DATABASE' ? before.database.disclosed : null;
    const isPromised = part.part === 'RECORDS' ? promised === hash('sha256', part.text, 'hex') : promised === null;
    if (!isPromised) throw new Error('records and the hash of them differ');
  });
  if (lastDisclosed(parts) !== null) throw new Error('records are missing');
  return hexOf(contentOfParts(committedTexts(parts), paddingOf(parts)));
}

/** Siblings from one part to the content of its entry, lowest first, hex. @throws if it is no part that has a leaf of its own */
export function pathOf(body: string, partText: string): readonly string[] {
  const parts = partsOf(body);
  return pathToContent(committedTexts(parts), paddingOf(parts), partText).map(hexOf);
}

/** The content that a part and its path lead to, 64 hex digits. @throws for a path that is not hexadecimal */
export function contentFrom(partText: string, path: readonly string[]): string {
  return hexOf(contentFromPath(partText, path.map(bytesOf)));
}

/**
 * The bytes a leaf of the tree stands for, canonical JSON again:
 *
 *     {"at":"2026-11-23T10:00:00.000Z","content":"<64 hex digits>","sequence":7}
 *
 * The database composes the same bytes, for it alone assigns `at` (UTC, milliseconds) and `sequence` (from 1). The body
 * is bound by its hash only: its layout may change, or its time of keeping end, and the leaf can still be checked.
 */
export function leafBytes(sequence: number, at: string, content: string): Uint8Array {
  return new TextEncoder().encode(`{"at":"${at}","content":"${content}","sequence":${sequence}}`);
}

/** The leaf's hash, as the ledger stores it: 32 bytes. */
export function leafOf(sequence: number, at: string, content: string): Uint8Array {
  return leafHash(leafBytes(sequence, at, content));
}

/** A RECORDS part is bound by the hash in the part before it, and is no leaf of its own. */
const committedTexts = (parts: readonly Part[]): readonly string[] =>
  parts.flatMap((part) => (part.part === 'RECORDS' ? [] : [part.text]));

function paddingOf([first]: readonly Part[]): string {
  if (first?.part !== 'REQUEST') throw new Error('not a ledger body of a known format');
  return first.padding;
}

function lastDisclosed(parts: readonly Part[]): string | null {
  const last = parts.at(-1);
  return last?.part === 'DATABASE' ? last.database.disclosed : null;
}

interface Asked {
  readonly ask: LedgerAsk;
  readonly line: LedgerLine;
}

/** What was asked of each database, in the order of its code. */
function byDatabase(asks: readonly LedgerAsk[]): readonly (readonly [string, readonly Asked[]])[] {
  const databases = new Map<string, Asked[]>();
  for (const ask of asks) {
    for (const line of ask.lines) {
      const known = databases.get(line.database);
      if (known === undefined) databases.set(line.database, [{ ask, line }]);
      else known.push({ ask, line });
    }
  }
  return [...databases].sort(([a], [b]) => (a < b ? -1 : 1));
}

function recordsText(asked: readonly Asked[], saltOf: () => string): string | null {
  if (asked.every(({ line }) => (line.disclosed?.length ?? 0) === 0)) return null;
  const records = asked.map(({ line: { disclosed = [] } }) =>
    disclosed.map(
      ({ id, version, commitment }): RecordReference =>
        commitment === undefined ? [id, version] : [id, version, commitment],
    ),
  );
  return JSON.stringify({ part: 'RECORDS', records, salt: saltOf() });
}

/* Shapes: the same content, its names in the order of RFC 8785 (by UTF-16 code units) at every level. */

function requestShape(entry: LedgerEntry) {
  return {
    action: bounded(entry.action),
    asks: entry.asks.map((ask) => ({
      action: ask.action,
      databases: ask.lines.map(({ database }) => database),
      recordType: ask.recordType,
      selectedFields: ask.selectedFields,
      touchedFields: ask.touchedFields,
      ...viewAsShape(ask),
    })),
    ...(entry.client === undefined ? {} : { client: bounded(entry.client) }),
    durationMs: entry.durationMs,
    errorCode: boundedOrNull(entry.errorCode),
    operation: { hash: boundedOrNull(entry.operation.hash), name: boundedOrNull(entry.operation.name) },
    outcome: entry.outcome,
    requestId: entry.requestId,
    subject: subjectShape(entry.subject),
  };
}

function askingShape(entry: LedgerEntry) {
  return {
    agency: boundedOrNull(entry.agency),
    purpose: boundedOrNull(entry.purpose),
    regime: boundedOrNull(entry.regime),
    roles: entry.roles,
  };
}

function personShape(entry: LedgerEntry) {
  return { justification: boundedOrNull(entry.justification), person: bounded(entry.person) };
}

function askedShape({ ask, line }: Asked) {
  return {
    action: ask.action,
    basis: line.basis.map(basisShape),
    outcome: line.outcome,
    reason: line.reason,
    recordType: ask.recordType,
    records: line.records,
    selectedFields: ask.selectedFields,
    touchedFields: ask.touchedFields,
    ...viewAsShape(ask),
  };
}

/** Both parties read it: a suffix towards one of them would tell the other that the reference stands for two agreements there. */
const basisShape = ({ agreement, article, version }: Basis): Basis => ({
  agreement: plainReference(agreement),
  article,
  version,
});

const viewAsShape = ({ viewAs }: LedgerAsk): { readonly viewAs?: string } =>
  viewAs === undefined ? {} : { viewAs: bounded(viewAs) };

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

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function bytesOf(hex: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new Error('a hash is 64 hex digits');
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
