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

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The inputs and roots that RFC 6962's own implementation (Certificate Transparency) is tested with. */
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

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
