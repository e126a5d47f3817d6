/** Databases for tests: clones of one migrated template on the run's throw-away PostgreSQL. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export interface TestDatabase {
  /** as the hub's own role */
  readonly url: string;
  /** as `besa_reader`, which the migrations make; without password on the throw-away cluster */
  readonly readerUrl: string;
  drop(): Promise<void>;
}

const TEMPLATE = 'besa_template';

/** A database of its own for one test file; `drop` it in `afterAll`. */
export async function freshDatabase(): Promise<TestDatabase> {
  const name = `t_${process.env.JEST_WORKER_ID ?? '0'}_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name} template ${TEMPLATE}`);
  const url = testServer();
  url.pathname = `/${name}`;
  const readerUrl = new URL(url);
  readerUrl.username = 'besa_reader';
  return {
    url: url.toString(),
    readerUrl: readerUrl.toString(),
    drop: () => onServer(`drop database if exists ${name} with (force)`),
  };
}

/** An empty database, not even migrated: for tests of the start itself. */
export async function emptyDatabase(): Promise<Pick<TestDatabase, 'url' | 'drop'>> {
  const name = `e_${process.env.JEST_WORKER_ID ?? '0'}_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name}`);
  const url = testServer();
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => onServer(`drop database if exists ${name} with (force)`) };
}

function testServer(): URL {
  const server = process.env.BESA_TEST_SERVER;
  if (server === undefined)
    throw new Error('no test server: run the tests through jest, whose global set-up starts it');
  return new URL(server);
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: testServer().toString() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
