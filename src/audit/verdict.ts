/**
 * - `CHANGED`     the stored entry is not the one its leaf stands for
 * - `MOVED`       the entry was appended under another sequence: swapped, or renumbered after one was dropped or inserted
 * - `MISSING`     the entry is not there, and later ones are
 * - `CUT`         the entry and all after it are not there, and a head beside the ledger counts them
 * - `ROLLED_BACK` the entry and all after it are not there, and only a head kept elsewhere counts them
 * - `ADDED`       the entry is there twice, or no head of the tree counts it
 * - `REWRITTEN`   entry and leaf agree, and a head says the leaf was another one; the first such entry is at `position` or
 *   later, up to the size of that head
 * - `FORKED`      as `REWRITTEN` by a head kept elsewhere, while the hub signed the other history too
 * - `FORGED`      a head of this many entries is not signed by a key that can be believed
 * - `UNREADABLE`  what stands in the place of the entry is none
 */
export type Fault =
  | 'CHANGED'
  | 'MOVED'
  | 'MISSING'
  | 'CUT'
  | 'ROLLED_BACK'
  | 'ADDED'
  | 'REWRITTEN'
  | 'FORKED'
  | 'FORGED'
  | 'UNREADABLE';

export interface Intact {
  readonly kind: 'INTACT';
  /** entries */
  readonly size: number;
  /** hex */
  readonly root: string;
  /** entries whose text is in an archive: their leaves were checked, their texts were not here to check */
  readonly archived: number;
  /** entries that the newest genuine signed head beside the ledger covers; 0 = there is none */
  readonly signedSize: number;
}

export interface Broken {
  readonly kind: 'BROKEN';
  /** sequence of the first entry that is not vouched for; the fault is there, or later up to `until` */
  readonly position: number;
  readonly until: number;
  readonly fault: Fault;
  /** lower case, no final stop; holds nothing of an entry's content */
  readonly explanation: string;
}

export type Verdict = Intact | Broken;

/** A fault somewhere from `position` up to `until`. */
export function broken(fault: Fault, position: number, until: number, explanation: string): Broken {
  return { kind: 'BROKEN', position, until, fault, explanation };
}

/** A fault at exactly this entry. */
export function brokenAt(position: number, fault: Fault, explanation: string): Broken {
  return broken(fault, position, position, explanation);
}
