/**
 * Proofs over the tree of `merkle-tree.ts`: that an entry is in it, and that a later tree grew out of an earlier one. Both are
 * lists of hashes, and each hash is the head of a run of leaves; so it is first said which runs, and then, by whoever has
 * the nodes, what they hash to. Positions and sizes are exact up to 2^53: no bitwise operators, which stop at 2^31.
 */
import { EMPTY_TREE, nodeHash, rootOf } from './merkle-tree.js';

/** Leaves `[from, until)`, counted from 0. */
export interface LeafRange {
  readonly from: number;
  readonly until: number;
}

/** The complete subtree over leaves `[index · 2^level, (index + 1) · 2^level)`; level 0 is a leaf. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

/** Hash of a complete subtree, 32 bytes. */
export type NodeAt = (node: TreeNode) => Uint8Array;

/**
 * The runs of leaves whose hashes prove that leaf `index` is in the tree of `size` leaves, nearest first.
 *
 * @param index from 0
 * @throws RangeError if there is no such leaf
 * @see RFC 6962, 2.1.1 (PATH)
 */
export function inclusionRanges(index: number, size: number): readonly LeafRange[] {
  if (!isSize(size) || !isSize(index) || index >= size)
    throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  const ranges: LeafRange[] = [];
  let [from, until] = [0, size];
  while (until - from > 1) {
    const middle = from + splitOf(until - from);
    if (index < middle) {
      ranges.push({ from: middle, until });
      until = middle;
    } else {
      ranges.push({ from, until: middle });
      from = middle;
    }
  }
  return ranges.reverse();
}

/**
 * The runs of leaves whose hashes prove that the tree of `to` leaves begins with the one of `from` leaves, nearest first.
 * None for equal trees, and none for the empty one, which every tree begins with.
 *
 * @throws RangeError if `from` is larger than `to`
 * @see RFC 6962, 2.1.2 (PROOF, SUBPROOF)
 */
export function consistencyRanges(from: number, to: number): readonly LeafRange[] {
  if (!isSize(from) || !isSize(to) || from > to)
    throw new RangeError(`no tree of ${to} leaves grows out of one of ${from}`);
  if (from === 0 || from === to) return [];
  const ranges: LeafRange[] = [];
  let [begin, end] = [0, to];
  while (end !== from) {
    const middle = begin + splitOf(end - begin);
    if (from <= middle) {
      ranges.push({ from: middle, until: end });
      end = middle;
    } else {
      ranges.push({ from: begin, until: middle });
      begin = middle;
    }
  }
  // A subtree that begins with the first leaf is the whole earlier tree: its root is known to whoever checks.
  if (begin > 0) ranges.push({ from: begin, until: end });
  return ranges.reverse();
}

/**
 * The complete subtrees a run of leaves falls into, from left to right; in the runs of proofs that is largest first.
 *
 *     { from: 0, until: 7 } → levels 2, 1, 0 at index 0, 2, 6
 */
export function subtreesOf({ from, until }: LeafRange): readonly TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = from; at < until; ) {
    let [level, width] = [0, 1];
    while (at % (width * 2) === 0 && at + width * 2 <= until) {
      width *= 2;
      level += 1;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/**
 * The hash of a run of leaves as the tree has it (MTH), 32 bytes; of the run from the first leaf on, the tree head.
 * @throws what `nodeAt` throws
 */
export function hashOfRange(range: LeafRange, nodeAt: NodeAt): Uint8Array {
  return rootOf({ size: range.until - range.from, hashes: subtreesOf(range).map(nodeAt) });
}

/** Hashes that prove leaf `index` (from 0) to be in the tree of `size` leaves, nearest first, 32 bytes each. @throws RangeError */
export function inclusionProof(index: number, size: number, nodeAt: NodeAt): readonly Uint8Array[] {
  return inclusionRanges(index, size).map((range) => hashOfRange(range, nodeAt));
}

/** Hashes that prove the tree of `to` leaves to begin with the one of `from`, nearest first, 32 bytes each. @throws RangeError */
export function consistencyProof(from: number, to: number, nodeAt: NodeAt): readonly Uint8Array[] {
  return consistencyRanges(from, to).map((range) => hashOfRange(range, nodeAt));
}

export interface InclusionClaim {
  /** from 0 */
  readonly index: number;
  readonly size: number;
  /** the leaf's hash, 32 bytes, as whoever checks computed it */
  readonly leaf: Uint8Array;
  readonly root: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/**
 * Whether the path leads from the leaf to the root, with not one hash too many or too few.
 * @returns false for anything malformed
 * @see RFC 9162, 2.1.3.2
 */
export function verifyInclusion({ index, size, leaf, root, path }: InclusionClaim): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || !areHashes([leaf, root, ...path])) return false;
  let [place, last, node] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      node = nodeHash(sibling, node);
      // The rightmost node of a level without a sibling moves up as it is.
      while (place % 2 === 0 && place > 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      node = nodeHash(node, sibling);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && areEqual(node, root);
}

export interface ConsistencyClaim {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: Uint8Array;
  readonly toRoot: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/**
 * Whether the path proves that the later tree begins with the earlier one, with not one hash too many or too few.
 * @returns false for anything malformed
 * @see RFC 9162, 2.1.4.2
 */
export function verifyConsistency({ from, to, fromRoot, toRoot, path }: ConsistencyClaim): boolean {
  if (!isSize(from) || !isSize(to) || from > to || !areHashes([fromRoot, toRoot, ...path])) return false;
  if (from === to) return path.length === 0 && areEqual(fromRoot, toRoot);
  if (from === 0) return path.length === 0 && areEqual(fromRoot, rootOf(EMPTY_TREE));
  let [place, last] = [from - 1, to - 1];
  while (place % 2 === 1) [place, last] = [(place - 1) / 2, Math.floor(last / 2)];
  // A complete earlier tree is a node of the later one, and its root the first hash of the path.
  const [first, ...rest] = place === 0 ? [fromRoot, ...path] : path;
  if (first === undefined) return false;
  let [earlier, later] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      earlier = nodeHash(sibling, earlier);
      later = nodeHash(sibling, later);
      while (place % 2 === 0 && place > 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      later = nodeHash(later, sibling);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && areEqual(earlier, fromRoot) && areEqual(later, toRoot);
}

/** The largest power of two below `count`, which is 2 or more. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

const areHashes = (hashes: readonly Uint8Array[]): boolean => hashes.every((hash) => hash.length === 32);

const areEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
