import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { runningUrl, startPostgres } from '../../src/persistence/embedded-postgres.js';
import { StartError } from '../../src/support/start-error.js';
import { cleanUp, dataFolder } from './process.js';

afterAll(cleanUp);

async function ask(url: string, statement: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows[0]?.[0];
  } finally {
    await client.end();
  }
}

describe('a kept cluster', () => {
  test('lets nobody in without its password, and answers on this machine alone', async () => {
    const folder = dataFolder();
    const cluster = await startPostgres({ dataFolder: folder, durable: true });
    const withoutPassword = new URL(cluster.url);
    withoutPassword.password = 'guess';
    await expect(ask(withoutPassword.toString(), 'select 1')).rejects.toThrow('password authentication failed');
    expect(await ask(cluster.url, 'show listen_addresses')).toBe('127.0.0.1');
    expect(await ask(cluster.url, 'show fsync')).toBe('on');
    expect(Number(new URL(cluster.url).port)).toBeLessThan(32_768);
    expect(statSync(join(folder, 'password')).mode & 0o077).toBe(0);
    expect(
      await ask(
        cluster.url,
        'select rolsuper or rolbypassrls or rolcreatedb from pg_roles where rolname = current_user',
      ),
    ).toBe(false);
    await cluster.stop();
  });

  test('keeps what was written, and is found by other processes while it runs', async () => {
    const folder = dataFolder();
    expect(runningUrl(folder)).toBeUndefined();
    const first = await startPostgres({ dataFolder: folder, durable: true });
    expect(runningUrl(folder)).toBe(first.url);
    await ask(first.url, 'create schema kept');
    await expect(startPostgres({ dataFolder: folder, durable: true })).rejects.toThrow(
      `another hub already runs on the data folder \`${folder}\``,
    );
    await first.stop();
    expect(runningUrl(folder)).toBeUndefined();
    const second = await startPostgres({ dataFolder: folder, durable: true });
    expect(await ask(second.url, "select count(*)::int from pg_namespace where nspname = 'kept'")).toBe(1);
    expect(second.version).toMatch(/^18\./);
    await second.stop();
  });

  test('of another major version is refused and left as it is', async () => {
    const folder = dataFolder();
    const cluster = await startPostgres({ dataFolder: folder, durable: false });
    await cluster.stop();
    const versionFile = join(
      folder,
      existsSync(join(folder, 'server')) ? 'server/cluster/PG_VERSION' : 'cluster/PG_VERSION',
    );
    writeFileSync(versionFile, '15\n');
    const refused = startPostgres({ dataFolder: folder, durable: false });
    await expect(refused).rejects.toThrow(StartError);
    await expect(refused).rejects.toThrow('was made by PostgreSQL 15, this hub brings 18');
    expect(readFileSync(versionFile, 'utf8')).toBe('15\n');
  });
});

// The ladder exists because of this; an ordinary user has nothing to climb.
if (process.getuid?.() === 0) {
  describe('as root', () => {
    test('PostgreSQL’s own refusal is told', async () => {
      const refused = startPostgres({ dataFolder: dataFolder(), durable: false, runAs: 'DIRECT' });
      await expect(refused).rejects.toThrow('PostgreSQL could not make its data folder');
      await expect(refused).rejects.toThrow('cannot be run as root');
    });

    test('runs as nobody, from a place nobody can reach, and keeps to it', async () => {
      const folder = dataFolder();
      const first = await startPostgres({ dataFolder: folder, durable: true, runAs: 'NOBODY' });
      const status = readFileSync(`/proc/${first.pid}/status`, 'utf8');
      expect(status).toMatch(/^Uid:\s+65534\s/m);
      await ask(first.url, 'create schema kept');
      await first.stop();
      // Not told this time: a start that chose anew would make an empty cluster beside the kept one.
      const second = await startPostgres({ dataFolder: folder, durable: true });
      expect(await ask(second.url, "select count(*)::int from pg_namespace where nspname = 'kept'")).toBe(1);
      expect(runningUrl(folder)).toBe(second.url);
      await second.stop();
    });
  });
}
