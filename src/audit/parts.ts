import type { DisclosedRecord } from '../domain/evidence.js';
import type { LedgerAsk, LedgerEntry, LedgerLine } from '../domain/ledger.js';

/** Which agency asked, and what for: for the requester's eyes and those of every owner whose database was asked. */
export type Asking = Pick<LedgerEntry, 'agency' | 'purpose' | 'regime' | 'roles'>;

/** Who it was, and the reason in that person's words: not for owners with whom nothing was ever agreed. */
export type AskingPerson = Pick<LedgerEntry, 'justification' | 'person'>;

/** What is the requester's alone. `databases`: codes of the lines of each ask, in their order. */
export interface RequestPart
  extends Pick<LedgerEntry, 'action' | 'client' | 'durationMs' | 'errorCode' | 'operation' | 'outcome'> {
  readonly asks: readonly (Omit<LedgerAsk, 'lines'> & { readonly databases: readonly string[] })[];
  readonly requestId: string;
  readonly subject: LedgerEntry['subject'];
}

/** What was asked of one database, and what it gave: for the requester's eyes and its owner's. */
export interface DatabasePart {
  readonly asks: readonly (Omit<LedgerAsk, 'lines'> & Omit<LedgerLine, 'database' | 'owner' | 'disclosed'>)[];
  readonly code: string;
  /** SHA-256 of the RECORDS part behind it, hexadecimal; null = no record was served */
  readonly disclosed: string | null;
  readonly owner: string | null;
}

/** Raw id, version, and the commitment where a clause asks for one. */
export type RecordReference = readonly [id: string, version: number, commitment?: string];

/** A piece of an entry with readers of its own. `text`: its exact bytes as stored. */
export type Part =
  | { readonly part: 'REQUEST'; readonly text: string; readonly padding: string; readonly request: RequestPart }
  | { readonly part: 'ASKING'; readonly text: string; readonly asking: Asking }
  | { readonly part: 'PERSON'; readonly text: string; readonly person: AskingPerson }
  | { readonly part: 'DATABASE'; readonly text: string; readonly database: DatabasePart }
  /** of the DATABASE part before it: one list per ask; its owner's alone, for it holds raw ids */
  | { readonly part: 'RECORDS'; readonly text: string; readonly records: readonly (readonly RecordReference[])[] };

/** @throws Error or SyntaxError if a line is no part */
export function partOf(text: string): Part {
  const read = JSON.parse(text) as Partial<Record<string, unknown>> | null;
  const isPart =
    (read?.part === 'REQUEST' && isObject(read.request) && typeof read.padding === 'string') ||
    (read?.part === 'ASKING' && isObject(read.asking)) ||
    (read?.part === 'PERSON' && isObject(read.person)) ||
    (read?.part === 'DATABASE' && isObject(read.database)) ||
    (read?.part === 'RECORDS' && Array.isArray(read.records));
  if (!isPart) throw new Error('not a part of a ledger entry');
  return { ...(read as unknown as Part), text };
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The entry its parts tell of, whoever may read which of them. @throws if one is missing */
export function entryOfParts(parts: readonly Part[]): LedgerEntry {
  const request = parts.find((part) => part.part === 'REQUEST')?.request;
  const asking = parts.find((part) => part.part === 'ASKING')?.asking;
  const person = parts.find((part) => part.part === 'PERSON')?.person;
  if (request === undefined || asking === undefined || person === undefined)
    throw new Error('a part of the ledger entry is missing');
  const lines = linesByDatabase(parts);
  const asks = request.asks.map(({ databases, ...ask }): LedgerAsk => {
    const own = databases.map((code) => {
      const line = lines.get(code)?.shift();
      if (line === undefined) throw new Error('a line of the ledger entry is missing');
      return line;
    });
    return { ...ask, lines: own };
  });
  return { ...request, ...asking, ...person, asks };
}

function linesByDatabase(parts: readonly Part[]): Map<string, LedgerLine[]> {
  const byDatabase = new Map<string, LedgerLine[]>();
  parts.forEach((part, index) => {
    if (part.part !== 'DATABASE') return;
    const { asks, code, disclosed, owner } = part.database;
    const next = parts[index + 1];
    const records = disclosed !== null && next?.part === 'RECORDS' ? next.records : [];
    const lines = asks.map(({ basis, outcome, reason, records: count }, place): LedgerLine => {
      const served = (records[place] ?? []).map(recordOf);
      const line = { database: code, owner, outcome, reason, basis, records: count };
      return served.length === 0 ? line : { ...line, disclosed: served };
    });
    byDatabase.set(code, lines);
  });
  return byDatabase;
}

const recordOf = ([id, version, commitment]: RecordReference): DisclosedRecord =>
  commitment === undefined ? { id, version } : { id, version, commitment };
