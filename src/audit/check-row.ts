import { contentOf, contentOfRead, entryOf, isWhole, leafOf, partsOf } from './entry.js';
import type { Part } from './parts.js';
import type { Fault } from './verdict.js';

/** An entry exactly as stored. */
export interface LedgerRow {
  readonly sequence: number;
  /** UTC with milliseconds: `2026-11-23T10:00:00.000Z` */
  readonly at: string;
  /** columns it is found by, absent in exports: no part of the leaf, and checked against the body that is */
  readonly agency?: string | null;
  readonly requestId?: string;
  /** null: in an archive; then the leaf alone is here */
  readonly body: string | null;
  readonly leaf: Uint8Array;
}

export interface RowFault {
  readonly fault: Extract<Fault, 'CHANGED' | 'MOVED'>;
  readonly explanation: string;
}

/**
 * What is wrong with an entry by itself: its text against its leaf, and the columns beside it; null if nothing.
 *
 * @param sizeMax entries of the ledger: one that was moved is looked for among so many places; 0 = it is not looked for
 */
export function faultOfRow(row: LedgerRow, sizeMax: number): RowFault | null {
  if (row.body === null) return null;
  const read = readBody(row.body);
  if (read === null) return changed('what is stored is no entry');
  if (!areEqual(leafOf(row.sequence, row.at, read.content), row.leaf)) return moved(row, read.content, sizeMax);
  if (row.requestId !== undefined && (row.requestId !== read.requestId || row.agency !== read.agency))
    return changed('agency or request id beside the entry is not its own');
  return null;
}

export function areEqual(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index]);
}

interface ReadBody {
  readonly content: string;
  readonly requestId: string;
  readonly agency: string | null;
}

/** null if the text is no entry. */
function readBody(body: string): ReadBody | null {
  try {
    if (isWhole(body)) {
      const { requestId, agency } = entryOf(body);
      return { content: contentOf(body), requestId, agency };
    }
    const parts = partsOf(body);
    const [request, asking, person] = parts;
    if (request?.part !== 'REQUEST' || asking?.part !== 'ASKING' || person?.part !== 'PERSON' || !isInOrder(parts))
      return null;
    const { requestId } = request.request;
    return { content: contentOfRead(parts), requestId, agency: asking.asking.agency };
  } catch {
    return null;
  }
}

/** The content does not say in which order the parts stand; that they have one order only makes the text one with its hash. */
function isInOrder(parts: readonly Part[]): boolean {
  let last: string | null = null;
  for (const part of parts.slice(3)) {
    if (part.part === 'RECORDS') continue;
    if (part.part !== 'DATABASE' || (last !== null && part.database.code <= last)) return false;
    last = part.database.code;
  }
  return true;
}

/** The stored leaf does not stand for the entry here; does it stand for the same entry elsewhere? Nearest places first. */
function moved({ sequence, at, leaf }: LedgerRow, content: string, sizeMax: number): RowFault {
  for (let distance = 1; distance < sizeMax; distance += 1) {
    for (const other of [sequence + distance, sequence - distance]) {
      if (other < 1 || other > sizeMax || !areEqual(leafOf(other, at, content), leaf)) continue;
      return { fault: 'MOVED', explanation: `the entry that was appended as ${other} stands here` };
    }
  }
  return changed('the stored leaf does not stand for the stored entry');
}

const changed = (explanation: string): RowFault => ({ fault: 'CHANGED', explanation });
