/** Loads of records: COPY into a temporary table, then one merge into the partition of the database, in one transaction. */
import { once } from 'node:events';
import { Pool, type PoolClient, type QueryResult } from 'pg';
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams';
import { HubError } from '../domain/errors.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { RecordType } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';
import type { ErasedKey, RecordLoad, RecordLoader, RepeatedKey, StagedRow } from '../hub/ports.js';
import { copyLine } from './copy-text.js';
import { ErasedKeys } from './erased-keys.js';
import { type KeyHash, keyHashWith } from './key-hash.js';
import { appendStatement } from './ledger.js';
import { type LoadStatements, loadStatements } from './load-statements.js';

export interface RecordLoaderOptions {
  readonly url: string;
  /** of the hub: by it the keys of erased records are known again */
  readonly secret: Buffer;
  /** loads under way at once; more wait for their turn */
  readonly loadsMax?: number;
  /** how long a load waits for its turn, or for another load of the same database to end */
  readonly waitMsMax?: number;
}

/** A loader that holds connections. */
export interface PostgresRecordLoader extends RecordLoader {
  close(): Promise<void>;
}

const LOADS_MAX = 4;
const LOOKUPS_MAX = 2;
const WAIT_MS_MAX = 120_000;
/** characters sent to the server at a time */
const CHUNK_LENGTH = 64 * 1024;
/** changed rows from which on the planner's figures are brought up to date at once, not when autovacuum comes by */
const ANALYSE_ROWS_MIN = 1_000;
/** first key of the advisory locks by which loads of one database wait for each other; the second is the database's id */
export const LOAD_LOCK = 0x6c6f6164;

/** The hub's own role must own the record tables: it writes into partitions, which no other role can reach. */
export function createRecordLoader(options: RecordLoaderOptions): PostgresRecordLoader {
  const waitMs = options.waitMsMax ?? WAIT_MS_MAX;
  const keyHash = keyHashWith(options.secret);
  const pool = new Pool({
    connectionString: options.url,
    max: options.loadsMax ?? LOADS_MAX,
    application_name: 'besa-load',
    connectionTimeoutMillis: waitMs,
    // An upload may take its time: its limits are those of the door it came through.
    options: `-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=${waitMs} -c synchronous_commit=on -c work_mem=64MB`,
  });
  // A connection lost while idle is no event: the next load makes another.
  pool.on('error', () => {});
  // Nor is one lost in the moment between the pool's hands and a load's: the load's first statement finds out.
  pool.on('connect', (client) => client.on('error', () => {}));
  // Of its own: loads that hold every connection while they wait for one more would wait for ever.
  const lookups = new Pool({
    connectionString: options.url,
    max: LOOKUPS_MAX,
    application_name: 'besa-load-keys',
    connectionTimeoutMillis: waitMs,
  });
  lookups.on('error', () => {});
  return {
    begin: (database, recordType) => beginLoad({ pool, lookups, keyHash }, database, recordType),
    close: async () => {
      await Promise.all([pool.end(), lookups.end()]);
    },
  };
}

interface Loading {
  readonly pool: Pool;
  readonly lookups: Pool;
  readonly keyHash: KeyHash;
}

async function beginLoad(
  { pool, lookups, keyHash }: Loading,
  database: SharedDatabase,
  recordType: RecordType,
): Promise<RecordLoad> {
  const client = await pool.connect().catch((error: unknown) => {
    throw faultOf(error);
  });
  const erased = new ErasedKeys(lookups, { database, recordType }, keyHash);
  const load = new PostgresLoad(client, database, loadStatements(recordType, database), erased);
  await load.start();
  return load;
}

class PostgresLoad implements RecordLoad {
  #copy: CopyStreamQuery | null = null;
  #fault: unknown = null;
  #isOver = false;
  #staged = 0;
  readonly #onLost = (error: unknown): void => this.#fail(error);

  constructor(
    private readonly client: PoolClient,
    private readonly database: SharedDatabase,
    private readonly statements: LoadStatements,
    private readonly erased: ErasedKeys,
  ) {
    // Without a listener a connection lost between two statements would end the process.
    client.on('error', this.#onLost);
  }

  async start(): Promise<void> {
    await this.#query('begin isolation level read committed');
    await this.erased.begin((text, values) => this.#query(text, values));
    await this.#query(this.statements.createStaging);
    this.#copy = this.client.query(copyFrom(this.statements.copy, { highWaterMark: 4 * CHUNK_LENGTH }));
    this.#copy.on('error', this.#onLost);
  }

  async erasedKeys(rows: readonly StagedRow[]): Promise<readonly ErasedKey[]> {
    return this.erased.among(rows).catch((error: unknown) => {
      throw faultOf(error);
    });
  }

  async write(rows: readonly StagedRow[]): Promise<void> {
    this.#staged += rows.length;
    let chunk = '';
    for (const row of rows) {
      chunk += copyLine(row.line, row.values);
      if (chunk.length < CHUNK_LENGTH) continue;
      await this.#send(chunk);
      chunk = '';
    }
    if (chunk !== '') await this.#send(chunk);
  }

  async repeatedKeys(limit: number): Promise<{ total: number; repeated: readonly RepeatedKey[] }> {
    await this.#endCopy();
    await this.#query(this.statements.analyseStaging);
    const { rows } = await this.#query(this.statements.repeatedKeys, [limit]);
    return {
      total: Number(rows[0]?.total ?? 0),
      repeated: rows.map((row) => ({ line: Number(row.line), firstLine: Number(row.first) })),
    };
  }

  async drop(lines: readonly number[]): Promise<void> {
    if (lines.length === 0) return;
    const { rowCount } = await this.#query(this.statements.drop, [lines]);
    this.#staged -= rowCount ?? 0;
  }

  async merge(): Promise<{ inserted: number; updated: number; unchanged: number }> {
    await this.#query('select pg_advisory_xact_lock($1, $2)', [LOAD_LOCK, this.database.id]);
    // Erasures take the same lock: from here on there is none until the load is over.
    await this.erased.demandNoneSince((text, values) => this.#query(text, values));
    const updated = await this.#count(this.statements.update);
    const inserted = await this.#count(this.statements.insert, [this.database.id]);
    if (updated + inserted >= ANALYSE_ROWS_MIN) await this.#query(this.statements.analysePartition);
    return { inserted, updated, unchanged: this.#staged - inserted - updated };
  }

  // INVARIANT (audit before answer): the entry is part of the transaction, so no record changes without it, nor it without them.
  async commit(entry: LedgerEntry): Promise<void> {
    const { text, values } = appendStatement(entry);
    try {
      await this.client.query(text, [...values]);
    } catch (error) {
      await this.#end(error);
      throw new HubError('LEDGER_UNAVAILABLE', 'the ledger cannot be written; nothing was imported');
    }
    await this.#query('commit');
    await this.#end();
  }

  async abort(): Promise<void> {
    // Closing the session is the one way back that works in the middle of a COPY and on a broken connection alike.
    await this.#end(new Error('the load was given up'));
  }

  async #send(chunk: string): Promise<void> {
    this.#refuseBroken();
    const copy = this.#copy;
    if (copy === null) throw new Error('rows were written after the end of the load');
    if (copy.write(chunk)) return;
    await once(copy, 'drain').catch((error: unknown) => this.#fail(error));
    this.#refuseBroken();
  }

  async #endCopy(): Promise<void> {
    this.#refuseBroken();
    const copy = this.#copy;
    this.#copy = null;
    if (copy === null) return;
    copy.end();
    await once(copy, 'finish').catch((error: unknown) => this.#fail(error));
    this.#refuseBroken();
  }

  async #count(text: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#query(text, values)).rowCount ?? 0;
  }

  async #query(text: string, values: readonly unknown[] = []): Promise<QueryResult<Record<string, unknown>>> {
    this.#refuseBroken();
    try {
      return await this.client.query<Record<string, unknown>>(text, [...values]);
    } catch (error) {
      await this.#end(error);
      throw faultOf(error);
    }
  }

  #fail(error: unknown): void {
    this.#fault ??= error;
  }

  #refuseBroken(): void {
    if (this.#fault !== null) throw faultOf(this.#fault);
    if (this.#isOver) throw new HubError('SOURCE_UNAVAILABLE');
  }

  /** Gives the connection back; with an error it is closed, and PostgreSQL takes everything back. */
  async #end(error?: unknown): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    if (error === undefined) this.client.off('error', this.#onLost);
    this.client.release(error !== undefined);
  }
}

/**
 * The fault to tell. What PostgreSQL says of a row quotes its values, so its message goes no further: rows were validated
 * before they came here, and a row it refuses is our own bug.
 */
function faultOf(error: unknown): Error {
  if (error instanceof HubError) return error;
  const state = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  if (/^(22|23|42)...$/.test(state)) return new Error(`the load failed with SQLSTATE ${state}`);
  return new HubError(
    'SOURCE_UNAVAILABLE',
    'the database cannot be reached or did not keep up; nothing was imported; try again',
  );
}
