import { Client, Pool, type QueryResultRow } from 'pg';
import { EMPTY_TREE, type Peaks } from '../audit/merkle-tree.js';
import type { ArchivedMonth, ArchiveExtent, ArchiveProgress, LedgerArchive } from '../hub/ports.js';
import { StartError } from '../support/start-error.js';
import { emptyMonth, type LeavingMonth, type MonthParts, storeMonth, treeBehind } from './archive-month.js';
import { makePrivateFolder } from './make-folder.js';
import { unavailable } from './outage.js';

/** Which months may leave, and where they go. */
export interface ArchiveRule {
  readonly keptMonths: number;
  /** absolute path */
  readonly folder: string;
}

export interface ArchiveOrder extends ArchiveRule {
  /** names this hub in what is signed and exported */
  readonly environment: string;
  /** `2024-01`: only months before this one; absent: all that the rule lets go */
  readonly before?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ArchiveProgress) => void;
}

export interface LedgerArchiveOptions {
  /** of the hub's own role */
  readonly url: string;
  readonly environment: string;
  /** absent: nothing leaves by itself */
  readonly rule?: ArchiveRule | undefined;
}

/** An archive that holds connections. */
export interface PostgresLedgerArchive extends LedgerArchive {
  close(): Promise<void>;
}

const CONNECT_MS_MAX = 3_000;
const STATEMENT_MS_MAX = 8_000;

const MAKE = `select besa.ledger_make_month(m.day) as "isMade", to_regclass('besa.ledger_entry_' || to_char(m.day, 'YYYY_MM')) is not null as "isThere"
  from (select ((besa.besa_now() at time zone 'UTC')::date + make_interval(months => $1))::date) m (day)`;
const EXTENT = `select a.last_sequence::float8 as "upToSequence", (a.month::timestamp + interval '1 month') at time zone 'UTC' as before
  from besa.ledger_archive a order by a.month desc limit 1`;

export function createLedgerArchive(options: LedgerArchiveOptions): PostgresLedgerArchive {
  return new PostgresArchive(options);
}

class PostgresArchive implements PostgresLedgerArchive {
  readonly #options: LedgerArchiveOptions;
  readonly #pool: Pool;

  constructor(options: LedgerArchiveOptions) {
    this.#options = options;
    this.#pool = new Pool({
      connectionString: options.url,
      max: 1,
      application_name: 'besa-ledger-months',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      options: `-c lock_timeout=${CONNECT_MS_MAX} -c statement_timeout=${STATEMENT_MS_MAX}`,
    });
    // A connection lost while idle is replaced at the next call; without a listener it would end the process.
    this.#pool.on('error', () => {});
  }

  async makeMonths(ahead: number) {
    let [made, missing] = [0, 0];
    // One statement each: a month that cannot be made must not keep the others from it.
    for (let month = 0; month <= ahead; month += 1) {
      const [row] = await this.#read<{ isMade: boolean; isThere: boolean }>(MAKE, [month]);
      if (row?.isMade === true) made += 1;
      else if (row?.isThere !== true) missing += 1;
    }
    return { made, missing };
  }

  async extent(): Promise<ArchiveExtent | undefined> {
    return (await this.#read<ArchiveExtent & QueryResultRow>(EXTENT, []))[0];
  }

  async archiveByRule(signal: AbortSignal) {
    const { url, environment, rule } = this.#options;
    const months = rule === undefined ? [] : await archiveLedger(url, { ...rule, environment, signal });
    return { months: months.length, entries: months.reduce((sum, { first, last }) => sum + last - first + 1, 0) };
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #read<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<readonly Row[]> {
    try {
      return (await this.#pool.query<Row>(text, values)).rows;
    } catch (cause) {
      throw unavailable(cause);
    }
  }
}

const TAKE = `select pg_try_advisory_lock(hashtextextended('besa.ledger_archive', 0)) as "isTaken"`;
const PENDING = `select to_char(a.month, 'YYYY-MM') as month, a.first_sequence::float8 as first, a.last_sequence::float8 as last, a.file, a.sha256
  from besa.ledger_archive a where not exists (select from besa.ledger_archive_end f where f.month = a.month) order by a.month`;
const LATEST = `select a.last_sequence::float8 as size, a.peaks_after as hashes from besa.ledger_archive a order by a.month desc limit 1`;
/** The month of the first entry that is not archived; a later one than the last archived, whatever the clock said. */
const NEXT = `with f as (
    select coalesce(max(a.last_sequence), 0) + 1 as first, max(a.month) + interval '1 month' as earliest from besa.ledger_archive a
  ), m as (
    select f.first, greatest(date_trunc('month', e.at at time zone 'UTC'), f.earliest) as month
    from f join besa.ledger_entry e on e.sequence = f.first
  )
  select m.first::float8 as first, to_char(m.month, 'YYYY-MM') as month, (m.month + interval '1 month') at time zone 'UTC' as ends,
    (m.month + make_interval(months => $1 + 1)) at time zone 'UTC' <= besa.besa_now() as "isDue"
  from m`;
const LAST = `select coalesce(
    (select min(e.sequence) - 1 from besa.ledger_entry e where e.sequence > $1 and e.at >= $2),
    (select max(h.size) from besa.ledger_head h)
  )::float8 as last`;

/**
 * Archives every whole month that the rule lets go, oldest first. Broken off anywhere, nothing is lost: a file without its row is
 * taken if it is whole, a month with its row is emptied by the next run.
 *
 * @returns the months that were brought to their end now
 * @throws StartError for what an operator can mend
 */
export async function archiveLedger(url: string, order: ArchiveOrder): Promise<readonly ArchivedMonth[]> {
  makePrivateFolder(order.folder);
  const client = new Client({
    connectionString: url,
    application_name: 'besa-archive',
    connectionTimeoutMillis: CONNECT_MS_MAX,
    options: '-c lock_timeout=4s -c synchronous_commit=on',
  });
  // What breaks the connection also rejects the query under way.
  client.on('error', () => {});
  await client.connect();
  try {
    const taken = await client.query<{ isTaken: boolean }>(TAKE);
    if (taken.rows[0]?.isTaken !== true) {
      throw new StartError('another process is archiving this ledger', ['wait until it is done']);
    }
    return await archiveMonths(client, order);
  } finally {
    await client.end();
  }
}

async function archiveMonths(client: Client, order: ArchiveOrder): Promise<readonly ArchivedMonth[]> {
  const done: ArchivedMonth[] = [];
  const finish = async (stored: ArchivedMonth): Promise<boolean> => {
    const isEmptied = await emptyMonth(partsOf(client, order, stored), stored);
    if (isEmptied) done.push(stored);
    return isEmptied;
  };
  const { rows: pending } = await client.query<ArchivedMonth>(PENDING);
  for (const stored of pending) if (!(await finish(stored))) return done;
  for (let leaving = await nextMonth(client, order); leaving !== undefined; leaving = await nextMonth(client, order)) {
    if (order.signal?.aborted === true) break;
    const { before, last } = leaving;
    const after = await treeBehind(client, before, last);
    const stored = await storeMonth(partsOf(client, order, leaving), { ...leaving, after });
    if (!(await finish(stored))) break;
  }
  return done;
}

type NextMonth = Omit<LeavingMonth, 'after'>;

async function nextMonth(client: Client, order: ArchiveOrder): Promise<NextMonth | undefined> {
  const { rows } = await client.query<{ first: number; month: string; ends: Date; isDue: boolean }>(NEXT, [
    order.keptMonths,
  ]);
  const [next] = rows;
  if (next === undefined || !next.isDue || (order.before !== undefined && next.month >= order.before)) return undefined;
  const { rows: found } = await client.query<{ last: number }>(LAST, [next.first, next.ends]);
  const latest = await client.query<Peaks>(LATEST);
  return { month: next.month, first: next.first, last: found[0]?.last ?? 0, before: latest.rows[0] ?? EMPTY_TREE };
}

function partsOf(
  client: Client,
  { folder, environment, keptMonths, signal, onProgress }: ArchiveOrder,
  { month, first, last }: Pick<NextMonth, 'month' | 'first' | 'last'>,
): MonthParts {
  const total = last - first + 1;
  return {
    client,
    folder,
    environment,
    keptMonths,
    signal: signal ?? new AbortController().signal,
    tell: (step, done) => onProgress?.({ month, step, done: Math.min(done, total), total }),
  };
}
