// A database of its own for the differential suite, whose own order of text is not the bytewise one.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { migrate } from '../../src/persistence/migrate.js';
import { makeTables } from './on-postgres.js';

export interface DifferentialDatabase {
  readonly client: Client;
  close(): Promise<void>;
}

/** Makes and migrates it on this server, with the tables of the cases. */
export async function openDifferential(server: string): Promise<DifferentialDatabase> {
  const name = `differential_${randomBytes(6).toString('hex')}`;
  await onServer(
    server,
    `create database ${name} template template0 encoding 'UTF8' locale_provider icu icu_locale 'en-US' locale 'C'`,
  );
  const url = new URL(server);
  url.pathname = `/${name}`;
  await migrate(url.toString());
  const client = new Client({ connectionString: url.toString() });
  await client.connect();
  await client.query(`set time zone 'UTC'`);
  await makeTables(client);
  await mayBecomeReader(client);
  return {
    client,
    close: async () => {
      await client.end();
      await onServer(server, `drop database if exists ${name} with (force)`);
    },
  };
}

/** To ask the second lock within the transaction of a world. Before PostgreSQL 16 what is granted is inherited too, always. */
async function mayBecomeReader(client: Client): Promise<void> {
  const { rows } = await client.query<{ all: boolean; inherits: boolean }>(
    `select rolsuper as all, current_setting('server_version_num')::int < 160000 as inherits
     from pg_roles where rolname = current_user`,
  );
  const [role] = rows;
  if (role?.all !== true)
    await client.query(`grant besa_reader to current_user ${role?.inherits ? '' : 'with inherit false, set true'}`);
}

async function onServer(server: string, statement: string): Promise<void> {
  const admin = new Client({ connectionString: server });
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}
