import { createHmac, hkdfSync } from 'node:crypto';
import { Pool, type QueryResultRow } from 'pg';
import { QUOTA_UNITS } from '../domain/clause.js';
import type { QuotaAccount } from '../domain/decision.js';
import { HubError } from '../domain/errors.js';
import { accountIdOf } from '../domain/quota.js';
import type { Charged, QuotaCharge, QuotaRefusals, QuotaSettlement, Quotas, QuotaUse, RawId } from '../hub/ports.js';

export interface QuotaOptions {
  /** of the hub's own role */
  readonly url: string;
  /** the hub's secret: marks of records are keyed by it */
  readonly secret: Buffer;
}

/** Calls for one account wait for each other, and each ends with a durable commit: a few connections are enough. */
const CONNECTIONS = 4;
const CONNECT_MS_MAX = 10_000;
const STATEMENT_MS_MAX = 8_000;
const KEY_BYTES = 32;

const CHARGE = 'select besa.charge($1::jsonb) as exhausted';
const SETTLE = 'select besa.settle($1::jsonb)';
const REFUSALS = `select key, refused::float8 as requests, first_refused_at as "firstAt", period_until as "resetsAt"
  from besa.quota_account where key = any ($1) and first_refused_at >= $2 order by key, period_from`;
const USES = `select u.place::int - 1 as place, a.used_values::float8 as "values", a.used_requests::float8 as requests,
    a.used_records::float8 as records, a.used_subjects::float8 as subjects, a.refused::float8 as refused
  from unnest($1::text[], $2::timestamptz[]) with ordinality u (key, period_from, place)
  join besa.quota_account a on a.key = u.key and a.period_from = u.period_from`;

/** Quotas in PostgreSQL: one function call, one autocommit statement, one durable commit for all charges of a request. */
export class PostgresQuotas implements Quotas {
  readonly #pool: Pool;
  readonly #markKey: Buffer;

  constructor({ url, secret }: QuotaOptions) {
    this.#markKey = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'besa quota mark v1', KEY_BYTES));
    this.#pool = new Pool({
      connectionString: url,
      max: CONNECTIONS,
      application_name: 'besa-quotas',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      // A charge that a crash could undo would be asked for twice.
      options: `-c synchronous_commit=on -c statement_timeout=${STATEMENT_MS_MAX} -c default_transaction_isolation=read\\ committed`,
    });
    // A connection lost while idle is replaced at the next call; without a listener it would end the process.
    this.#pool.on('error', () => {});
  }

  async charge(charges: readonly QuotaCharge[]): Promise<Charged> {
    const rows = charges.map(({ account, amounts }) => {
      const limits = QUOTA_UNITS.map((unit) => [`${unit}_max`, account.limits[unit]] as const);
      return { key: account.key, from: account.from, until: account.until, ...amounts, ...Object.fromEntries(limits) };
    });
    const [row] = await this.#call<{ exhausted: readonly string[] | null }>('besa_charge', CHARGE, [
      JSON.stringify(rows),
    ]);
    if (row === undefined || row.exhausted === null) return { kind: 'STALE' };
    return row.exhausted.length === 0 ? { kind: 'CHARGED' } : { kind: 'EXHAUSTED', keys: row.exhausted };
  }

  async settle(settlements: readonly QuotaSettlement[]): Promise<void> {
    const rows = settlements.map(({ account, recordsBack, subjectsCharged, subjects }) => ({
      key: account.key,
      from: account.from,
      records_back: recordsBack,
      subjects_charged: subjectsCharged,
      marks: subjects.map((subject) => this.#markOf(account, subject)),
    }));
    await this.#call('besa_settle', SETTLE, [JSON.stringify(rows)]);
  }

  async usesOf(accounts: readonly QuotaAccount[]): Promise<readonly QuotaUse[]> {
    if (accounts.length === 0) return [];
    const columns = [accounts.map(({ key }) => key), accounts.map(({ from }) => from.toISOString())];
    const rows = await this.#call<UseRow>('besa_quota_uses', USES, columns);
    const byPlace = new Map(rows.map((row) => [row.place, row]));
    return accounts.map((_, place) => {
      const row = byPlace.get(place);
      if (row === undefined) return { used: {}, refused: 0 };
      const { values, requests, records, subjects, refused } = row;
      return { used: { values, requests, records, subjects }, refused };
    });
  }

  async refusalsSince(keys: readonly string[], since: Date): Promise<readonly QuotaRefusals[]> {
    if (keys.length === 0) return [];
    return this.#call<QuotaRefusals & QueryResultRow>('besa_quota_refusals', REFUSALS, [[...keys], since]);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** The same record has another mark in each account and period, and none that can be told without the hub's secret. */
  #markOf(account: QuotaAccount, { databaseId, id }: RawId): string {
    return createHmac('sha256', this.#markKey)
      .update(`${accountIdOf(account)}\n${databaseId}\n${id}`)
      .digest('hex');
  }

  async #call<Row extends QueryResultRow>(name: string, text: string, values: unknown[]): Promise<readonly Row[]> {
    try {
      return (await this.#pool.query<Row>({ name, text, values })).rows;
    } catch (cause) {
      // INVARIANT (fail closed): what cannot be counted is not answered.
      const error = new HubError('SOURCE_UNAVAILABLE', 'the quota cannot be counted, so nothing was read; try again');
      error.cause = cause;
      throw error;
    }
  }
}

interface UseRow extends QueryResultRow {
  readonly place: number;
  readonly values: number;
  readonly requests: number;
  readonly records: number;
  readonly subjects: number;
  readonly refused: number;
}
