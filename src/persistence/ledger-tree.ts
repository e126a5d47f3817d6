import { Pool, type QueryResultRow } from 'pg';
import {
  consistencyRanges,
  hashOfRange,
  inclusionRanges,
  type LeafRange,
  subtreesOf,
  type TreeNode,
} from '../audit/merkle-proof.js';
import type { Peaks } from '../audit/merkle-tree.js';
import { HubError } from '../domain/errors.js';
import type { LedgerTree } from '../hub/ports.js';
import { BLOCK_HASHES, BLOCK_LEVELS, HASH_BYTES, LedgerBlock } from './ledger-block.js';

export interface LedgerTreeOptions {
  /** of the hub's own role */
  readonly url: string;
  /** told the SQLSTATE or name of what went wrong, never a value */
  readonly onFault?: (cause: string) => void;
}

/** A ledger's tree that holds connections. */
export interface PostgresLedgerTree extends LedgerTree {
  close(): Promise<void>;
}

/** Blocks stored by one statement: bounds what filling holds in memory, 512 kB of hashes. */
const BLOCKS_PER_FILL = 64;
/** Blocks kept in memory, 16 kB each: neighbouring entries share all of theirs. */
const BLOCKS_KEPT_MAX = 64;
const CONNECT_MS_MAX = 3_000;
const STATEMENT_MS_MAX = 15_000;

const SIZE = 'select coalesce(max(h.size), 0)::float8 as size from besa.ledger_head h';
const PEAKS = 'select h.peaks as hashes from besa.ledger_head h where h.size = $1';
const LEAVES = `select string_agg(e.leaf, ''::bytea order by e.sequence) as hashes
  from besa.ledger_entry e where e.sequence > $1 and e.sequence <= $2`;
const NODES = `select string_agg(n.hash, ''::bytea order by n.index) as hashes
  from besa.ledger_node n where n.level = $1 and n.index >= $2 and n.index < $3`;
const CHILDREN = 'select n.children as hashes from besa.ledger_node n where n.level = $1 and n.index = $2';
const FILLED = 'select (coalesce(max(n.index), -1) + 1)::float8 as count from besa.ledger_node n where n.level = $1';
// Another process may be filling too: both come to the same hashes.
const FILL = `insert into besa.ledger_node (level, index, hash, children)
  select $1, n.index, n.hash, n.children from unnest($2::bigint[], $3::bytea[], $4::bytea[]) n (index, hash, children)
  order by n.index on conflict do nothing`;

/** The ledger's tree in PostgreSQL: proofs from the stored blocks, and from the leaves where no block is complete yet. */
export function createLedgerTree(options: LedgerTreeOptions): PostgresLedgerTree {
  return new StoredTree(options);
}

/** 256 neighbouring hashes of one level (a multiple of 8), or as many of them as the tree has. */
interface BlockPlace {
  readonly level: number;
  readonly index: number;
  readonly count: number;
}

const nameOf = ({ level, index, count }: BlockPlace): string => `${level}:${index}:${count}`;

class StoredTree implements PostgresLedgerTree {
  readonly #pool: Pool;
  readonly #onFault: (cause: string) => void;
  /** by name, least recently used first; what a complete block holds never changes, nor what an earlier tree had of one */
  readonly #blocks = new Map<string, LedgerBlock>();
  /** one filling at a time is enough for everybody who waits for it */
  #filling: Promise<void> | undefined;

  constructor({ url, onFault }: LedgerTreeOptions) {
    this.#onFault = onFault ?? (() => {});
    this.#pool = new Pool({
      connectionString: url,
      max: 2,
      application_name: 'besa-ledger-tree',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      query_timeout: STATEMENT_MS_MAX,
    });
    // A connection lost while idle is no event: the next read makes another.
    this.#pool.on('error', () => {});
  }

  async size(): Promise<number> {
    const [row] = await this.#read<{ size: number }>('besa_tree_size', SIZE, []);
    return row?.size ?? 0;
  }

  async peaksAt(size: number): Promise<Peaks | undefined> {
    const [row] = await this.#read<{ hashes: readonly Uint8Array[] }>('besa_tree_peaks', PEAKS, [size]);
    return row === undefined ? undefined : { size, hashes: row.hashes };
  }

  async inclusion(sequence: number, size: number): Promise<readonly string[]> {
    return this.#proof(inclusionRanges(sequence - 1, size), size);
  }

  async consistency(from: number, to: number): Promise<readonly string[]> {
    return this.#proof(consistencyRanges(from, to), to);
  }

  fill(): Promise<void> {
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #fill(): Promise<void> {
    const size = await this.size();
    for (let level = BLOCK_LEVELS; 2 ** level <= size; level += BLOCK_LEVELS) {
      const [row] = await this.#read<{ count: number }>('besa_tree_filled', FILLED, [level]);
      const end = Math.floor(size / 2 ** level);
      for (let from = row?.count ?? 0; from < end; from += BLOCKS_PER_FILL) {
        await this.#fillBlocks(level, from, Math.min(from + BLOCKS_PER_FILL, end));
      }
    }
  }

  async #proof(ranges: readonly LeafRange[], size: number): Promise<readonly string[]> {
    if (size > (await this.size())) throw new RangeError(`the ledger has fewer than ${size} entries`);
    const places = ranges.flatMap(subtreesOf).map((node) => placeOf(node, size));
    const blocks = await this.#blocksAt(new Map(places.map((place) => [nameOf(place), place])));
    const nodeAt = (node: TreeNode): Uint8Array => {
      const place = placeOf(node, size);
      const height = node.level - place.level;
      const block = blocks.get(nameOf(place));
      if (block === undefined) throw new Error('a block of the tree was not read');
      return block.nodeAt(height, node.index - place.index * 2 ** (BLOCK_LEVELS - height));
    };
    return ranges.map((range) => Buffer.from(hashOfRange(range, nodeAt)).toString('hex'));
  }

  async #blocksAt(places: ReadonlyMap<string, BlockPlace>): Promise<ReadonlyMap<string, LedgerBlock>> {
    const blocks = new Map<string, LedgerBlock>();
    for (const [name, place] of places) {
      const block = this.#blocks.get(name) ?? (await this.#blockAt(place));
      blocks.set(name, block);
      this.#blocks.delete(name);
      this.#blocks.set(name, block);
    }
    for (const name of this.#blocks.keys()) {
      if (this.#blocks.size <= BLOCKS_KEPT_MAX) break;
      this.#blocks.delete(name);
    }
    return blocks;
  }

  async #blockAt(place: BlockPlace): Promise<LedgerBlock> {
    const stored = await this.#storedHashes(place);
    if (stored !== undefined) return new LedgerBlock(stored);
    await this.fill();
    const filled = await this.#storedHashes(place);
    if (filled === undefined) throw new Error('hashes of the ledger are missing: run `besa audit verify`');
    return new LedgerBlock(filled);
  }

  /** undefined: not filled yet */
  async #storedHashes({ level, index, count }: BlockPlace): Promise<Uint8Array | undefined> {
    const from = index * BLOCK_HASHES;
    const hashes =
      count === BLOCK_HASHES
        ? await this.#hashes('besa_tree_children', CHILDREN, [level + BLOCK_LEVELS, index])
        : await this.#hashesOf(level, from, from + count);
    return hashes?.length === count * HASH_BYTES ? hashes : undefined;
  }

  /** Hashes `[from, until)` of one level that is stored: leaves, or nodes of complete blocks. */
  #hashesOf(level: number, from: number, until: number): Promise<Uint8Array | undefined> {
    return level === 0
      ? this.#hashes('besa_tree_leaves', LEAVES, [from, until])
      : this.#hashes('besa_tree_nodes', NODES, [level, from, until]);
  }

  async #hashes(name: string, text: string, values: readonly unknown[]): Promise<Uint8Array | undefined> {
    const [row] = await this.#read<{ hashes: Uint8Array | null }>(name, text, values);
    return row?.hashes ?? undefined;
  }

  async #fillBlocks(level: number, from: number, until: number): Promise<void> {
    const hashes = await this.#hashesOf(level - BLOCK_LEVELS, from * BLOCK_HASHES, until * BLOCK_HASHES);
    const blockBytes = BLOCK_HASHES * HASH_BYTES;
    if (hashes?.length !== (until - from) * blockBytes)
      throw new Error('entries of the ledger are missing: run `besa audit verify`');
    const indexes = Array.from({ length: until - from }, (_, place) => from + place);
    const children = indexes.map((index) =>
      hashes.subarray((index - from) * blockBytes, (index - from + 1) * blockBytes),
    );
    const roots = children.map((block) => new LedgerBlock(block).nodeAt(BLOCK_LEVELS, 0));
    await this.#read('besa_tree_fill', FILL, [level, indexes, roots, children]);
  }

  async #read<Row extends QueryResultRow>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    try {
      return (await this.#pool.query<Row>({ name, text, values: [...values] })).rows;
    } catch (error) {
      this.#onFault(causeOf(error));
      throw new HubError('LEDGER_UNAVAILABLE', 'the ledger cannot be read; try again');
    }
  }
}

/** The stored block that holds what a node is made of; `count` hashes of it in a tree of `size` leaves. */
function placeOf({ level, index }: TreeNode, size: number): BlockPlace {
  const base = level - (level % BLOCK_LEVELS);
  const perBlock = 2 ** (base + BLOCK_LEVELS - level);
  const block = Math.floor(index / perBlock);
  const count = Math.min(BLOCK_HASHES, Math.floor(size / 2 ** base) - block * BLOCK_HASHES);
  return { level: base, index: block, count };
}

/** SQLSTATE or name of a fault; never its message, which may quote what was asked. */
function causeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error && typeof error.name === 'string' ? error.name : 'unknown';
}
