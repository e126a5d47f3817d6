import { randomBytes } from 'node:crypto';
import { Pool, type QueryResultRow } from 'pg';
import { HubError } from '../domain/errors.js';
import type { CommitmentOpening } from '../domain/evidence.js';
import type { CommitmentOpenings } from '../hub/ports.js';
import { unavailable } from './outage.js';

const CONNECTIONS = 2;
const CONNECT_MS_MAX = 3_000;
const STATEMENT_MS_MAX = 8_000;
const SALT_BYTES = 16;
const SALTS_PER_BLOCK = 256;

const KEEP = 'select besa.keep_openings($1::int[], $2::bigint[], $3::text[]::bytea[], $4::text[]::bytea[])';
const OF = `select o.database_id as "databaseId", o.record_id::text as "recordId",
    encode(o.commitment, 'hex') as commitment, encode(o.salt, 'hex') as salt
  from unnest($1::int[], $2::bigint[], $3::text[]::bytea[]) asked (database_id, record_id, commitment)
  join besa.commitment_opening o using (database_id, record_id, commitment)`;

/** Openings of commitments in PostgreSQL: a table beside the ledger, emptied of a record by its tombstone. */
export class PostgresCommitmentOpenings implements CommitmentOpenings {
  readonly #pool: Pool;
  #salts = Buffer.alloc(0);

  /** @param url of the hub's own role */
  constructor(url: string) {
    this.#pool = new Pool({
      connectionString: url,
      max: CONNECTIONS,
      application_name: 'besa-commitments',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      // The entry that follows is flushed with all that was written before it: a flush of their own would be one too many.
      options: `-c synchronous_commit=off -c statement_timeout=${STATEMENT_MS_MAX} -c default_transaction_isolation=read\\ committed`,
    });
    // A connection lost while idle is replaced at the next call; without a listener it would end the process.
    this.#pool.on('error', () => {});
  }

  newSalt(): string {
    if (this.#salts.length < SALT_BYTES) this.#salts = randomBytes(SALT_BYTES * SALTS_PER_BLOCK);
    const salt = this.#salts.toString('hex', 0, SALT_BYTES);
    this.#salts = this.#salts.subarray(SALT_BYTES);
    return salt;
  }

  async keep(openings: readonly CommitmentOpening[]): Promise<void> {
    const values = [...columnsOf(openings), openings.map(({ salt }) => `\\x${salt}`)];
    await this.#pool.query({ name: 'besa_keep_openings', text: KEEP, values }).catch((cause: unknown) => {
      const error = new HubError('LEDGER_UNAVAILABLE');
      error.cause = cause;
      throw error;
    });
  }

  async of(commitments: readonly Omit<CommitmentOpening, 'salt'>[]): Promise<readonly CommitmentOpening[]> {
    if (commitments.length === 0) return [];
    const { rows } = await this.#pool
      .query<CommitmentOpening & QueryResultRow>({
        name: 'besa_openings_of',
        text: OF,
        values: [...columnsOf(commitments)],
      })
      .catch((cause: unknown) => {
        throw unavailable(cause);
      });
    return rows;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

function columnsOf(openings: readonly Omit<CommitmentOpening, 'salt'>[]): readonly unknown[] {
  return [
    openings.map(({ databaseId }) => databaseId),
    openings.map(({ recordId }) => recordId),
    openings.map(({ commitment }) => `\\x${commitment}`),
  ];
}
