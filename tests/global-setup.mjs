// Starts one throw-away PostgreSQL for the whole run and builds a migrated template; test files clone it.
// TEST_DATABASE_URL: use that server instead (its role needs CREATEDB and CREATEROLE), for example a PostgreSQL 15.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfChanged } from '../scripts/build.mjs';

export const TEMPLATE = 'besa_template';

export default async function globalSetup() {
  // `npm test` has type-checked before; a file somebody is still writing must not stop the tests of the others.
  buildIfChanged({ tolerant: true });
  const { startPostgres } = await import('../dist/src/persistence/embedded-postgres.js');
  const { migrate } = await import('../dist/src/persistence/migrate.js');
  const { Client } = (await import('pg')).default;
  let server = process.env.TEST_DATABASE_URL;
  if (server === undefined || server === '') {
    const dataFolder = mkdtempSync(join(tmpdir(), 'besa-test-'));
    const cluster = await startPostgres({ dataFolder, durable: false });
    globalThis.besaTestCluster = { cluster, dataFolder };
    server = cluster.url;
  }
  const admin = new URL(server);
  // Not the template itself: nothing may stay connected to what is cloned.
  if (admin.pathname === `/${TEMPLATE}`) admin.pathname = '/postgres';
  const client = new Client({ connectionString: admin.toString() });
  await client.connect();
  await client.query(`drop database if exists ${TEMPLATE} with (force)`);
  await client.query(`create database ${TEMPLATE}`);
  await client.end();
  const template = new URL(admin);
  template.pathname = `/${TEMPLATE}`;
  await migrate(template.toString());
  process.env.BESA_TEST_SERVER = admin.toString();
}
