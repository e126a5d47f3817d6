import { Client } from 'pg';

/** One entry as the database takes it. */
export interface LedgerRowInput {
  readonly requestId: string;
  readonly agency: string | null;
  readonly body: string;
  /** 64 hex digits */
  readonly content: string;
  readonly setVersion: string | null;
  /** RFC 3339 */
  readonly validFrom: string | null;
  readonly validUntil: string | null;
}

const CONNECT_MS_MAX = 3_000;
const STATEMENT_MS_MAX = 8_000;
/** above the server's own limit: it only fires if the server has gone silent */
const SILENCE_MS_MAX = 10_000;
/** stands for null: no agency, version or instant is written so */
const NULL_LINE = '-';

/** between bodies, which have line ends; canonical JSON escapes it */
export const BODY_END = '\x1e';

/** The parameters of the append statement: one text per column, one line per entry; bodies end with BODY_END. */
export function valuesOf(rows: readonly LedgerRowInput[]): readonly string[] {
  const column = (pick: (row: LedgerRowInput) => string | null): string =>
    rows.map((row) => pick(row) ?? NULL_LINE).join('\n');
  return [
    column((row) => row.requestId),
    column((row) => row.agency),
    rows.map((row) => row.body).join(BODY_END),
    column((row) => row.content),
    column((row) => row.setVersion),
    column((row) => row.validFrom),
    column((row) => row.validUntil),
  ];
}

/**
 * Waits until everything this server has written up to now is on disk. What is under way on other connections shares one
 * flush: the message is the smallest thing PostgreSQL commits durably, and nobody reads it.
 */
const FLUSH_TEXT = "select pg_logical_emit_message(true, 'besa', '')";

/** One connection that carries one append at a time, made when first needed and again after it was lost. */
export class LedgerLane {
  readonly #url: string;
  readonly #text: string;
  #client: Client | null = null;

  constructor(url: string, text: string) {
    this.#url = url;
    this.#text = text;
  }

  /**
   * One durable call. The entries are committed without waiting for the disk, so that the ledger's lock is free again at once, and
   * the disk is waited for afterwards. If the connection breaks, nobody knows whether they were committed: the same request ids
   * are sent once more, which either appends them or finds them. @returns the sequence per entry, null = stale
   */
  async append(rows: readonly LedgerRowInput[]): Promise<readonly (number | null)[]> {
    const values = valuesOf(rows);
    try {
      return await this.#call(values);
    } catch (error) {
      if (!isLostConnection(error)) throw error;
      return await this.#call(values);
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  async #call(values: readonly string[]): Promise<readonly (number | null)[]> {
    const client = this.#client ?? (await this.#connect());
    try {
      // On this connection and no other: had the server fallen in between, another one would vouch for what was lost with it.
      const [result] = await Promise.all([
        client.query<{ sequences: readonly (string | null)[] }>({
          name: 'besa_ledger_append',
          text: this.#text,
          values: [...values],
        }),
        client.query({ name: 'besa_ledger_flush', text: FLUSH_TEXT }),
      ]);
      return (result.rows[0]?.sequences ?? []).map((sequence) => (sequence === null ? null : Number(sequence)));
    } catch (error) {
      // An error the server has answered with leaves the connection as it was; after any other it is not to be trusted.
      if (!isAnswer(error)) this.#drop(client);
      throw error;
    }
  }

  async #connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.#url,
      application_name: 'besa-ledger',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      query_timeout: SILENCE_MS_MAX,
      keepAlive: true,
      // Both statements of a call go out at once; each is a transaction of its own.
      pipeline: true,
      // Durable means durable, whatever the database's own default is.
      options: `-c synchronous_commit=on -c statement_timeout=${STATEMENT_MS_MAX}`,
    });
    client.on('error', () => this.#drop(client));
    try {
      await client.connect();
    } catch (error) {
      this.#drop(client);
      throw error;
    }
    this.#client = client;
    return client;
  }

  #drop(client: Client): void {
    if (this.#client === client) this.#client = null;
    client.end().catch(() => {});
  }
}

/** SQLSTATE of what the server answered, undefined if the fault is not an answer of the server's. */
function sqlStateOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  // EPIPE looks like a SQLSTATE and is the socket's.
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE' ? code : undefined;
}

/** The server refused the statement and goes on; class 57P (shutdown, crash) and 08 end the connection. */
function isAnswer(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && !/^(57P|08)/.test(state);
}

/** A connection that broke; not one that went silent, for waiting as long again helps nobody. */
function isLostConnection(error: unknown): boolean {
  if (isAnswer(error)) return false;
  return !(typeof error === 'object' && error !== null && 'message' in error && /timeout/i.test(String(error.message)));
}
