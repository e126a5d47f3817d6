import { entryOf, leafOf } from './entry.js';
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
  /** `position`: sequence of the first entry that is not vouched for */
  | { readonly kind: 'BROKEN'; readonly position: number; readonly fault: Fault; readonly explanation: string };

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
  /** size of the last head that agreed, and whether a head was there at all */
  #vouchedSize = 0;
  #headSize = -1;
  #witnesses: Witness[];
  /** heads whose entries have not come yet */
  #heads: Peaks[] = [];

  constructor(witnesses: readonly Witness[]) {
    this.#witnesses = [...witnesses];
  }

  check(chunk: LedgerChunk): Broken | null {
    this.#heads.push(...chunk.heads);
    const early = this.#compareHeads();
    if (early !== null) return early;
    for (const row of chunk.rows) {
      const broken = this.#checkRow(row) ?? this.#compareHeads();
      if (broken !== null) return broken;
    }
    return null;
  }

  conclude(): Verdict {
    const { size } = this.#peaks;
    const promised = this.#heads.at(-1)?.size ?? this.#witnesses.at(-1)?.size;
    if (promised !== undefined && promised > size) {
      return broken(size + 1, 'MISSING', `a head counts ${promised} entries and only ${size} are there`);
    }
    if (this.#headSize < size) {
      return broken(
        this.#vouchedSize + 1,
        'ADDED',
        `no head counts the entries from ${this.#vouchedSize + 1} to ${size}`,
      );
    }
    return { kind: 'INTACT', size, root: hex(rootOf(this.#peaks)) };
  }

  #checkRow(row: LedgerRow): Broken | null {
    const expected = this.#peaks.size + 1;
    if (row.sequence > expected) return broken(expected, 'MISSING', `after ${expected - 1} comes ${row.sequence}`);
    if (row.sequence < expected) return broken(row.sequence, 'ADDED', `there is more than one entry ${row.sequence}`);
    const leaf = leafOf(row.sequence, row.at, row.body);
    if (!areEqual(leaf, row.leaf))
      return broken(expected, 'CHANGED', 'the stored leaf does not stand for the stored entry');
    if (!agreesWithBody(row))
      return broken(expected, 'CHANGED', 'agency or request id beside the entry is not its own');
    this.#peaks = withLeaf(this.#peaks, leaf);
    return null;
  }

  /** Everything that speaks of the tree at exactly its present size. */
  #compareHeads(): Broken | null {
    const { size, hashes } = this.#peaks;
    for (let head = this.#heads[0]; head !== undefined && head.size <= size; head = this.#heads[0]) {
      this.#heads.shift();
      const isSame = head.size === size && head.hashes.length === hashes.length;
      if (!isSame || !head.hashes.every((peak, index) => areEqual(peak, hashes[index]))) {
        return this.#rewritten(head.size, 'the head kept beside the entries');
      }
      this.#vouchedSize = size;
      this.#headSize = size;
    }
    for (
      let witness = this.#witnesses[0];
      witness !== undefined && witness.size <= size;
      witness = this.#witnesses[0]
    ) {
      this.#witnesses.shift();
      if (witness.size !== size || witness.root !== hex(rootOf(this.#peaks))) {
        // Heads that stand beside the entries agreed with them all along: only earlier witnesses narrow it down.
        return broken(1, 'REWRITTEN', `the witness of ${witness.size} entries saw others than are here now`);
      }
    }
    return null;
  }

  #rewritten(headSize: number, what: string): Broken {
    const from = this.#vouchedSize + 1;
    return broken(Math.min(from, headSize), 'REWRITTEN', `${what} saw other entries between ${from} and ${headSize}`);
  }
}

function broken(position: number, fault: Fault, explanation: string): Broken {
  return { kind: 'BROKEN', position, fault, explanation };
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
