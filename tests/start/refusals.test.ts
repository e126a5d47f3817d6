import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { MIGRATIONS } from '../../migrations/index.js';
import { emptyDatabase, freshDatabase } from '../postgres.js';
import { cleanUp, dataFolder, type HubProcess, startHub } from './process.js';

afterAll(cleanUp);

/** One clear message, what to do, exit code 1, no stack trace, nothing left in the data folder. */
async function expectRefusal(hub: HubProcess, message: RegExp | string): Promise<void> {
  expect({ code: await hub.ended, output: hub.output() }).toEqual({ code: 1, output: expect.stringMatching(message) });
  expect(hub.output()).not.toMatch(/^\s+at .*:\d+/m);
  expect(hub.output().match(/✘/g)).toHaveLength(1);
  expect(hub.output()).toContain('    · ');
}

describe('a hub that cannot start', () => {
  test('lists every problem of its configuration at once', async () => {
    const hub = startHub({ PORT: 'http', BESA_DEMO: 'maybe', BESA_TIMEZONE: 'Mars/Base', BESA_SECRET: 'short' });
    await expectRefusal(hub, /the configuration has 4 problems/);
    expect(hub.output().match(/ · /g)).toHaveLength(4);
    expect(hub.output()).not.toContain('short');
  });

  test('says who holds its port and how to use another', async () => {
    const holder = createServer();
    await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
    const { port } = holder.address() as { port: number };
    const folder = dataFolder();
    await expectRefusal(
      startHub({ PORT: String(port), BESA_DATA: folder }),
      `port ${port} on \`127\\.0\\.0\\.1\` is taken`,
    );
    holder.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('says that its address is none of this machine', async () => {
    await expectRefusal(
      startHub({ HOST: '192.0.2.1', PORT: '4999', BESA_DATA: dataFolder() }),
      /`192\.0\.2\.1` is no address of this machine/,
    );
  });

  test('says that its database cannot be reached, without the password', async () => {
    const hub = startHub({ DATABASE_URL: 'postgres://besa:hunter2@127.0.0.1:9/besa', BESA_DATA: dataFolder() });
    await expectRefusal(
      hub,
      /the database `postgres:\/\/besa:\*\*\*@127\.0\.0\.1:9\/besa` cannot be reached: .*ECONNREFUSED/,
    );
    expect(hub.output()).not.toContain('hunter2');
    expect(hub.output()).toContain('docker compose up');
  });

  test('says that its database does not exist', async () => {
    const database = await emptyDatabase();
    await database.drop();
    await expectRefusal(
      startHub({ DATABASE_URL: database.url, BESA_DATA: dataFolder() }),
      /cannot be reached: database ".*" does not exist/,
    );
  });

  test('refuses a database that a newer hub has migrated, and changes nothing in it', async () => {
    const database = await freshDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query("insert into besa.migration (name) values ('2099-01-01-01-something-newer')");
    await expectRefusal(
      startHub({ DATABASE_URL: database.url, BESA_DATA: dataFolder() }),
      /migrated by a newer hub: this one does not know `2099-01-01-01-something-newer`/,
    );
    const rows = await client.query('select count(*)::int as count from besa.migration');
    await client.end();
    await database.drop();
    expect(rows.rows).toEqual([{ count: MIGRATIONS.length + 1 }]);
  });

  test('says that its data folder cannot be used', async () => {
    await expectRefusal(
      startHub({ BESA_DATA: '/dev/null/besa' }),
      /the folder `\/dev\/null\/besa` cannot be used for the hub's data/,
    );
  });

  test('says it in one JSON line in production', async () => {
    const hub = startHub({
      NODE_ENV: 'production',
      BESA_SECRET: 'x'.repeat(40),
      BESA_LEDGER_KEY: '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n',
      BESA_ISSUER: 'https://login.example',
      BESA_AUDIENCE: 'besa',
      BESA_JWKS: '/nowhere/keys.json',
      BESA_ENVIRONMENT: 'tirana-2024',
      DATABASE_URL: 'postgres://besa@127.0.0.1:9/besa',
      BESA_DATA: dataFolder(),
    });
    expect(await hub.ended).toBe(1);
    expect(JSON.parse(hub.output())).toMatchObject({ level: 60, msg: expect.stringContaining('cannot be reached') });
  });
});
