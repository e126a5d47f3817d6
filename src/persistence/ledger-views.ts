import { Pool, type QueryResultRow } from 'pg';
import { entrySeenBy, type StoredBody, seenBy } from '../audit/seen-by.js';
import { HubError } from '../domain/errors.js';
import type { Receipt } from '../domain/evidence.js';
import {
  LEDGER_CELLS_MAX,
  type LedgerCell,
  type LedgerDimension,
  type LedgerFilter,
  type SeenEntry,
  type VisibleEntry,
} from '../domain/ledger-view.js';
import type { LedgerViewPage, LedgerViews, ReceiptAsk } from '../hub/ports.js';
import { linesWhere, Values } from './ledger-filter.js';

export interface LedgerViewsOptions {
  /** of the hub's own role */
  readonly url: string;
  /** IANA name: days and months of statistics fall in it */
  readonly timeZone: string;
  /** told the SQLSTATE or name of what went wrong, never a value */
  readonly onFault?: (cause: string) => void;
}

/** Views of the ledger that hold connections. */
export interface PostgresLedgerViews extends LedgerViews {
  close(): Promise<void>;
}

const CONNECTIONS = 3;
const CONNECT_MS_MAX = 3_000;
/** statistics over years take a while; nobody else waits for them */
const STATEMENT_MS_MAX = 30_000;
/** entries in one call: it ends within a fraction of a second, so that who waits for it waits no longer */
const BATCH = 1_000;

const INDEX = 'select indexed::float8 as indexed, newest::float8 as newest from besa.ledger_index($1)';

export function createLedgerViews(options: LedgerViewsOptions): PostgresLedgerViews {
  return new IndexedViews(options);
}

/** Views over the index of migration 15; which part of an entry is whose is decided once more by `audit/seen-by.ts`. */
class IndexedViews implements PostgresLedgerViews {
  readonly #pool: Pool;
  readonly #timeZone: string;
  readonly #onFault: (cause: string) => void;

  constructor({ url, timeZone, onFault = () => {} }: LedgerViewsOptions) {
    this.#timeZone = timeZone;
    this.#onFault = onFault;
    this.#pool = new Pool({
      connectionString: url,
      max: CONNECTIONS,
      application_name: 'besa-ledger-views',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      options: `-c statement_timeout=${STATEMENT_MS_MAX} -c default_transaction_isolation=read\\ committed`,
    });
    // A connection lost while idle is no event: the next read makes another.
    this.#pool.on('error', () => {});
  }

  async index(signal?: AbortSignal, onProgress?: (indexed: number) => void): Promise<number> {
    let indexed = 0;
    // Up to what was the newest at the beginning: under load there is always a newer one.
    for (let newest: number | undefined; newest === undefined || indexed < newest; ) {
      const [row] = await this.#rows<{ indexed: number; newest: number }>(INDEX, [BATCH]);
      if (row === undefined) throw new Error('the index of the ledger told nothing');
      indexed = row.indexed;
      newest ??= row.newest;
      onProgress?.(indexed);
      if (signal?.aborted === true) break;
    }
    return indexed;
  }

  async reset(): Promise<void> {
    await this.#rows('select besa.ledger_reindex()', []);
  }

  async list(viewer: string, filter: LedgerFilter, page: LedgerViewPage): Promise<readonly SeenEntry[]> {
    await this.index();
    const bodies = await this.#bodies(viewer, filter, page);
    return bodies.flatMap((stored) => entrySeenBy(stored, viewer) ?? []);
  }

  async proven(viewer: string, filter: LedgerFilter, page: LedgerViewPage): Promise<readonly VisibleEntry[]> {
    const bodies = await this.#bodies(viewer, filter, page);
    return bodies.flatMap((stored) => seenBy(stored, viewer) ?? []);
  }

  async #bodies(viewer: string, filter: LedgerFilter, page: LedgerViewPage): Promise<readonly StoredBody[]> {
    const values = new Values();
    const order = page.order === 'OLDEST_FIRST' ? 'asc' : 'desc';
    const where = linesWhere(viewer, filter, values);
    return this.#rows<StoredBody>(
      // The page first, then its texts: joined the other way round, a page costs a look at the whole ledger.
      `select p.sequence::float8 as sequence, p.at, e.body
      from (select l.sequence, l.at from besa.ledger_line l where ${where}
        order by l.sequence ${order} limit ${values.add(page.limit)}) p
      cross join lateral (
        select e.body from besa.ledger_entry e where e.sequence = p.sequence and e.at = p.at and e.body is not null offset 0
      ) e
      order by p.sequence ${order}`,
      values.all,
    );
  }

  async statistics(
    viewer: string,
    filter: LedgerFilter,
    groupBy: readonly LedgerDimension[],
  ): Promise<readonly LedgerCell[]> {
    await this.index();
    const values = new Values();
    const rows = await this.#rows<CellRow>(statisticsText(viewer, filter, groupBy, this.#timeZone, values), values.all);
    if (rows.length > LEDGER_CELLS_MAX) {
      throw new HubError('LIMIT_EXCEEDED', `more than ${LEDGER_CELLS_MAX} cells; group by less or filter more`, {
        limit: LEDGER_CELLS_MAX,
      });
    }
    return rows.map(({ entries, records, ...row }) => ({
      group: Object.fromEntries(groupBy.map((dimension, index) => [dimension, row[`d${index}`] ?? null])),
      entries: Number(entries),
      records: Number(records),
    }));
  }

  async receiptsOf(ask: ReceiptAsk): Promise<readonly Receipt[]> {
    await this.index();
    const rows = await this.#rows<ReceiptRow>(RECEIPTS, [
      ask.databaseId,
      [...ask.recordIds],
      ask.versions === undefined ? null : [...ask.versions],
      ask.upToSequence ?? null,
      ask.limit ?? null,
    ]);
    return rows.map((row) => ({ ...row, databaseId: ask.databaseId }));
  }

  async unreadable(): Promise<number> {
    const [row] = await this.#rows<{ count: number }>(UNREADABLE, []);
    return row?.count ?? 0;
  }

  async archivedBefore(): Promise<Date | null> {
    const [row] = await this.#rows<{ before: Date | null }>(ARCHIVED_BEFORE, []);
    return row?.before ?? null;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #rows<Row>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    try {
      return (await this.#pool.query<Row & QueryResultRow>(text, [...values])).rows;
    } catch (error) {
      this.#onFault(causeOf(error));
      throw new HubError('SOURCE_UNAVAILABLE', 'the ledger cannot be read; try again');
    }
  }
}

interface CellRow extends Readonly<Record<string, unknown>> {
  readonly entries: string;
  readonly records: string;
  readonly [dimension: `d${number}`]: string | null;
}

type ReceiptRow = Omit<Receipt, 'databaseId'>;

/** `z`: the parameter with the time zone. Dimensions of asks need the rows of `besa.ledger_asked`, the others only count them. */
const DIMENSIONS: { readonly [Dimension in LedgerDimension]: (z: () => string) => string } = {
  AGENCY: () => 'l.agency',
  PURPOSE: () => 'l.purpose',
  OUTCOME: () => 'l.outcome',
  ACTION: () => 'l.action',
  DATABASE: () => 'a.database',
  RECORD_TYPE: () => 'a.record_type',
  DAY: (z) => `to_char(l.at at time zone ${z()}, 'YYYY-MM-DD')`,
  MONTH: (z) => `to_char(l.at at time zone ${z()}, 'YYYY-MM')`,
};

/** Counts of entries and records. An owner's lines are joined with the asks about its own databases, and with no others. */
function statisticsText(
  viewer: string,
  filter: LedgerFilter,
  groupBy: readonly LedgerDimension[],
  timeZone: string,
  values: Values,
): string {
  const where = linesWhere(viewer, filter, values);
  const joins = [`a.sequence = l.sequence and (l.perspective = 'OWN' or a.owner = l.reader)`];
  if (filter.database !== undefined) joins.push(`a.database = ${values.add(filter.database)}`);
  if (filter.recordType !== undefined) joins.push(`a.record_type = ${values.add(filter.recordType)}`);
  const keys = groupBy.map((dimension) => DIMENSIONS[dimension](() => values.add(timeZone)));
  const columns = keys.map((key, index) => `${key} as d${index}`);
  return `select ${[...columns, 'count(distinct l.sequence) as entries', 'coalesce(sum(a.records), 0) as records'].join(', ')}
    from besa.ledger_line l left join besa.ledger_asked a on ${joins.join(' and ')}
    where ${where}
    ${keys.length === 0 ? '' : `group by ${keys.map((_, index) => index + 1).join(', ')} order by ${keys.map((_, index) => index + 1).join(', ')}`}
    limit ${LEDGER_CELLS_MAX + 1}`;
}

const RECEIPTS = `select r.sequence::float8 as sequence, l.at, r.record_id::text as "recordId", r.version, l.agency, l.person,
    l.purpose, l.justification, a.action, a.fields, a.basis
  from besa.ledger_receipt r
    join besa.shared_database s on s.id = r.database_id
    join besa.ledger_asked a on a.sequence = r.sequence and a.database = s.code and a.place = r.place
    join besa.ledger_line l on l.reader = s.owner and l.sequence = r.sequence
  where r.database_id = $1 and r.record_id = any ($2::bigint[]) and ($3::int[] is null or r.version = any ($3))
    and ($4::bigint is null or r.sequence <= $4)
  order by r.sequence desc, r.place, r.record_id, r.version limit $5`;

const UNREADABLE = 'select count(*)::float8 as count from besa.ledger_unreadable';

const ARCHIVED_BEFORE = `select (max(a.month)::timestamp + interval '1 month') at time zone 'UTC' as before
  from besa.ledger_archive a`;

/** SQLSTATE or name of a fault; never its message, which may quote a value. */
function causeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error && typeof error.name === 'string' ? error.name : 'unknown';
}
