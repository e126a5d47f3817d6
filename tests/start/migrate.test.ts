import { afterAll, describe, expect, test } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import { Client } from 'pg';
import { MIGRATIONS, type NamedMigration } from '../../migrations/index.js';
import { withoutPassword } from '../../src/persistence/connect.js';
import { inspectMigrations, migrate } from '../../src/persistence/migrate.js';
import { emptyDatabase } from '../postgres.js';

const database = await emptyDatabase();
afterAll(() => database.drop());

class MakesTable extends Migration {
  override up(): void {
    this.addSql('create schema if not exists besa');
    this.addSql('create table besa.made (id int)');
  }
}

class Fails extends Migration {
  override up(): void {
    this.addSql('create table besa.half (id int)');
    this.addSql('select 1 / 0');
  }
}

const ONE: NamedMigration = { name: '2026-01-01-01-makes', class: MakesTable };
const BROKEN: NamedMigration = { name: '2026-01-01-02-fails', class: Fails };

async function tables(): Promise<readonly string[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const found = await client.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'besa' order by 1",
  );
  await client.end();
  return found.rows.map(({ name }) => name);
}

describe('migrations', () => {
  test('a look at what is pending changes nothing', async () => {
    expect(await inspectMigrations(database.url, [ONE])).toEqual({ applied: [], ranNow: [], pending: [ONE.name] });
    expect(await tables()).toEqual([]);
  });

  test('two hubs that start together run each migration once', async () => {
    const reports = await Promise.all([migrate(database.url, [ONE]), migrate(database.url, [ONE])]);
    expect(reports.flatMap(({ ranNow }) => ranNow)).toEqual([ONE.name]);
    for (const report of reports) expect(report).toMatchObject({ applied: [ONE.name], pending: [] });
  });

  test('a failing one leaves nothing half', async () => {
    await expect(migrate(database.url, [ONE, BROKEN])).rejects.toThrow('division by zero');
    expect(await tables()).toEqual(['made', 'migration']);
    expect((await inspectMigrations(database.url, [ONE, BROKEN])).pending).toEqual([BROKEN.name]);
  });

  test('a database that is ahead of the code is refused', async () => {
    await expect(migrate(database.url, [])).rejects.toThrow(
      `migrated by a newer hub: this one does not know \`${ONE.name}\``,
    );
    await expect(inspectMigrations(database.url, [])).rejects.toThrow('newer hub');
  });

  test('the names in the list are in order, and none stands twice', () => {
    const names = MIGRATIONS.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names).toEqual([...new Set(names)].toSorted());
  });

  test('a shown URL has no password, wherever it stood', () => {
    expect(withoutPassword('postgres://besa:hunter2@db/x?sslmode=require')).toBe(
      'postgres://besa:***@db/x?sslmode=require',
    );
    expect(withoutPassword('postgres://besa@db/x?password=hunter2')).toBe('postgres://besa@db/x');
    expect(withoutPassword('hunter2')).toBe('unreadable URL');
  });
});
