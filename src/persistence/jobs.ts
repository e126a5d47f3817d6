import { randomBytes } from 'node:crypto';
import { Client, Pool, type QueryResultRow } from 'pg';
import type { StoredJob } from '../domain/job.js';
import type { JobStore, JobTurn } from '../hub/ports.js';
import { unavailable } from './outage.js';

export interface JobStoreOptions {
  /** of the hub's own role */
  readonly url: string;
  /** how long a process may stand still before it loses its turn; absent: 10 s */
  readonly standstillMsMax?: number;
}

/** A job store that holds connections. */
export interface PostgresJobStore extends JobStore {
  close(): Promise<void>;
}

const CONNECTIONS = 2;
const CONNECT_MS_MAX = 10_000;
const STATEMENT_MS_MAX = 8_000;
const STANDSTILL_MS_MAX = 10_000;
/** Signs of life in one longest standstill: one or two may come late. */
const SIGNS_OF_LIFE = 4;
const PROCESS_BYTES = 3;

const TAKE = `select pg_try_advisory_lock(hashtextextended('besa.job ' || $1, 0)) as "isTaken"`;
const BEGIN = 'select besa.begin_job($1, $2, $3)::float8 as run';
const FINISH = 'select besa.finish_job($1, $2, $3::jsonb, $4) as "isKept"';
const LIST = `select name, started_at as "startedAt", finished_at as "finishedAt", outcome, counts, error_code as "errorCode",
  succeeded_at as "succeededAt", process from besa.job order by name`;

/**
 * Turns at jobs in PostgreSQL. A turn is an advisory lock of a connection of its own: it is free again the moment its process
 * is gone, and when its process stands still for too long, for then the database ends the connection. No transaction is held
 * open meanwhile: a job of minutes keeps nobody from cleaning up.
 */
export function createJobStore(options: JobStoreOptions): PostgresJobStore {
  return new AdvisoryJobStore(options);
}

class AdvisoryJobStore implements PostgresJobStore {
  readonly #url: string;
  readonly #standstillMsMax: number;
  readonly #pool: Pool;
  readonly #process = `${process.pid}-${randomBytes(PROCESS_BYTES).toString('hex')}`;
  readonly #turns = new Set<Client>();

  constructor({ url, standstillMsMax }: JobStoreOptions) {
    this.#url = url;
    this.#standstillMsMax = standstillMsMax ?? STANDSTILL_MS_MAX;
    this.#pool = new Pool({
      connectionString: url,
      max: CONNECTIONS,
      application_name: 'besa-jobs',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      options: `-c statement_timeout=${STATEMENT_MS_MAX}`,
    });
    // A connection lost while idle is replaced at the next call; without a listener it would end the process.
    this.#pool.on('error', () => {});
  }

  async begin(name: string, unlessWithinMs?: number): Promise<JobTurn | undefined> {
    const client = this.#client();
    try {
      await client.connect();
      const taken = await client.query<{ isTaken: boolean }>(TAKE, [name]);
      if (taken.rows[0]?.isTaken !== true) return await this.#leave(client);
      const begun = await client.query<{ run: number | null }>(BEGIN, [name, this.#process, unlessWithinMs ?? null]);
      const run = begun.rows[0]?.run ?? null;
      if (run === null) return await this.#leave(client);
      this.#turns.add(client);
      return this.#turn(client, { name, run });
    } catch (cause) {
      await this.#leave(client);
      throw unavailable(cause);
    }
  }

  async list(): Promise<readonly StoredJob[]> {
    try {
      return (await this.#pool.query<StoredJob & QueryResultRow>({ name: 'besa_jobs', text: LIST })).rows;
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...[...this.#turns].map((client) => this.#leave(client)), this.#pool.end()]);
  }

  #client(): Client {
    const settings = [
      `idle_session_timeout=${this.#standstillMsMax}`,
      `statement_timeout=${STATEMENT_MS_MAX}`,
      'lock_timeout=4s',
    ];
    const client = new Client({
      connectionString: this.#url,
      application_name: 'besa-job',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      options: settings.map((setting) => `-c ${setting}`).join(' '),
    });
    // What ends the connection also rejects the next statement; without a listener it would end the process.
    client.on('error', () => {});
    return client;
  }

  #turn(client: Client, { name, run }: { readonly name: string; readonly run: number }): JobTurn {
    const loss = new AbortController();
    const lose = (): void => loss.abort();
    const signs = setInterval(() => void client.query('select').catch(lose), this.#standstillMsMax / SIGNS_OF_LIFE);
    client.once('error', lose).once('end', lose);
    return {
      lost: loss.signal,
      finish: async (result) => {
        clearInterval(signs);
        client.off('end', lose);
        const values = [name, run, JSON.stringify(result.counts ?? {}), result.errorCode ?? null];
        const kept = await client.query<{ isKept: boolean }>(FINISH, values).catch(() => undefined);
        await this.#leave(client);
        return kept?.rows[0]?.isKept === true;
      },
    };
  }

  /** Ends the connection, and the turn with it. */
  async #leave(client: Client): Promise<undefined> {
    this.#turns.delete(client);
    await client.end().catch(() => undefined);
  }
}
