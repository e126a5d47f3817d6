// The same comparison with the statements rendered and executed by PostgreSQL: what the interpreter in memory believes
// about SQL is tested here. In a database of an English collation, as many an operator's is: text must compare bytewise.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { migrate } from '../../src/persistence/migrate.js';
import { groundOn, makeTables } from './on-postgres.js';
import { cellCase, pageCase, runCases } from './run-cases.js';

const PAGES = Number(process.env.BESA_TEST_CASES ?? 1_600);
const TABLES = Number(process.env.BESA_TEST_CASES ?? 400);

const name = `differential_${randomBytes(6).toString('hex')}`;
let client: Client;

async function onServer(statement: string): Promise<void> {
  const admin = new Client({ connectionString: String(process.env.BESA_TEST_SERVER) });
  await admin.connect();
  await admin.query(statement);
  await admin.end();
}

beforeAll(async () => {
  await onServer(
    `create database ${name} template template0 encoding 'UTF8' locale_provider icu icu_locale 'en-US' locale 'C'`,
  );
  const url = new URL(String(process.env.BESA_TEST_SERVER));
  url.pathname = `/${name}`;
  await migrate(url.toString());
  client = new Client({ connectionString: url.toString() });
  await client.connect();
  await client.query(`set time zone 'UTC'`);
  await makeTables(client);
}, 60_000);

afterAll(async () => {
  await client?.end();
  await onServer(`drop database if exists ${name} with (force)`);
});

describe('PostgreSQL answers what the clauses mean row by row', () => {
  test('in a database whose own order of text is another', async () => {
    const sorted = await client.query<{ text: string }>(
      `select text from unnest(array['B', 'a', '_']) text order by text`,
    );
    expect(sorted.rows.map(({ text }) => text)).toEqual(['_', 'a', 'B']);
  });

  test('for pages, their continuations and single records', async () => {
    const shapes = await runCases(PAGES, pageCase, groundOn(client));
    expect(shapes.SOME).toBeGreaterThan(PAGES / 3);
  }, 300_000);

  test('for the cells of statistics and what is unknown in them', async () => {
    const shapes = await runCases(TABLES, cellCase, groundOn(client));
    expect(shapes.SOME).toBeGreaterThan(TABLES / 3);
  }, 300_000);
});
