import { DatabaseError, Pool, type QueryResultRow } from 'pg';
import type { InboxNotice } from '../domain/inbox.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { Notice } from '../domain/notice.js';
import type { Inbox, InboxMark, InboxPage, InboxStanding } from '../hub/ports.js';
import { actInTransaction } from './act-transaction.js';
import { InboxSigns, type Sign } from './inbox-signs.js';
import { isOutage, LOCK_WAIT_MAX, STANDSTILL_MAX, unavailable } from './outage.js';

/** An inbox that holds connections. */
export interface PostgresInbox extends Inbox {
  close(): Promise<void>;
}

/** Streams of many agencies ask one after the other: a few connections are enough. */
const CONNECTIONS = 4;
const CONNECT_MS_MAX = 10_000;
const SETTINGS = `-c statement_timeout=8000 -c lock_timeout=${LOCK_WAIT_MAX} -c idle_in_transaction_session_timeout=${STANDSTILL_MAX} -c synchronous_commit=on -c default_transaction_isolation=read\\ committed`;

const POST = 'select besa.post_notices($1, $2::jsonb) as added';
const COLUMNS = `n.id::float8 as id, n.key, n.kind, n.at, n.due_at as "dueAt", n.agreement, n.sentence, n.subject, n.posted_at as "postedAt"`;
const list = (direction: 'asc' | 'desc'): string => `select ${COLUMNS} from besa.inbox_notice n
  where n.agency = $1 and ($2::bigint is null or n.id > $2) and ($3::bigint is null or n.id < $3)
    and ($4::text[] is null or n.kind = any ($4))
  order by n.id ${direction} limit $5`;
const OLDEST_FIRST = list('asc');
const NEWEST_FIRST = list('desc');
const STANDING = `select
  coalesce((select c.last_id from besa.inbox_counter c where c.agency = $1), 0)::float8 as last,
  coalesce((select max(r.up_to) from besa.inbox_read r where r.agency = $1), 0)::float8 as "readUpTo"`;
const LAST_IDS =
  'select c.agency, c.last_id::float8 as last from besa.inbox_counter c where c.agency = any ($1) and c.last_id > 0';
// Where two say it at once, the second one finds the row of the first, or a greater one.
const MARK = `insert into besa.inbox_read (agency, up_to, by)
  select $1, $2, $3 where not exists (select from besa.inbox_read r where r.agency = $1 and r.up_to >= $2)`;

/** Inboxes in PostgreSQL. A posting is one function call in one autocommit statement, behind the lock of its agency. */
export function createInbox({ url }: { readonly url: string }): PostgresInbox {
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS,
    application_name: 'besa-inbox',
    connectionTimeoutMillis: CONNECT_MS_MAX,
    options: SETTINGS,
  });
  // A connection lost while idle is replaced at the next call; without a listener it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return new PooledInbox(pool, new InboxSigns(url));
}

class PooledInbox implements PostgresInbox {
  constructor(
    private readonly pool: Pool,
    private readonly signs: InboxSigns,
  ) {}

  async post(agency: string, notices: readonly Notice[]): Promise<number> {
    if (notices.length === 0) return 0;
    const rows = notices.map(({ key, kind, at, dueAt, reference, sentence, subject }) => ({
      key,
      kind,
      at,
      due_at: dueAt,
      agreement: reference,
      sentence,
      subject: subject ?? {},
    }));
    const [row] = await this.#call<{ added: number }>('besa_inbox_post', POST, [agency, JSON.stringify(rows)]);
    return row?.added ?? 0;
  }

  list(agency: string, { order, limit, above, below, kinds }: InboxPage): Promise<readonly InboxNotice[]> {
    const values = [agency, above ?? null, below ?? null, kinds ?? null, limit];
    return order === 'OLDEST_FIRST'
      ? this.#call<InboxNotice & QueryResultRow>('besa_inbox_oldest', OLDEST_FIRST, values)
      : this.#call<InboxNotice & QueryResultRow>('besa_inbox_newest', NEWEST_FIRST, values);
  }

  async standing(agency: string): Promise<InboxStanding> {
    const [row] = await this.#call<InboxStanding & QueryResultRow>('besa_inbox_standing', STANDING, [agency]);
    return row ?? { last: 0, readUpTo: 0 };
  }

  async lastIds(agencies: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (agencies.length === 0) return new Map();
    const rows = await this.#call<{ agency: string; last: number }>('besa_inbox_last', LAST_IDS, [[...agencies]]);
    return new Map(rows.map(({ agency, last }) => [agency, last]));
  }

  markRead({ agency, upTo, by }: InboxMark, entry: LedgerEntry): Promise<boolean> {
    return actInTransaction(this.pool, entry, async (client) => {
      const marked = await client.query(MARK, [agency, upTo, by]);
      return marked.rowCount === 1;
    });
  }

  listen(sign: Sign, listener: () => void): () => void {
    return this.signs.on(sign, listener);
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.end(), this.signs.close()]);
  }

  async #call<Row extends QueryResultRow>(name: string, text: string, values: unknown[]): Promise<readonly Row[]> {
    try {
      return (await this.pool.query<Row>({ name, text, values })).rows;
    } catch (cause) {
      if (cause instanceof DatabaseError && !isOutage(cause)) throw cause;
      throw unavailable(cause);
    }
  }
}
