import { Client, type QueryResultRow } from 'pg';
import { EMPTY_TREE, type Peaks, withLeaf } from '../audit/merkle-tree.js';
import type { LedgerChunk, LedgerReading } from '../audit/verify.js';
import type { LedgerKey, SignedHead } from '../domain/evidence.js';

const ROWS_PER_CHUNK = 2_000;
const LEAVES_PER_READ = 65_536;
const HASH_BYTES = 32;

/** Hands the ledger as stored to `work`: raw, for it is read to be doubted. @throws what the connection or `work` throws */
export async function withLedger<T>(url: string, work: (ledger: LedgerReading) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'besa-ledger-verify' });
  // What breaks the connection also rejects the query under way.
  client.on('error', () => {});
  await client.connect();
  try {
    // One snapshot: entries and heads that were written together are seen together.
    await client.query('begin transaction isolation level repeatable read read only');
    return await work(await readingOf(client));
  } finally {
    await client.end();
  }
}

async function readingOf(client: Client): Promise<LedgerReading> {
  const [head] = await rowsOf<{ size: number }>(client, SIZE_TEXT, []);
  // A database that was not brought up to date since has no such tables, and a ledger all the same.
  const has = async (table: string): Promise<boolean> =>
    (await rowsOf(client, 'select 1 where to_regclass($1) is not null', [table])).length > 0;
  const hasSigned = (await has('besa.signed_head')) && (await has('besa.ledger_key'));
  const keys = hasSigned ? (await rowsOf<KeyRow>(client, KEYS_TEXT, [])).map(keyFrom) : [];
  const archives = (await has('besa.ledger_archive')) ? await rowsOf<Archive>(client, ARCHIVES_TEXT, []) : [];
  return {
    size: head?.size ?? 0,
    chunks: chunksOf(client, hasSigned, 0),
    keys,
    isArchived: (sequence) => archives.some(({ first, last }) => first <= sequence && sequence <= last),
    behind: async (size) => ({ begin: await peaksOf(client, size), chunks: chunksOf(client, hasSigned, size) }),
  };
}

const SIZE_TEXT = 'select coalesce(max(h.size), 0)::float8 as size from besa.ledger_head h';

const ROWS_TEXT = `select e.sequence::float8 as sequence, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
    e.agency, e.request_id as "requestId", e.body, e.leaf
  from besa.ledger_entry e where e.sequence > $1 order by e.sequence limit ${ROWS_PER_CHUNK}`;

/** $2 = null: all that are left, heads of entries that are gone among them. */
const HEADS_TEXT = `select h.size::float8 as size, h.peaks as hashes
  from besa.ledger_head h where h.size > $1 and ($2::bigint is null or h.size <= $2) order by h.size`;

const SIGNED_TEXT = `select s.size::float8 as size, encode(s.root, 'hex') as root, s.at, s.key, s.text, s.signature
  from besa.signed_head s where s.size > $1 and ($2::bigint is null or s.size <= $2) order by s.size, s.at`;

const KEYS_TEXT = `select k.fingerprint, k.public_key as "publicKey", k.since, k.introduction as text,
    k.by_previous as "byPrevious", k.by_itself as "byItself"
  from besa.ledger_key k order by k.id`;

const ARCHIVES_TEXT = `select a.first_sequence::float8 as first, a.last_sequence::float8 as last from besa.ledger_archive a`;

const LEAVES_TEXT = `select string_agg(e.leaf, ''::bytea order by e.sequence) as leaves
  from besa.ledger_entry e where e.sequence > $1 and e.sequence <= $2`;

interface Archive extends QueryResultRow {
  readonly first: number;
  readonly last: number;
}

interface KeyRow extends QueryResultRow {
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly since: Date;
  readonly text: string | null;
  readonly byPrevious: string | null;
  readonly byItself: string | null;
}

function keyFrom({ fingerprint, publicKey, since, text, byPrevious, byItself }: KeyRow): LedgerKey {
  const introduction =
    text === null || byPrevious === null || byItself === null ? null : { text, byPrevious, byItself };
  return { fingerprint, publicKey, since, introduction };
}

async function rowsOf<Row extends QueryResultRow>(
  client: Client,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  return (await client.query<Row>(text, [...values])).rows;
}

async function* chunksOf(client: Client, hasSigned: boolean, behind: number): AsyncGenerator<LedgerChunk> {
  // Heads of the empty tree come with its first entries.
  let readUpTo = behind === 0 ? -1 : behind;
  const after = (sequence: number) =>
    rowsOf<LedgerChunk['rows'][number] & QueryResultRow>(client, ROWS_TEXT, [sequence]);
  let coming = after(readUpTo);
  for (let isLast = false; !isLast; ) {
    const rows = await coming;
    isLast = rows.length < ROWS_PER_CHUNK;
    const last = rows.at(-1)?.sequence ?? readUpTo;
    const range = [readUpTo, isLast ? null : last];
    const heads = await rowsOf<LedgerChunk['heads'][number] & QueryResultRow>(client, HEADS_TEXT, range);
    const signed = hasSigned ? await rowsOf<SignedHead & QueryResultRow>(client, SIGNED_TEXT, range) : [];
    // The database reads on while these are checked. Whoever stops in the middle wants to hear nothing of the rest.
    coming = isLast ? Promise.resolve([]) : after(last);
    coming.catch(() => {});
    yield { rows, heads, signed };
    readUpTo = last;
  }
}

async function peaksOf(client: Client, size: number): Promise<Peaks> {
  let peaks = EMPTY_TREE;
  while (peaks.size < size) {
    const until = Math.min(peaks.size + LEAVES_PER_READ, size);
    const [row] = await rowsOf<{ leaves: Uint8Array | null }>(client, LEAVES_TEXT, [peaks.size, until]);
    const leaves = row?.leaves ?? new Uint8Array();
    if (leaves.length !== (until - peaks.size) * HASH_BYTES)
      throw new Error(`entries between ${peaks.size + 1} and ${until} are missing: run \`besa audit verify\``);
    for (let at = 0; at < leaves.length; at += HASH_BYTES)
      peaks = withLeaf(peaks, leaves.subarray(at, at + HASH_BYTES));
  }
  return peaks;
}
