/** The mapper's connections while the database falls again and again. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Orm, openOrm } from '../../src/persistence/orm.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';

const CONNECTIONS = 2;

let database: TestDatabase;
let orm: Orm;
beforeAll(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url, CONNECTIONS);
});
afterAll(async () => {
  await orm.close(true);
  await database.drop();
});

test('a transaction whose connection breaks costs no connection, however often it happens', async () => {
  for (let fall = 0; fall < 2 * CONNECTIONS; fall += 1) {
    const broken = orm.em
      .fork()
      .transactional((manager) => manager.execute('select pg_terminate_backend(pg_backend_pid())'));
    await expect(broken).rejects.toThrow(/terminat/);
  }
  const [row] = await orm.em.fork().transactional((manager) => manager.execute<{ one: number }[]>('select 1 as one'));
  expect(row).toEqual({ one: 1 });
});
