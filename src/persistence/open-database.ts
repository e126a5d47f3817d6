/** The hub's database for a process that may or may not be the hub: the operator's, the one running, or one started for it. */
import { join } from 'node:path';
import { connectAsOwner } from './connect.js';
import { runningUrl, startPostgres } from './embedded-postgres.js';

export interface OpenedDatabase {
  readonly url: string;
  /** for the banner, such as `PostgreSQL 18.4 (embedded)` */
  readonly title: string;
  /** stops what was started for this process, nothing else */
  close(): Promise<void>;
}

export interface DatabasePlace {
  readonly databaseUrl?: string;
  readonly dataFolder: string;
}

/** Folder of the embedded cluster inside the hub's data folder. */
export const CLUSTER_FOLDER = 'postgres';

/**
 * Opens the database for a command beside the hub: a hub's embedded PostgreSQL that is already running is used as it is.
 *
 * @throws StartError if an embedded PostgreSQL is needed and cannot be started
 */
export async function openDatabase(place: DatabasePlace): Promise<OpenedDatabase> {
  const running = place.databaseUrl === undefined ? runningUrl(join(place.dataFolder, CLUSTER_FOLDER)) : undefined;
  if (running !== undefined)
    return { url: running, title: 'PostgreSQL (of the running hub)', close: async () => undefined };
  return ownDatabase(place);
}

/**
 * Opens the database for the hub itself, which alone may run an embedded cluster.
 *
 * @param onLost given: an embedded server that ends by itself is started again, and this is told why it ended
 * @throws StartError if that cluster runs already or cannot be started, or the operator's cannot be reached
 */
export async function ownDatabase(place: DatabasePlace, onLost?: (reason: string) => void): Promise<OpenedDatabase> {
  if (place.databaseUrl !== undefined) {
    return { url: place.databaseUrl, title: await titleOf(place.databaseUrl), close: async () => undefined };
  }
  const dataFolder = join(place.dataFolder, CLUSTER_FOLDER);
  const cluster = await startPostgres({ dataFolder, durable: true, ...(onLost === undefined ? {} : { onLost }) });
  return { url: cluster.url, title: `PostgreSQL ${cluster.version} (embedded)`, close: () => cluster.stop() };
}

async function titleOf(url: string): Promise<string> {
  const client = await connectAsOwner(url);
  try {
    const shown = await client.query<{ server_version: string }>('show server_version');
    return `PostgreSQL ${shown.rows[0]?.server_version.split(' ')[0] ?? ''}`.trimEnd();
  } finally {
    await client.end();
  }
}
