import { nodeHash } from '../audit/merkle-tree.js';

/** Levels of the tree in one stored block, and hashes at its bottom. */
export const BLOCK_LEVELS = 8;
export const BLOCK_HASHES = 2 ** BLOCK_LEVELS;
export const HASH_BYTES = 32;

/** Up to 256 neighbouring hashes of one level of the tree, and the nodes above them as they are asked for. */
export class LedgerBlock {
  readonly #levels: (Uint8Array | undefined)[][];

  /** @param hashes one after the other, 32 bytes each, leftmost first */
  constructor(hashes: Uint8Array) {
    const bottom: Uint8Array[] = [];
    for (let at = 0; at < hashes.length; at += HASH_BYTES) bottom.push(hashes.subarray(at, at + HASH_BYTES));
    this.#levels = [bottom];
  }

  /**
   * Hash of a complete subtree, 32 bytes.
   *
   * @param height levels above the bottom, 0 to 8
   * @param index among the subtrees of that height in this block
   * @throws Error if the block does not reach that far
   */
  nodeAt(height: number, index: number): Uint8Array {
    this.#levels[height] ??= [];
    const level = this.#levels[height];
    const known = level[index];
    if (known !== undefined) return known;
    if (height === 0) throw new Error('the block holds fewer hashes than the tree has there');
    const node = nodeHash(this.nodeAt(height - 1, index * 2), this.nodeAt(height - 1, index * 2 + 1));
    level[index] = node;
    return node;
  }
}
