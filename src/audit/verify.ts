import type { LedgerKey, SignedHead } from '../domain/evidence.js';
import { areEqual, faultOfRow, type LedgerRow } from './check-row.js';
import { EMPTY_TREE, type Peaks, rootOf, withLeaf } from './merkle-tree.js';
import { type Broken, broken, brokenAt, type Intact, type Verdict } from './verdict.js';

export type { LedgerRow } from './check-row.js';
export type { Fault, Verdict } from './verdict.js';

/** Entries in order of sequence, and the stored heads of the sizes these entries reach, in order of size. */
export interface LedgerChunk {
  readonly rows: readonly LedgerRow[];
  readonly heads: readonly Peaks[];
  /** absent = none */
  readonly signed?: readonly SignedHead[];
}

/** The whole ledger as of one instant, whatever is appended meanwhile. */
export interface LedgerReading {
  /** entries, as the newest head counts them */
  readonly size: number;
  /** from the first entry on; to be read once */
  readonly chunks: AsyncIterable<LedgerChunk>;
  /** of signed heads, as they are stored: not yet believed */
  readonly keys: readonly LedgerKey[];
  /** does an archive hold the text of this entry? */
  readonly isArchived: (sequence: number) => boolean;
  /** the tree of so many entries, recomputed from their leaves, and the entries behind it; to be read once, instead of `chunks` */
  behind(size: number): Promise<{ readonly begin: Peaks; readonly chunks: AsyncIterable<LedgerChunk> }>;
}

/** A head somebody kept outside the hub: what `besa audit verify` printed earlier, or a signed head that was believed. */
export interface Witness {
  readonly size: number;
  /** hex */
  readonly root: string;
}

/** That one tree begins with another, as `ledgerConsistency` answers. */
export interface ConsistencyProof {
  readonly from: number;
  readonly to: number;
  /** hex */
  readonly hashes: readonly string[];
}

export interface VerifyOptions {
  /** entries, as somebody says: an entry that was moved is looked for among so many; absent = it is not looked for */
  readonly size?: number;
  /** the tree before the first entry that is handed in; absent = the empty one */
  readonly begin?: Peaks;
  /** why a signed head beside the ledger counts for nothing; null = it is believed; absent = all are taken as they are */
  readonly doubtOf?: (head: SignedHead) => string | null;
  /** may the text of this entry be in an archive, and not here? absent = of none */
  readonly isArchived?: (sequence: number) => boolean;
}

/** What a file is checked against. */
export interface ExportOptions {
  readonly witnesses?: readonly Witness[];
  /** fingerprints or raw public keys, hex, of keys of the hub that are believed; none = the first one in the file */
  readonly trusted?: readonly string[];
  /** of the hub, as somebody knows it; absent = whatever the file says */
  readonly environment?: string;
  /** the file is followed by another: a witness of more entries than it has says nothing of it */
  readonly goesOn?: boolean;
  /** what leads from one head to another where not every entry between them is at hand */
  readonly consistency?: readonly ConsistencyProof[];
  /** told now and then how many entries were checked */
  readonly onProgress?: (done: number) => void;
}

/**
 * Whether a ledger is what was appended: every leaf is recomputed from what is stored, every stored head from the leaves,
 * and compared with the heads that were signed and with those that were kept elsewhere. The first fault ends the check.
 *
 * Whoever can rewrite entries, leaves *and* kept heads is found by a signed head; whoever signs for the hub, or takes signed heads
 * away, by a witness only.
 *
 * @param chunks the ledger from its first entry, or from behind `begin`, in order
 * @param witnesses in any order
 * @throws what `chunks` throws
 */
export async function verify(
  chunks: AsyncIterable<LedgerChunk> | Iterable<LedgerChunk>,
  witnesses: readonly Witness[] = [],
  options: VerifyOptions = {},
): Promise<Verdict> {
  const verifier = new Verifier(witnesses, options);
  for await (const chunk of chunks) {
    const fault = verifier.check(chunk);
    if (fault !== null) return fault;
  }
  return verifier.conclude();
}

/** Takes a ledger piece by piece; ask nothing more of it once it has found a fault. */
export class Verifier {
  readonly #options: VerifyOptions;
  #peaks: Peaks;
  /** size of the tree before the first entry here: what stands in it is not asked for */
  readonly #begun: number;
  #archived = 0;
  /** sizes of the last kept head, signed head and witness that agreed */
  #keptSize = 0;
  #signedSize = 0;
  #witnessedSize = 0;
  /** a ledger without any head has lost them: the empty one has its own */
  #hasHead = false;
  /** those whose entries have not come yet */
  #heads: Peaks[] = [];
  #signed: SignedHead[] = [];
  readonly #witnesses: Witness[];
  /** a witness that saw another history: read on to learn whether the hub signed this one too */
  #contradiction: Broken | null = null;

  constructor(witnesses: readonly Witness[], options: VerifyOptions = {}) {
    this.#options = options;
    this.#peaks = options.begin ?? EMPTY_TREE;
    this.#begun = this.#peaks.size;
    this.#keptSize = this.#peaks.size;
    // What they say of the tree before the first entry here cannot be told from here.
    this.#witnesses = witnesses.filter(({ size }) => size >= this.#peaks.size).sort((a, b) => a.size - b.size);
  }

  /** Entries that were checked, with those before `begin`. */
  get size(): number {
    return this.#peaks.size;
  }

  /** The first fault up to the end of this piece; null if there is none yet. */
  check(chunk: LedgerChunk): Broken | null {
    this.#heads.push(...chunk.heads);
    this.#signed.push(...(chunk.signed ?? []));
    let fault = this.#compare();
    for (const row of chunk.rows) {
      if (fault !== null) break;
      fault = this.#append(row) ?? this.#compare();
    }
    return fault === null ? null : this.first(fault);
  }

  /** What somebody says of the tree as it is now, a kept head of which only the root is known; null if it is so. */
  agrees({ size, root }: Witness, by: string): Broken | null {
    const now = this.#peaks.size;
    if (size > now) return this.first(broken('CUT', now + 1, size, ends(size, now, by)));
    if (size < now)
      return this.first(broken('ADDED', size + 1, now, `${by} counts ${size} entries and ${now} are there`));
    if (root !== hexOf(rootOf(this.#peaks))) return this.first(rewritten(this.#vouchedSize, size, by));
    this.#keptSize = size;
    this.#hasHead = true;
    return null;
  }

  /** The earlier of this fault and what a witness saw of another history. */
  first(fault: Broken): Broken {
    return this.#contradiction ?? fault;
  }

  conclude(): Verdict {
    const late = this.#compare();
    if (late !== null) return this.first(late);
    this.#askWitnesses();
    if (this.#contradiction !== null) return this.#contradiction;
    const { size } = this.#peaks;
    const beside = Math.max(this.#heads.at(-1)?.size ?? 0, this.#signed.at(-1)?.size ?? 0);
    if (beside > size) return broken('CUT', size + 1, beside, ends(beside, size, 'a head beside them'));
    const elsewhere = this.#witnesses.at(-1)?.size ?? 0;
    if (elsewhere > size) {
      return broken('ROLLED_BACK', size + 1, elsewhere, ends(elsewhere, size, 'a head kept elsewhere'));
    }
    if (!this.#hasHead || this.#keptSize < size) {
      const from = this.#keptSize + 1;
      return broken('ADDED', from, Math.max(from, size), `no head counts the entries from ${from} on`);
    }
    return this.#intact();
  }

  #intact(): Intact {
    const [size, signedSize, archived] = [this.#peaks.size, this.#signedSize, this.#archived];
    return { kind: 'INTACT', size, root: hexOf(rootOf(this.#peaks)), archived, signedSize };
  }

  get #vouchedSize(): number {
    return Math.max(this.#keptSize, this.#signedSize, this.#witnessedSize);
  }

  #append(row: LedgerRow): Broken | null {
    this.#askWitnesses();
    const next = this.#peaks.size + 1;
    if (row.sequence > next) return brokenAt(next, 'MISSING', `after ${next - 1} comes ${row.sequence}`);
    if (row.sequence < next) return brokenAt(row.sequence, 'ADDED', `there is more than one entry ${row.sequence}`);
    const fault = faultOfRow(row, this.#options.size ?? 0);
    if (fault !== null) return brokenAt(next, fault.fault, fault.explanation);
    if (row.body === null) {
      if (this.#options.isArchived?.(next) !== true)
        return brokenAt(next, 'CHANGED', 'the text is gone, and no archive holds it');
      this.#archived += 1;
    }
    this.#peaks = withLeaf(this.#peaks, row.leaf);
    return null;
  }

  /** The heads that speak of the tree at exactly its present size. */
  #compare(): Broken | null {
    const { size } = this.#peaks;
    return this.#compareKept(taken(this.#heads, size)) ?? this.#compareSigned(taken(this.#signed, size));
  }

  #compareKept(heads: readonly Peaks[]): Broken | null {
    for (const head of heads) {
      if (!isSameTree(head, this.#peaks)) {
        return rewritten(this.#vouchedSize, head.size, 'the head kept beside them');
      }
      this.#keptSize = head.size;
      this.#hasHead = true;
    }
    return null;
  }

  #compareSigned(heads: readonly SignedHead[]): Broken | null {
    for (const head of heads) {
      // Kept heads agree with what they stand beside even if both were rewritten.
      const vouched = Math.max(this.#begun, this.#signedSize, this.#witnessedSize);
      const doubt = this.#options.doubtOf?.(head) ?? null;
      if (doubt !== null) return broken('FORGED', vouched + 1, Math.max(head.size, vouched + 1), doubt);
      if (head.size !== this.#peaks.size || head.root !== hexOf(rootOf(this.#peaks)))
        return rewritten(vouched, head.size, 'the signed head');
      this.#signedSize = head.size;
      if (this.#contradiction !== null) {
        this.#contradiction = { ...this.#contradiction, fault: 'FORKED' };
        return this.#contradiction;
      }
    }
    return null;
  }

  /** Witnesses of the present size; asked last, when every signed head of that size was seen. */
  #askWitnesses(): void {
    const { size } = this.#peaks;
    for (const witness of taken(this.#witnesses, size)) {
      if (this.#contradiction !== null) return;
      if (witness.size === size && witness.root === hexOf(rootOf(this.#peaks))) {
        this.#witnessedSize = size;
        continue;
      }
      // Heads and signed heads agreed so far, so they were rewritten too: only an earlier witness narrows it down.
      const found = rewritten(Math.max(this.#begun, this.#witnessedSize), witness.size, 'the witness');
      this.#contradiction = this.#signedSize >= witness.size ? { ...found, fault: 'FORKED' } : found;
    }
  }
}

/** Takes those off the front of a list ordered by size that the tree has reached. */
function taken<T extends { readonly size: number }>(list: T[], size: number): readonly T[] {
  if (list[0] === undefined || list[0].size > size) return [];
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

const ends = (promised: number, size: number, by: string): string =>
  `${by} counts ${promised} entries and only ${size} are there`;

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
