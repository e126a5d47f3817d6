import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyConsistency, verifyInclusion } from '../../src/audit/merkle-proof.js';
import { EMPTY_TREE, rootOf, withLeaf } from '../../src/audit/merkle-tree.js';
import { createLedgerTree, type PostgresLedgerTree } from '../../src/persistence/ledger-tree.js';
import { fillLedger } from './filled-ledger.js';
import { type LedgerWorld, ledgerWorld } from './postgres-ledger.js';
import { below, randomFrom } from './tampering.js';

/** Two complete blocks of level 16, complete ones of level 8 behind them, and leaves behind those. */
const SIZE = 2 * 65_536 + 3 * 256 + 77;

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

let world: LedgerWorld;
let tree: PostgresLedgerTree;
let leaves: readonly Uint8Array[];
/** root of each size that is asked for below */
const roots = new Map<number, Uint8Array>();
const SIZES = [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 65_792, 131_072, 131_073, 131_329, SIZE - 1, SIZE];

beforeAll(async () => {
  world = await ledgerWorld();
  await fillLedger(world, SIZE);
  tree = createLedgerTree({ url: world.url });
  leaves = (await world.sql<{ leaf: Uint8Array }>('select leaf from besa.ledger_entry order by sequence')).map(
    ({ leaf }) => leaf,
  );
  let peaks = EMPTY_TREE;
  for (const leaf of leaves) {
    peaks = withLeaf(peaks, leaf);
    if (SIZES.includes(peaks.size)) roots.set(peaks.size, rootOf(peaks));
  }
});
afterAll(async () => {
  await tree.close();
  await world.close();
});

const rootAt = (size: number): Uint8Array => roots.get(size) ?? rootOf(EMPTY_TREE);

async function isIncluded(sequence: number, size: number): Promise<boolean> {
  const path = await tree.inclusion(sequence, size);
  expect(path.length).toBeLessThanOrEqual(20);
  const leaf = leaves[sequence - 1] ?? new Uint8Array();
  return verifyInclusion({ index: sequence - 1, size, leaf, root: rootAt(size), path: path.map(bytes) });
}

async function isConsistent(from: number, to: number): Promise<boolean> {
  const path = await tree.consistency(from, to);
  return verifyConsistency({ from, to, fromRoot: rootAt(from), toRoot: rootAt(to), path: path.map(bytes) });
}

describe('the tree of the stored ledger', () => {
  test('has no proof for an entry or a size beyond its end', async () => {
    await expect(tree.inclusion(SIZE + 1, SIZE)).rejects.toThrow(RangeError);
    await expect(tree.inclusion(0, SIZE)).rejects.toThrow(RangeError);
    await expect(tree.inclusion(1, SIZE + 1)).rejects.toThrow(RangeError);
    await expect(tree.consistency(SIZE, SIZE + 1)).rejects.toThrow(RangeError);
    await expect(tree.consistency(2, 1)).rejects.toThrow(RangeError);
    expect(await tree.peaksAt(SIZE + 1)).toBeUndefined();
  });

  test('stores nothing before it is asked, and complete blocks only after that', async () => {
    const count = async () =>
      (await world.sql('select level, count(*)::int from besa.ledger_node group by 1 order by 1')) as unknown;
    expect(await count()).toEqual([]);
    expect(await isIncluded(70_000, SIZE)).toBe(true);
    expect(await count()).toEqual([
      { level: 8, count: 515 },
      { level: 16, count: 2 },
    ]);
  });

  test('proves every entry in every later tree, and every tree to grow out of every earlier one', async () => {
    const random = randomFrom(13);
    for (const size of SIZES) {
      const edges = [1, size, Math.ceil(size / 2), 1 + below(random, size), 1 + below(random, size)];
      for (const sequence of edges)
        expect([sequence, size, await isIncluded(sequence, size)]).toEqual([sequence, size, true]);
      for (const from of [0, ...SIZES.filter((one) => one <= size)])
        expect([from, size, await isConsistent(from, size)]).toEqual([from, size, true]);
    }
  });

  test('is the one the appends left, and goes on with them', async () => {
    expect(await tree.size()).toBe(SIZE);
    const peaks = await tree.peaksAt(SIZE);
    expect(peaks === undefined ? undefined : rootOf(peaks)).toEqual(Buffer.from(rootAt(SIZE)));
    expect(await tree.peaksAt(0)).toEqual(EMPTY_TREE);
    await fillLedger(world, 200);
    const path = await tree.consistency(SIZE, SIZE + 200);
    const grown = await tree.peaksAt(SIZE + 200);
    if (grown === undefined) throw new Error('the append left no head');
    const claim = { from: SIZE, to: SIZE + 200, fromRoot: rootAt(SIZE), toRoot: rootOf(grown) };
    expect(verifyConsistency({ ...claim, path: path.map(bytes) })).toBe(true);
  });

  test('finds a proof in less than 10 ms once the nodes are there', async () => {
    const random = randomFrom(17);
    const fresh = createLedgerTree({ url: world.url });
    await fresh.inclusion(1, SIZE);
    const begunMs = performance.now();
    for (let count = 0; count < 200; count += 1) await fresh.inclusion(1 + below(random, SIZE), SIZE);
    const perProofMs = (performance.now() - begunMs) / 200;
    await fresh.close();
    expect(perProofMs).toBeLessThan(10);
  });

  test('several processes may fill it at once', async () => {
    const others = [1, 2, 3].map(() => createLedgerTree({ url: world.url }));
    await Promise.all(others.map((other) => other.fill()));
    await Promise.all(others.map((other) => other.close()));
    const [row] = await world.sql<{ count: number }>('select count(*)::int as count from besa.ledger_node');
    expect(row?.count).toBe(Math.floor((SIZE + 200) / 256) + 2);
    expect(await isIncluded(12_345, SIZE)).toBe(true);
  });

  test('stands without the entries of complete blocks, and is never changed', async () => {
    await expect(world.sql('update besa.ledger_node set index = index + 1')).rejects.toThrow();
    await expect(world.sql('delete from besa.ledger_node')).rejects.toThrow();
    const fresh = createLedgerTree({ url: world.url });
    await world.sql('alter table besa.ledger_entry rename to ledger_entry_away');
    const path = await fresh.inclusion(5, 131_072);
    await world.sql('alter table besa.ledger_entry_away rename to ledger_entry');
    await fresh.close();
    const claim = { index: 4, size: 131_072, leaf: leaves[4] ?? new Uint8Array(), root: rootAt(131_072) };
    expect(verifyInclusion({ ...claim, path: path.map(bytes) })).toBe(true);
  });
});
