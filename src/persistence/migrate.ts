/** Brings the hub's own tables to the form this code was written for, and refuses a database that is ahead of it. */
import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { Client } from 'pg';
import { MIGRATIONS, type NamedMigration } from '../../migrations/index.js';
import { StartError } from '../support/start-error.js';
import { connectAsOwner } from './connect.js';

export interface MigrationReport {
  /** names in the order they ran, before and now */
  readonly applied: readonly string[];
  /** those of `applied` that ran just now */
  readonly ranNow: readonly string[];
  readonly pending: readonly string[];
}

const LOCK = 'besa: migrations';
const LOCK_WAIT = '120s';
const MIGRATIONS_TABLE = 'besa.migration';

/**
 * Runs every pending migration, all in one transaction, and tells what stands afterwards.
 * Processes that start together wait for one another.
 *
 * @throws StartError if the database cannot be reached, is older than PostgreSQL 15, or was migrated by a newer hub
 */
export function migrate(url: string, migrations: readonly NamedMigration[] = MIGRATIONS): Promise<MigrationReport> {
  return underLock(url, async (client) => {
    const before = await appliedNames(client);
    refuseNewer(before, migrations);
    const missing = pendingOf(before, migrations);
    if (missing.length > 0) await runPending(url, migrations);
    const applied = await appliedNames(client);
    return {
      applied,
      ranNow: applied.filter((name) => !before.includes(name)),
      pending: pendingOf(applied, migrations),
    };
  });
}

/**
 * What `migrate` would do; changes nothing.
 *
 * @throws StartError as `migrate`
 */
export async function inspectMigrations(
  url: string,
  migrations: readonly NamedMigration[] = MIGRATIONS,
): Promise<MigrationReport> {
  const client = await connectAsOwner(url);
  try {
    const applied = await appliedNames(client);
    refuseNewer(applied, migrations);
    return { applied, ranNow: [], pending: pendingOf(applied, migrations) };
  } finally {
    await client.end();
  }
}

async function underLock<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectAsOwner(url);
  try {
    await client.query(`set lock_timeout = '${LOCK_WAIT}'`);
    try {
      await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [LOCK]);
    } catch (cause) {
      throw new StartError(
        `another process has been migrating the database for more than ${LOCK_WAIT}`,
        ['wait for it, or end it, and start again'],
        { cause },
      );
    }
    return await work(client);
  } finally {
    // Closing the session releases the lock, whatever happened.
    await client.end();
  }
}

async function appliedNames(client: Client): Promise<readonly string[]> {
  const table = await client.query<{ found: string | null }>('select to_regclass($1)::text as found', [
    MIGRATIONS_TABLE,
  ]);
  if (table.rows[0]?.found == null) return [];
  const rows = await client.query<{ name: string }>(`select name from ${MIGRATIONS_TABLE} order by id`);
  return rows.rows.map((row) => row.name);
}

function pendingOf(applied: readonly string[], migrations: readonly NamedMigration[]): readonly string[] {
  return migrations.map((migration) => migration.name).filter((name) => !applied.includes(name));
}

function refuseNewer(applied: readonly string[], migrations: readonly NamedMigration[]): void {
  const unknown = applied.filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.length === 0) return;
  throw new StartError(
    `the database was migrated by a newer hub: this one does not know ${unknown.map((name) => `\`${name}\``).join(', ')}`,
    ['start the newer version of the hub', 'or point `DATABASE_URL` (or `BESA_DATA`) to another database'],
  );
}

async function runPending(url: string, migrations: readonly NamedMigration[]): Promise<void> {
  const orm = await MikroORM.init({
    driver: PostgreSqlDriver,
    clientUrl: url,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: {
      tableName: MIGRATIONS_TABLE,
      migrationsList: migrations.map(({ name, class: migration }) => ({ name, class: migration })),
      snapshot: false,
      silent: true,
      allOrNothing: true,
    },
  });
  try {
    await orm.migrator.up();
  } finally {
    await orm.close(true);
  }
}
