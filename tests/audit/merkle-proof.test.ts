import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type ConsistencyClaim,
  consistencyProof,
  consistencyRanges,
  hashOfRange,
  type InclusionClaim,
  inclusionProof,
  inclusionRanges,
  type NodeAt,
  subtreesOf,
  verifyConsistency,
  verifyInclusion,
} from '../../src/audit/merkle-proof.js';
import { leafHash, nodeHash, rootOfLeaves } from '../../src/audit/merkle-tree.js';
import { CONSISTENCY, INCLUSION, INPUTS, ROOTS } from './certificate-transparency.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Buffer.from(text, 'hex');
const leafAt = (index: number): Uint8Array => createHash('sha256').update(`leaf ${index}`).digest();

/** Nodes of a tree whose leaves are made up on the way: any size, nothing stored. */
function nodesOver(leaves: (index: number) => Uint8Array): NodeAt {
  const known = new Map<string, Uint8Array>();
  const nodeAt: NodeAt = ({ level, index }) => {
    const name = `${level}:${index}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    const node =
      level === 0
        ? leaves(index)
        : nodeHash(nodeAt({ level: level - 1, index: index * 2 }), nodeAt({ level: level - 1, index: index * 2 + 1 }));
    known.set(name, node);
    return node;
  };
  return nodeAt;
}

const nodeAt = nodesOver(leafAt);
const rootAt = (size: number): Uint8Array => hashOfRange({ from: 0, until: size }, nodeAt);
const listed = (count: number): readonly Uint8Array[] => Array.from({ length: count }, (_, index) => leafAt(index));

/** PATH of RFC 6962, 2.1.1, word by word. */
function pathOf(index: number, leaves: readonly Uint8Array[]): readonly Uint8Array[] {
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...pathOf(index, left), rootOfLeaves(right)]
    : [...pathOf(index - split, right), rootOfLeaves(left)];
}

/** SUBPROOF of RFC 6962, 2.1.2, word by word. */
function subproof(size: number, leaves: readonly Uint8Array[], isKnown: boolean): readonly Uint8Array[] {
  if (size === leaves.length) return isKnown ? [] : [rootOfLeaves(leaves)];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return size <= split
    ? [...subproof(size, left, isKnown), rootOfLeaves(right)]
    : [...subproof(size - split, right, false), rootOfLeaves(left)];
}

function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

const inclusionOf = (index: number, size: number): InclusionClaim => ({
  index,
  size,
  leaf: leafAt(index),
  root: rootAt(size),
  path: inclusionProof(index, size, nodeAt),
});

const consistencyOf = (from: number, to: number): ConsistencyClaim => ({
  from,
  to,
  fromRoot: rootAt(from),
  toRoot: rootAt(to),
  path: consistencyProof(from, to, nodeAt),
});

/** A path with one thing wrong, as `how` chooses. */
function spoiled(path: readonly Uint8Array[], how: number): readonly Uint8Array[] {
  const place = path.length === 0 ? 0 : how % path.length;
  const [node = leafAt(0)] = path.slice(place);
  const flipped = Uint8Array.from(node, (byte, at) => (at === how % 32 ? byte ^ 4 : byte));
  const without = path.filter((_, at) => at !== place);
  const ways = [
    [...path, node],
    [node, ...path],
    [...path, rootAt(3)],
    ...(path.length === 0 ? [] : [without, path.map((one, at) => (at === place ? flipped : one)), path.slice(0, -1)]),
    ...(path.length < 2 ? [] : [path.toReversed()]),
  ];
  return ways[how % ways.length] ?? [];
}

describe('a proof that does not hold is refused', () => {
  test('a path spoiled in any way proves neither inclusion nor consistency', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 130 }), fc.nat(), fc.nat(10_000), (size, place, how) => {
        const inclusion = inclusionOf(place % size, size);
        expect(verifyInclusion({ ...inclusion, path: spoiled(inclusion.path, how) })).toBe(false);
        const consistency = consistencyOf(1 + (place % size), size);
        expect(verifyConsistency({ ...consistency, path: spoiled(consistency.path, how) })).toBe(false);
      }),
      { seed: 9162, numRuns: 500 },
    );
  });

  test('another leaf, place, size or root is not what was proved', () => {
    for (let size = 1; size <= 40; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const claim = inclusionOf(index, size);
        for (const other of [leafAt(size), rootAt(size + 1), new Uint8Array(0), new Uint8Array(31)]) {
          expect(verifyInclusion({ ...claim, leaf: other })).toBe(false);
          expect(verifyInclusion({ ...claim, root: other })).toBe(false);
        }
        for (const wrong of [index + 1, index - 1, -1, size, 0.5, Number.NaN]) {
          if (wrong !== index)
            expect([size, wrong, verifyInclusion({ ...claim, index: wrong })]).toEqual([size, wrong, false]);
        }
        expect(verifyInclusion({ ...claim, size: size * 2 })).toBe(false);
        expect(verifyInclusion({ ...claim, size: 0 })).toBe(false);
      }
    }
  });

  test('a tree that does not begin with the earlier one has no consistency with it', () => {
    for (let to = 2; to <= 33; to += 1) {
      for (let from = 1; from < to; from += 1) {
        const claim = consistencyOf(from, to);
        expect(verifyConsistency({ ...claim, fromRoot: claim.toRoot, toRoot: claim.fromRoot })).toBe(false);
        expect(verifyConsistency({ ...claim, fromRoot: leafAt(0) })).toBe(from === 1);
        expect(verifyConsistency({ ...claim, toRoot: rootAt(to + 1) })).toBe(false);
        expect(verifyConsistency({ ...claim, path: [] })).toBe(false);
        expect(verifyConsistency({ ...claim, from: to, to: from })).toBe(false);
      }
    }
    expect(verifyConsistency({ ...consistencyOf(0, 5), fromRoot: leafAt(0) })).toBe(false);
    expect(verifyConsistency({ ...consistencyOf(5, 5), path: [leafAt(0)] })).toBe(false);
  });

  test('what is in no tree cannot be asked for', () => {
    for (const [index, size] of [
      [0, 0],
      [3, 3],
      [-1, 3],
      [0.5, 3],
      [Number.NaN, 3],
    ] as const)
      expect(() => inclusionRanges(index, size)).toThrow(RangeError);
    for (const [from, to] of [
      [4, 3],
      [-1, 3],
      [1, Number.POSITIVE_INFINITY],
    ] as const)
      expect(() => consistencyRanges(from, to)).toThrow(RangeError);
  });
});

describe('proofs of the Certificate Transparency project', () => {
  const published = nodesOver((index) => leafHash(bytes(INPUTS[index] ?? '')));
  const publishedRoot = (size: number): Uint8Array => bytes(ROOTS[size - 1] ?? '');

  test.each(INCLUSION.map(([leaf, size, path]) => ({ leaf, size, path })))(
    'leaf $leaf of $size has the published path',
    ({ leaf, size, path }) => {
      expect(inclusionProof(leaf - 1, size, published).map(hex)).toEqual(path);
      const claim = { index: leaf - 1, size, leaf: leafHash(bytes(INPUTS[leaf - 1] ?? '')), root: publishedRoot(size) };
      expect(verifyInclusion({ ...claim, path: path.map(bytes) })).toBe(true);
    },
  );

  test.each(CONSISTENCY.map(([from, to, path]) => ({ from, to, path })))(
    'the tree of $to grew out of the one of $from by the published path',
    ({ from, to, path }) => {
      expect(consistencyProof(from, to, published).map(hex)).toEqual(path);
      const claim = { from, to, fromRoot: publishedRoot(from), toRoot: publishedRoot(to) };
      expect(verifyConsistency({ ...claim, path: path.map(bytes) })).toBe(true);
    },
  );
});

describe('a proof that holds', () => {
  test('is the one of the recursive definition for every leaf and every pair of sizes up to 130, and verifies', () => {
    const leaves = listed(130);
    for (let size = 1; size <= 130; size += 1) {
      const first = leaves.slice(0, size);
      for (let index = 0; index < size; index += 1) {
        const claim = inclusionOf(index, size);
        // The definition costs a whole tree per proof: for larger trees some places, and the last.
        if (size <= 33 || index % 11 === 0 || index === size - 1)
          expect(claim.path.map(hex)).toEqual(pathOf(index, first).map(hex));
        if (!verifyInclusion(claim)) throw new Error(`leaf ${index} of ${size} is not proved`);
      }
      for (let from = 0; from <= size; from += 1) {
        const claim = consistencyOf(from, size);
        if (from > 0 && (size <= 33 || from % 11 === 0))
          expect(claim.path.map(hex)).toEqual(subproof(from, first, true).map(hex));
        if (!verifyConsistency(claim)) throw new Error(`${size} is not proved to grow out of ${from}`);
      }
    }
  });

  test('holds for trees of any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 131, max: 40_000 }), fc.nat(), fc.nat(), (size, a, b) => {
        expect(verifyInclusion(inclusionOf(a % size, size))).toBe(true);
        expect(verifyConsistency(consistencyOf(b % (size + 1), size))).toBe(true);
      }),
      { seed: 6962, numRuns: 60 },
    );
  });

  test('has 20 hashes or fewer at 1,000,000 entries, and is found from few nodes', () => {
    const size = 1_000_000;
    for (let index = 0; index < size; index += 997) {
      const ranges = inclusionRanges(index, size);
      expect(ranges.length).toBeLessThanOrEqual(20);
      expect(ranges.flatMap(subtreesOf).length).toBeLessThanOrEqual(40);
      expect(consistencyRanges(index, size).length).toBeLessThanOrEqual(21);
    }
  });

  test('goes beyond 32 bits', () => {
    const size = 2 ** 40 + 12_345;
    const zero: NodeAt = ({ level, index }) => createHash('sha256').update(`${level}:${index}`).digest();
    expect(inclusionRanges(2 ** 40 + 7, size).length).toBeLessThanOrEqual(41);
    expect(inclusionProof(2 ** 39, size, zero)).toHaveLength(41);
    expect(subtreesOf({ from: 0, until: 2 ** 40 + 3 })).toEqual([
      { level: 40, index: 0 },
      { level: 1, index: 2 ** 39 },
      { level: 0, index: 2 ** 40 + 2 },
    ]);
  });
});
