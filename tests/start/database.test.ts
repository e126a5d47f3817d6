import { afterAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { freshDatabase } from '../postgres.js';

const database = await freshDatabase();
afterAll(() => database.drop());

describe('a fresh database', () => {
  test('is owned by a role that row-level security binds', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const found = await client.query('select rolsuper, rolbypassrls from pg_roles where rolname = current_user');
    await client.end();
    expect(found.rows).toEqual([{ rolsuper: false, rolbypassrls: false }]);
  });
});
