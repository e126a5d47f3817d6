import type { Pool, PoolClient } from 'pg';

/** Whoever holds a connection when it breaks hears of it at once and gives it back; after this long nobody will. */
const HELD_BROKEN_MS_MAX = 2_000;

/**
 * Takes broken connections back that nobody gives back.
 *
 * A transaction whose rollback fails, because its connection is gone, keeps the connection (kysely 0.29): a pool loses one place
 * each time the database falls, and once all are lost every later caller waits for ever.
 */
export function takeBackBroken(pool: Pool): void {
  const held = new Set<PoolClient>();
  pool.on('acquire', (client) => held.add(client));
  pool.on('release', (_error, client) => held.delete(client));
  pool.on('connect', (client) => {
    client.once('end', () => {
      setTimeout(() => {
        if (held.has(client)) client.release(true);
      }, HELD_BROKEN_MS_MAX).unref();
    });
  });
}
