/** A ledger on a database of its own, and what its tests do to it from beside. */
import { Client } from 'pg';
import { type Verdict, verify, type Witness } from '../../src/audit/verify.js';
import { createLedger, type PostgresLedger } from '../../src/persistence/ledger.js';
import { withLedger } from '../../src/persistence/ledger-reader.js';
import { freshDatabase } from '../postgres.js';

export interface LedgerWorld {
  readonly url: string;
  readonly ledger: PostgresLedger;
  /** runs statements beside the hub, as somebody with the database's password could */
  sql<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  connect(): Promise<Client>;
  verify(witnesses?: readonly Witness[]): Promise<Verdict>;
  close(): Promise<void>;
}

export async function ledgerWorld(): Promise<LedgerWorld> {
  const database = await freshDatabase();
  const ledger = createLedger({ url: database.url });
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: database.url });
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const beside = await connect();
  return {
    url: database.url,
    ledger,
    connect,
    sql: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await beside.query<Row>(text, [...values])).rows,
    verify: (witnesses) => withLedger(database.url, ({ chunks }) => verify(chunks, witnesses)),
    close: async () => {
      await ledger.close();
      await beside.end();
      await database.drop();
    },
  };
}

/** Statements that only somebody who owns the tables can run: the append-only triggers are off while they do. */
export function tampering(statement: string): string {
  const toggle = (state: string): string =>
    [...['ledger_entry', 'ledger_head'].map((table) => [table, 'append_only']), ['ledger_entry', 'only_emptied']]
      .map(([table, trigger]) => `alter table besa.${table} ${state} trigger ${trigger};`)
      .join('');
  const grant = 'grant update, delete, truncate on besa.ledger_entry, besa.ledger_head to current_user;';
  return `begin; ${grant} ${toggle('disable')} ${statement}; ${toggle('enable always')} commit`;
}
