import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  EMPTY_TREE,
  leafHash,
  nodeHash,
  type Peaks,
  rootOf,
  rootOfLeaves,
  withLeaf,
} from '../../src/audit/merkle-tree.js';
import { INPUTS, ROOTS } from './certificate-transparency.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const treeOf = (leaves: readonly Uint8Array[]): Peaks => leaves.reduce(withLeaf, EMPTY_TREE);

describe('the Merkle tree of RFC 6962', () => {
  test('the tree of no leaves has the hash of nothing', () => {
    expect(hex(rootOf(EMPTY_TREE))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  test.each(ROOTS.map((root, index) => [index + 1, root]))('%i leaves have the published root', (count, root) => {
    const leaves = INPUTS.slice(0, Number(count)).map((input) => leafHash(Buffer.from(input, 'hex')));
    expect(hex(rootOf(treeOf(leaves)))).toBe(root);
    expect(hex(rootOfLeaves(leaves))).toBe(root);
  });

  test('a leaf and a node of the same bytes have different hashes', () => {
    const [left, right] = [leafHash(Buffer.from('a')), leafHash(Buffer.from('b'))];
    expect(hex(leafHash(Buffer.concat([left, right])))).not.toBe(hex(nodeHash(left, right)));
  });

  test('appending leaf by leaf gives the root of the list, and as many peaks as the size has one-bits', () => {
    const leaf = fc.integer().map((n) => createHash('sha256').update(String(n)).digest());
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 300 }), (leaves) => {
        const tree = treeOf(leaves);
        expect(hex(rootOf(tree))).toBe(hex(rootOfLeaves(leaves)));
        expect(tree.hashes.length).toBe([...leaves.length.toString(2)].filter((bit) => bit === '1').length);
      }),
      { seed: 6962, numRuns: 150 },
    );
  });

  test('peaks too few for their size are our own bug, not a root', () => {
    expect(() => withLeaf({ size: 3, hashes: [] }, leafHash(Buffer.from('a')))).toThrow(/too few/);
  });
});
