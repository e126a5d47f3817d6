import { contentOf, entryOf, leafOf } from './entry.js';
import { EMPTY_TREE, type Peaks, rootOf, withLeaf } from './merkle-tree.js';

/** An entry exactly as stored. */
export interface LedgerRow {
  readonly sequence: number;
  /** UTC with milliseconds: `2026-11-23T10:00:00.000Z` */
  readonly at: string;
  readonly agency: string | null;
  readonly requestId: string;
  readonly body: string;
  readonly leaf: Uint8Array;
}

/** Entries in order of sequence, and the stored heads of the sizes these entries reach, in order of size. */
export interface LedgerChunk {
  readonly rows: readonly LedgerRow[];
  readonly heads: readonly Peaks[];
}

/** The whole ledger as of one instant, whatever is appended meanwhile. */
export interface LedgerReading {
  /** entries, as the newest head counts them */
  readonly size: number;
  /** from the first entry on; to be read once */
  readonly chunks: AsyncIterable<LedgerChunk>;
}

/** A head somebody kept outside the hub: what `besa audit verify` printed earlier. */
export interface Witness {
  readonly size: number;
  /** hex */
  readonly root: string;
}

/**
 * - `CHANGED`   the stored entry is not the one its leaf stands for
 * - `MISSING`   the entry is not there
 * - `ADDED`     the entry is there, and no head of the tree counts it
 * - `REWRITTEN` entry and leaf agree, and a head says the leaf was another one; the first such entry is at `position` or
 *   later, up to the size of that head
 */
export type Fault = 'CHANGED' | 'MISSING' | 'ADDED' | 'REWRITTEN';

export type Verdict =
  | { readonly kind: 'INTACT'; readonly size: number; readonly root: string }
  /** `position`: sequence of the first entry that is not vouched for; the fault is there, or later up to `until` */
  | {
      readonly kind: 'BROKEN';
      readonly position: number;
      readonly until: number;
      readonly fault: Fault;
      readonly explanation: string;
    };

type Broken = Extract<Verdict, { readonly kind: 'BROKEN' }>;

/**
 * Whether a ledger is what was appended: every leaf is recomputed from what is stored, every stored head from the leaves,
 * and compared with the heads that were kept elsewhere. The first fault ends the check.
 *
 * Whoever can rewrite entries, leaves *and* heads is found by a witness only.
 *
 * @param chunks the whole ledger from its first entry, in order
 * @param witnesses ordered by size
 * @throws what `chunks` throws
 */
export async function verify(
  chunks: AsyncIterable<LedgerChunk> | Iterable<LedgerChunk>,
  witnesses: readonly Witness[] = [],
): Promise<Verdict> {
  const verifier = new Verifier(witnesses);
  for await (const chunk of chunks) {
    const broken = verifier.check(chunk);
    if (broken !== null) return broken;
  }
  return verifier.conclude();
}

class Verifier {
  #peaks: Peaks = EMPTY_TREE;
  /** sizes of the last head and the last witness that agreed */
  #vouchedSize = 0;
  #witnessedSize = 0;
  /** a ledger without any head has lost them: the empty one has its own */
  #hasHead = false;
  /** those whose entries have not come yet */
  #heads: Peaks[] = [];
  readonly #witnesses: Witness[];

  constructor(witnesses: readonly Witness[]) {
    this.#witnesses = [...witnesses];
  }

  check(chunk: LedgerChunk): Broken | null {
    this.#heads.push(...chunk.heads);
    const early = this.#compare();
    if (early !== null) return early;
    for (const row of chunk.rows) {
      const fault = this.#append(row) ?? this.#compare();
      if (fault !== null) return fault;
    }
    return null;
  }

  conclude(): Verdict {
    const { size } = this.#peaks;
    const promised = Math.max(this.#heads.at(-1)?.size ?? 0, this.#witnesses.at(-1)?.size ?? 0);
    if (promised > size) {
      return broken('MISSING', size + 1, promised, `a head counts ${promised} entries and only ${size} are there`);
    }
    if (!this.#hasHead || this.#vouchedSize < size) {
      const from = this.#vouchedSize + 1;
      return broken('ADDED', from, Math.max(from, size), `no head counts the entries from ${from} on`);
    }
    return { kind: 'INTACT', size, root: hex(rootOf(this.#peaks)) };
  }

  #append(row: LedgerRow): Broken | null {
    const next = this.#peaks.size + 1;
    if (row.sequence > next) return brokenAt(next, 'MISSING', `after ${next - 1} comes ${row.sequence}`);
    if (row.sequence < next) return brokenAt(row.sequence, 'ADDED', `there is more than one entry ${row.sequence}`);
    const leaf = leafOfRow(row);
    if (leaf === null || !areEqual(leaf, row.leaf))
      return brokenAt(next, 'CHANGED', 'the stored leaf does not stand for the stored entry');
    if (!agreesWithBody(row)) return brokenAt(next, 'CHANGED', 'agency or request id beside the entry is not its own');
    this.#peaks = withLeaf(this.#peaks, leaf);
    return null;
  }

  /** Everything that speaks of the tree at exactly its present size. */
  #compare(): Broken | null {
    const { size } = this.#peaks;
    for (const head of taken(this.#heads, size)) {
      if (!isSameTree(head, this.#peaks)) return rewritten(this.#vouchedSize, head.size, 'the head kept beside them');
      this.#vouchedSize = size;
      this.#hasHead = true;
    }
    for (const witness of taken(this.#witnesses, size)) {
      // The heads agreed all along, so they were rewritten too: only an earlier witness narrows it down.
      if (witness.root !== hex(rootOf(this.#peaks))) return rewritten(this.#witnessedSize, witness.size, 'the witness');
      this.#witnessedSize = size;
    }
    return null;
  }
}

/** Takes those off the front of a list ordered by size that the tree has reached. */
function taken<T extends { readonly size: number }>(list: T[], size: number): readonly T[] {
  const later = list.findIndex((item) => item.size > size);
  return list.splice(0, later === -1 ? list.length : later);
}

function isSameTree(a: Peaks, b: Peaks): boolean {
  return (
    a.size === b.size && a.hashes.length === b.hashes.length && a.hashes.every((peak, i) => areEqual(peak, b.hashes[i]))
  );
}

function rewritten(vouchedSize: number, size: number, by: string): Broken {
  const from = Math.min(vouchedSize + 1, Math.max(size, 1));
  return broken('REWRITTEN', from, Math.max(size, 1), `${by} saw other entries from ${from} to ${size}`);
}

function brokenAt(position: number, fault: Fault, explanation: string): Broken {
  return broken(fault, position, position, explanation);
}

function broken(fault: Fault, position: number, until: number, explanation: string): Broken {
  return { kind: 'BROKEN', position, until, fault, explanation };
}

/** null if the body is none */
function leafOfRow({ sequence, at, body }: LedgerRow): Uint8Array | null {
  try {
    return leafOf(sequence, at, contentOf(body));
  } catch {
    return null;
  }
}

/** The columns entries are found by are no part of the leaf, so they are compared with the body that is. */
function agreesWithBody(row: LedgerRow): boolean {
  try {
    const entry = entryOf(row.body);
    return entry.requestId === row.requestId && entry.agency === row.agency;
  } catch {
    return false;
  }
}

function areEqual(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
