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
/** SQLSTATE */
const INSUFFICIENT_PRIVILEGE = '42501';

/** A database of its own for one test file; `drop` it in `afterAll`. */
export async function freshDatabase(template: string = TEMPLATE): Promise<TestDatabase> {
  const name = `t_${process.env.JEST_WORKER_ID ?? '0'}_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name} template ${template}`);
  return testDatabase(name);
}

function testDatabase(name: string): TestDatabase {
  const url = testServer();
  url.pathname = `/${name}`;
  const readerUrl = new URL(url);
  readerUrl.username = 'besa_reader';
  return {
    url: url.toString(),
    readerUrl: readerUrl.toString(),
    drop: () => dropped(name),
  };
}

/** The cluster goes with the run: where a vacuum of the server's own holds the database, it may stay until then. */
async function dropped(name: string): Promise<void> {
  await onServer(`drop database if exists ${name} with (force)`).catch((error: { readonly code?: string }) => {
    if (error.code !== INSUFFICIENT_PRIVILEGE) throw error;
  });
}

/**
 * A template that costs more than a migration: the first test file that asks builds it, the others of the run wait and clone.
 * `build` closes every connection it opens.
 */
export async function templateOnce(name: string, build: (database: TestDatabase) => Promise<void>): Promise<string> {
  const client = new Client({ connectionString: testServer().toString() });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
    const { rows } = await client.query<{ isReady: boolean }>(
      `select shobj_description(oid, 'pg_database') = 'ready' as "isReady" from pg_database where datname = $1`,
      [name],
    );
    if (rows[0]?.isReady === true) return name;
    await client.query(`drop database if exists ${name} with (force)`);
    await client.query(`create database ${name} template ${TEMPLATE}`);
    await build(testDatabase(name));
    await client.query(`comment on database ${name} is 'ready'`);
    return name;
  } finally {
    await client.end();
  }
}

/** An empty database, not even migrated: for tests of the start itself. */
export async function emptyDatabase(): Promise<Pick<TestDatabase, 'url' | 'drop'>> {
  const name = `e_${process.env.JEST_WORKER_ID ?? '0'}_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name}`);
  const url = testServer();
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => dropped(name) };
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
