import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962, section 2.1, over SHA-256, kept as its peaks: roots of the complete subtrees that the
 * leaves so far fall into, largest first. There are as many as `size` has one-bits, so 20 or fewer up to a million leaves.
 */
export interface Peaks {
  /** leaves */
  readonly size: number;
  /** 32 bytes each */
  readonly hashes: readonly Uint8Array[];
}

export const EMPTY_TREE: Peaks = { size: 0, hashes: [] };

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;
const HASH_BYTES = 32;

/** SHA-256(0x00 ‖ data), 32 bytes. The prefix keeps a leaf from passing as a node (RFC 6962, 2.1). */
export function leafHash(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + data.length);
  bytes[0] = LEAF_PREFIX;
  bytes.set(data, 1);
  return hash('sha256', bytes, 'buffer');
}

/** As `leafHash` of the UTF-8 bytes of a text: written where they are hashed, for this runs several times in every request. */
export function leafHashOfText(text: string): Uint8Array {
  // Three bytes are the most a UTF-16 unit becomes.
  if (text.length * 3 >= leafBuffer.length) return leafHash(utf8.encode(text));
  const { written } = utf8.encodeInto(text, leafText);
  return hash('sha256', leafBuffer.subarray(0, 1 + written), 'buffer');
}

/** SHA-256(0x01 ‖ left ‖ right), 32 bytes, of two hashes of 32 bytes each. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeBuffer.set(left, 1);
  nodeBuffer.set(right, 1 + HASH_BYTES);
  return hash('sha256', nodeBuffer, 'buffer');
}

/* Hashing is done when the call returns, so what is hashed can lie in the same place each time. */
const utf8 = new TextEncoder();
const leafBuffer = new Uint8Array(16_384).fill(LEAF_PREFIX, 0, 1);
const leafText = leafBuffer.subarray(1);
const nodeBuffer = new Uint8Array(1 + 2 * HASH_BYTES).fill(NODE_PREFIX, 0, 1);

/** The peaks with one leaf more; O(log size) hashes at worst, one on average. `leaf` is a leaf's hash. */
export function withLeaf(peaks: Peaks, leaf: Uint8Array): Peaks {
  const hashes = [...peaks.hashes];
  let node = leaf;
  // Each trailing one-bit of the size is a subtree as large as the one just completed.
  for (let rest = peaks.size; rest % 2 === 1; rest = (rest - 1) / 2) {
    const left = hashes.pop();
    if (left === undefined) throw new Error(`peaks of ${peaks.size} leaves are too few`);
    node = nodeHash(left, node);
  }
  hashes.push(node);
  return { size: peaks.size + 1, hashes };
}

/** The tree head: MTH of RFC 6962, 2.1; of no leaves, the hash of nothing. */
export function rootOf(peaks: Peaks): Uint8Array {
  return (
    peaks.hashes.reduceRight<Uint8Array | undefined>(
      (root, peak) => (root === undefined ? peak : nodeHash(peak, root)),
      undefined,
    ) ?? hash('sha256', new Uint8Array(0), 'buffer')
  );
}

/** The tree head of a list of leaf hashes, straight from the recursive definition of RFC 6962, 2.1: slow, and plain to check. */
export function rootOfLeaves(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return rootOf(EMPTY_TREE);
  if (leaves.length === 1) return first;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(rootOfLeaves(leaves.slice(0, split)), rootOfLeaves(leaves.slice(split)));
}
