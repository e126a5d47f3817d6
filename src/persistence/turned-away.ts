import { Pool, type QueryResultRow } from 'pg';
import type { TurnedAway } from '../domain/turned-away.js';
import type { TurnedAwayCount, TurnedAwayCounts, TurnedAwayPage } from '../hub/ports.js';
import { unavailable } from './outage.js';

const CONNECTIONS = 2;
const CONNECT_MS_MAX = 3_000;
const STATEMENT_MS_MAX = 8_000;

/** The minute is told by the database, whose clock is the one the ledger goes by. In one order, so that two processes never wait for each other in a circle. */
const ADD = `insert into besa.turned_away (minute, source, reason, count)
  select date_trunc('minute', besa.besa_now() - a.age_ms * interval '1 millisecond', 'UTC'), a.source, a.reason, sum(a.count)
  from unnest($1::float8[], $2::text[], $3::text[], $4::bigint[]) a (age_ms, source, reason, count)
  group by 1, 2, 3 order by 1, 2, 3
  on conflict (minute, source, reason) do update set count = besa.turned_away.count + excluded.count`;

const LIST = `select t.minute, t.source, t.reason, t.count::float8 as count from besa.turned_away t
  where ($1::timestamptz is null or t.minute >= $1) and ($2::timestamptz is null or t.minute < $2)
    and ($3::timestamptz is null or t.minute < $3
      or (t.minute = $3 and (t.source, t.reason) > ($4::text collate "C", $5::text collate "C")))
  order by t.minute desc, t.source, t.reason limit $6`;

const FORGET = `delete from besa.turned_away where minute < besa.besa_now() - $1::int * interval '1 day'`;

/** Counts of requests turned away, in PostgreSQL. */
export class PostgresTurnedAway implements TurnedAwayCounts {
  readonly #pool: Pool;

  constructor(url: string) {
    this.#pool = new Pool({
      connectionString: url,
      max: CONNECTIONS,
      application_name: 'besa-turned-away',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      options: `-c statement_timeout=${STATEMENT_MS_MAX} -c lock_timeout=${CONNECT_MS_MAX}`,
    });
    // A connection lost while idle is replaced at the next call; without a listener it would end the process.
    this.#pool.on('error', () => {});
  }

  async add(counts: readonly TurnedAwayCount[]): Promise<void> {
    if (counts.length === 0) return;
    await this.#call(ADD, [
      counts.map(({ ageMs }) => Math.max(0, ageMs)),
      counts.map(({ source }) => source),
      counts.map(({ reason }) => reason),
      counts.map(({ count }) => count),
    ]);
  }

  async list({ from, until, after, limit }: TurnedAwayPage): Promise<readonly TurnedAway[]> {
    const behind = [after?.minute ?? null, after?.source ?? null, after?.reason ?? null];
    const { rows } = await this.#call<TurnedAway & QueryResultRow>(LIST, [
      from ?? null,
      until ?? null,
      ...behind,
      limit,
    ]);
    return rows;
  }

  async forget(olderThanDays: number): Promise<number> {
    return (await this.#call(FORGET, [olderThanDays])).rowCount ?? 0;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #call<Row extends QueryResultRow>(text: string, values: unknown[]) {
    return this.#pool.query<Row>(text, values).catch((cause: unknown) => {
      throw unavailable(cause);
    });
  }
}
