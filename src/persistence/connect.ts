import { Client } from 'pg';
import { StartError } from '../support/start-error.js';

/** PostgreSQL versions from this one on are served, as `server_version_num`. */
const SERVER_VERSION_MIN = 150_000;

/**
 * A connection as the hub's own role; the caller ends it.
 *
 * @throws StartError with the reason if the database cannot be reached or is too old; the password is never shown
 */
export async function connectAsOwner(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A connection that breaks while idle must not crash the process; the next query reports it.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    await client.end().catch(() => undefined);
    throw new StartError(`the database \`${withoutPassword(url)}\` cannot be reached: ${reasonOf(cause)}`, [
      'check that it runs and that `DATABASE_URL` names host, port, role, password and database',
      'or unset `DATABASE_URL`: the hub then starts a PostgreSQL of its own',
      'or start one with `docker compose up`',
    ]);
  }
  await refuseOldServer(client);
  return client;
}

async function refuseOldServer(client: Client): Promise<void> {
  const shown = await client.query<{ number: string; name: string }>(
    "select current_setting('server_version_num') as number, current_setting('server_version') as name",
  );
  const server = shown.rows[0];
  if (server !== undefined && Number(server.number) >= SERVER_VERSION_MIN) return;
  await client.end();
  throw new StartError(`the database is PostgreSQL ${server?.name}; 15 or newer is needed`, [
    'upgrade it, or point `DATABASE_URL` elsewhere',
  ]);
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** A connection URL as it may be shown: the password replaced by `***`. */
export function withoutPassword(url: string): string {
  try {
    const shown = new URL(url);
    if (shown.password !== '') shown.password = '***';
    shown.searchParams.delete('password');
    return shown.toString();
  } catch {
    return 'unreadable URL';
  }
}
