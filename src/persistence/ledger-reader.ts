import { Client } from 'pg';
import type { LedgerChunk, LedgerReading } from '../audit/verify.js';

const ROWS_PER_CHUNK = 2_000;

/** Hands the ledger as stored to `work`: raw, for it is read to be doubted. @throws what the connection or `work` throws */
export async function withLedger<T>(url: string, work: (ledger: LedgerReading) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'besa-ledger-verify' });
  // What breaks the connection also rejects the query under way.
  client.on('error', () => {});
  await client.connect();
  try {
    // One snapshot: entries and heads that were written together are seen together.
    await client.query('begin transaction isolation level repeatable read read only');
    const head = await client.query<{ size: string }>(
      'select coalesce(max(h.size), 0) as size from besa.ledger_head h',
    );
    return await work({ size: Number(head.rows[0]?.size ?? 0), chunks: chunksOf(client) });
  } finally {
    await client.end();
  }
}

const ROWS_TEXT = `select e.sequence::float8 as sequence, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
    e.agency, e.request_id as "requestId", e.body, e.leaf
  from besa.ledger_entry e where e.sequence > $1 order by e.sequence limit ${ROWS_PER_CHUNK}`;

/** $2 = null: all that are left, heads of entries that are gone among them. */
const HEADS_TEXT = `select h.size::float8 as size, h.peaks as hashes
  from besa.ledger_head h where h.size > $1 and ($2::bigint is null or h.size <= $2) order by h.size`;

async function* chunksOf(client: Client): AsyncGenerator<LedgerChunk> {
  let readUpTo = -1;
  for (let isLast = false; !isLast; ) {
    const rows = await client.query<LedgerChunk['rows'][number]>(ROWS_TEXT, [readUpTo]);
    isLast = rows.rows.length < ROWS_PER_CHUNK;
    const last = rows.rows.at(-1)?.sequence ?? readUpTo;
    const heads = await client.query<LedgerChunk['heads'][number]>(HEADS_TEXT, [readUpTo, isLast ? null : last]);
    yield { rows: rows.rows, heads: heads.rows };
    readUpTo = last;
  }
}
