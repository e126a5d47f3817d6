import { createRequire } from 'node:module';
import type { Connection } from 'pg';
import type { Guard, Statement } from '../hub/ports.js';

// pg writes JavaScript arrays as PostgreSQL array literals here; it is not part of its public surface, and nothing else is.
const { prepareValue } = createRequire(import.meta.url)('pg/lib/utils') as {
  prepareValue: (value: unknown) => unknown;
};

/**
 * Opens the second lock for one statement: sets agency, purpose and action for row-level security, but only if the decision
 * still holds and every signed text it stands on is stored as it was verified. Unset, stale or failed, the policy finds no
 * database and the statement behind it no row.
 *
 * `limit 1` keeps it one look-up per text: joined freely, a plan made while there were few texts would read all of them.
 */
const ENTER: PreparedStatement = {
  name: 'besa_enter',
  text: `select set_config('besa.ctx', case when s.version = $2::bigint
    and ($3::timestamptz is null or besa.besa_now() >= $3::timestamptz)
    and ($4::timestamptz is null or besa.besa_now() < $4::timestamptz)
    and cardinality($5::text[]) = (select count(*) from unnest($5::text[], $6::int[], $7::text[]) g (reference, version, hash)
      cross join lateral (select from besa.agreement_text t where t.reference = g.reference collate "C"
        and t.version = g.version and t.bytes_hash = g.hash collate "C" limit 1) found)
    then $1::text else '' end, true) <> ''
    from besa.agreement_set s`,
};

export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** What pg's connection offers beyond its typings; the protocol messages of PostgreSQL's extended query. */
interface ProtocolConnection {
  readonly stream: { cork(): void; uncork(): void };
  parse(query: { name: string; text: string; types: readonly number[] }): void;
  bind(config: {
    portal: string;
    statement: string;
    values: unknown[];
    valueMapper: (value: unknown) => unknown;
  }): void;
  execute(config: { portal: string; rows: number }): void;
  close(config: { type: 'S'; name: string }): void;
  sync(): void;
}

/** prepared statements kept per connection; each holds a plan in the backend's memory */
const STATEMENTS_MAX = 200;

/** Which statements a connection has prepared, least recently used first. */
export class PreparedNames {
  private readonly names = new Set<string>();

  /** Makes sure the statement is known to the backend before it is bound. */
  prepare(connection: ProtocolConnection, { name, text }: PreparedStatement): void {
    if (this.names.delete(name)) {
      this.names.add(name);
      return;
    }
    // Closing what does not exist is no error: after a failed round trip nobody knows what was parsed.
    connection.close({ type: 'S', name });
    connection.parse({ name, text, types: [] });
    this.names.add(name);
    const [oldest] = this.names;
    if (this.names.size <= STATEMENTS_MAX || oldest === undefined) return;
    connection.close({ type: 'S', name: oldest });
    this.names.delete(oldest);
  }

  forget(name: string): void {
    this.names.delete(name);
  }
}

/**
 * The guard and the read in one Sync: one round trip, one implicit transaction, no BEGIN and no COMMIT. In REPEATABLE READ
 * both see one snapshot. Handed to pg's `Client.query`, which calls the `handle…` methods.
 *
 * pg's own pipeline mode syncs after every query, so the local setting would be gone before the read.
 */
export class GuardedRead {
  readonly rows: (string | null)[][] = [];
  private fresh = false;
  private completed = 0;
  private readonly settled: Promise<boolean>;
  private resolve!: (isFresh: boolean) => void;
  private reject!: (error: Error) => void;

  constructor(
    private readonly names: PreparedNames,
    private readonly statement: PreparedStatement & Pick<Statement, 'values'>,
    private readonly guard: Guard,
  ) {
    this.settled = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** true if the guard held and `rows` are the answer. @throws what the database or the connection reported */
  get done(): Promise<boolean> {
    return this.settled;
  }

  submit(pgConnection: Connection): void {
    const connection = pgConnection as unknown as ProtocolConnection;
    const { agency, purpose, action, setVersion, validFrom, validUntil, grounds = [] } = this.guard;
    const texts = [
      grounds.map(({ reference }) => reference),
      grounds.map(({ version }) => version),
      grounds.map(({ hash }) => hash),
    ];
    const context = [`${agency}|${purpose}|${action}`, setVersion, validFrom, validUntil, ...texts];
    connection.stream.cork();
    try {
      for (const [statement, values] of [
        [ENTER, context],
        [this.statement, this.statement.values],
      ] as const) {
        this.names.prepare(connection, statement);
        connection.bind({ portal: '', statement: statement.name, values: [...values], valueMapper: prepareValue });
        connection.execute({ portal: '', rows: 0 });
      }
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  }

  handleDataRow(message: { readonly fields: (string | null)[] }): void {
    if (this.completed === 0) this.fresh = message.fields[0] === 't';
    else this.rows.push(message.fields);
  }

  handleCommandComplete(): void {
    this.completed += 1;
  }

  handleReadyForQuery(): void {
    if (this.completed === 2) this.resolve(this.fresh);
    else this.reject(new Error('the read ended before it was complete'));
  }

  handleError(error: Error): void {
    this.names.forget(ENTER.name);
    this.names.forget(this.statement.name);
    this.reject(error);
  }

  handleRowDescription(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}
