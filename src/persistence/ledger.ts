import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { bodyOf, entryOf } from '../audit/entry.js';
import { HubError } from '../domain/errors.js';
import type { LedgerEntry, StoredEntry } from '../domain/ledger.js';
import type { Appended, Ledger, LedgerGuard, Statement } from '../hub/ports.js';
import { LedgerLane, type LedgerRowInput, valuesOf } from './ledger-lane.js';

export interface LedgerOptions {
  readonly url: string;
  /** calls under way at once; the ledger has one lock, so more of them only wait for each other */
  readonly lanes?: number;
  /** told the SQLSTATE or name of what went wrong, never a value */
  readonly onFault?: (cause: string) => void;
}

/** A ledger that holds connections. */
export interface PostgresLedger extends Ledger {
  close(): Promise<void>;
}

const LANES = 1;
/** entries in one call: bounds what a call holds in memory and how long it keeps the lock */
const GROUP_SIZE_MAX = 128;
/** entries that may wait; more means the database is far behind, and a refusal now is better than one later */
const WAITING_MAX = 10_000;
const SALT_BYTES = 16;
const SALTS_PER_BLOCK = 256;

/** One call. Each parameter holds one text for all entries, which is cheaper to send and read than an array. */
const APPEND_CALL = `besa.ledger_append(
  string_to_array($1, e'\\n')::uuid[], string_to_array($2, e'\\n', '-'), string_to_array($3, e'\\x1e'), string_to_array($4, e'\\n'),
  string_to_array($5, e'\\n', '-')::bigint[], string_to_array($6, e'\\n', '-')::timestamptz[], string_to_array($7, e'\\n', '-')::timestamptz[]
) as sequences`;

/** Appends without waiting for the disk; a lane waits for it before it tells anybody. */
const APPEND_TEXT = `select set_config('synchronous_commit', 'off', true), ${APPEND_CALL}`;

/**
 * The statement by which an act appends its entry inside its own transaction: facts first, this last, then commit; the
 * transaction must be READ COMMITTED. Column `sequences` holds one sequence, or null if the guard did not hold.
 * @throws HubError LEDGER_UNAVAILABLE if the entry cannot be written at all
 */
export function appendStatement(entry: LedgerEntry, guard?: LedgerGuard): Statement {
  return { text: `select ${APPEND_CALL}`, values: valuesOf([rowOf(entry, guard)]) };
}

interface Waiting {
  readonly row: LedgerRowInput;
  readonly settle: (sequence: number | null) => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * The ledger in PostgreSQL. Requests that wait while a call is under way share the next one, so a busy hub makes one
 * durable commit for many entries and an idle one waits for nobody. Whatever fails is LEDGER_UNAVAILABLE for exactly the
 * entries concerned; the next call tries again with a new connection.
 */
export function createLedger(options: LedgerOptions): PostgresLedger {
  return new GroupedLedger(options);
}

class GroupedLedger implements PostgresLedger {
  readonly #waiting: Waiting[] = [];
  readonly #idle: LedgerLane[];
  readonly #lanes: readonly LedgerLane[];
  readonly #reads: Pool;
  readonly #onFault: (cause: string) => void;
  #isClosed = false;

  constructor(options: LedgerOptions) {
    this.#onFault = options.onFault ?? (() => {});
    this.#lanes = Array.from({ length: options.lanes ?? LANES }, () => new LedgerLane(options.url, APPEND_TEXT));
    this.#idle = [...this.#lanes];
    this.#reads = new Pool({
      connectionString: options.url,
      max: 2,
      application_name: 'besa-ledger-list',
      connectionTimeoutMillis: 3_000,
      query_timeout: 15_000,
    });
    // A connection lost while idle is no event: the next read makes another.
    this.#reads.on('error', () => {});
  }

  async append(entry: LedgerEntry, guard?: LedgerGuard): Promise<Appended> {
    if (this.#isClosed || this.#waiting.length >= WAITING_MAX) throw this.#unavailable('closed or full');
    const row = this.#rowOrRefusal(entry, guard);
    const sequence = await new Promise<number | null>((settle, refuse) => {
      this.#waiting.push({ row, settle, refuse });
      this.#send();
    });
    return sequence === null ? { kind: 'STALE' } : { kind: 'APPENDED', sequence };
  }

  async list(
    agency: string,
    options: { readonly limit: number; readonly beforeSequence?: number },
  ): Promise<readonly StoredEntry[]> {
    const before = options.beforeSequence ?? null;
    const result = await this.#reads
      .query<{ sequence: string; at: Date; body: string }>({
        name: 'besa_ledger_list',
        text: LIST_TEXT,
        values: [agency, before, options.limit],
      })
      .catch((error: unknown) => {
        throw this.#unavailable(causeOf(error));
      });
    return result.rows.map((row) => ({ sequence: Number(row.sequence), at: row.at, entry: entryOf(row.body) }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#lanes.map((lane) => lane.close()), this.#reads.end()]);
  }

  #rowOrRefusal(entry: LedgerEntry, guard?: LedgerGuard): LedgerRowInput {
    try {
      return rowOf(entry, guard);
    } catch (error) {
      throw this.#unavailable(causeOf(error));
    }
  }

  #send(): void {
    const lane = this.#waiting.length > 0 ? this.#idle.pop() : undefined;
    if (lane === undefined) return;
    const group = this.#waiting.splice(0, GROUP_SIZE_MAX);
    void this.#append(lane, group).finally(() => {
      this.#idle.push(lane);
      this.#send();
    });
  }

  async #append(lane: LedgerLane, group: readonly Waiting[]): Promise<void> {
    try {
      const sequences = await lane.append(group.map(({ row }) => row));
      group.forEach(({ settle }, index) => {
        settle(sequences[index] ?? null);
      });
    } catch (error) {
      if (group.length === 1 || !isFaultOfAnEntry(error)) return this.#refuse(group, causeOf(error));
      // One entry the database will not take must not refuse its neighbours: halves are tried until it stands alone.
      const middle = Math.ceil(group.length / 2);
      await this.#append(lane, group.slice(0, middle));
      await this.#append(lane, group.slice(middle));
    }
  }

  #refuse(group: readonly Waiting[], cause: string): void {
    const error = this.#unavailable(cause);
    for (const { refuse } of group) refuse(error);
  }

  #unavailable(cause: string): HubError {
    this.#onFault(cause);
    return new HubError('LEDGER_UNAVAILABLE');
  }
}

const LIST_TEXT = `select e.sequence, e.at, e.body from besa.ledger_entry e
  where e.agency = $1 and ($2::bigint is null or e.sequence < $2) order by e.sequence desc limit $3`;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DIGITS = /^\d{1,19}$/;

/** @throws if a value would not stay on its own line of the statement's parameters */
function rowOf(entry: LedgerEntry, guard: LedgerGuard | undefined): LedgerRowInput {
  const { agency, requestId } = entry;
  if (!UUID.test(requestId)) throw new Error('a request id is a UUID');
  if (agency !== null && (agency === '-' || agency.includes('\n'))) throw new Error('an agency code is one line');
  if (guard !== undefined && !DIGITS.test(guard.setVersion)) throw new Error('a set version is a number');
  return {
    requestId,
    agency,
    ...bodyOf(entry, nextSalt),
    setVersion: guard?.setVersion ?? null,
    validFrom: guard?.validFrom?.toISOString() ?? null,
    validUntil: guard?.validUntil?.toISOString() ?? null,
  };
}

let salts = Buffer.alloc(0);

/** 32 hex digits of fresh randomness. Drawn in blocks: asking the system for 16 bytes at a time costs more than the rest of an entry. */
function nextSalt(): string {
  if (salts.length < SALT_BYTES) salts = randomBytes(SALT_BYTES * SALTS_PER_BLOCK);
  const salt = salts.toString('hex', 0, SALT_BYTES);
  salts = salts.subarray(SALT_BYTES);
  return salt;
}

/** Classes of SQLSTATE by which the database refuses a value: data, integrity, limits of a row. */
function isFaultOfAnEntry(error: unknown): boolean {
  return /^(22|23|54)/.test(causeOf(error));
}

/** SQLSTATE or name of a fault; never its message, which may quote what was to be written. */
function causeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error && typeof error.name === 'string' ? error.name : 'unknown';
}
