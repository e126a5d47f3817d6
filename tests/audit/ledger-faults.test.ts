import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLedger } from '../../src/persistence/ledger.js';
import { type LedgerWorld, ledgerWorld } from './postgres-ledger.js';
import { sampleEntry } from './sample-entry.js';

let world: LedgerWorld;
beforeAll(async () => {
  world = await ledgerWorld();
});
afterAll(() => world.close());

const UNAVAILABLE = { code: 'LEDGER_UNAVAILABLE' };
const sizeOf = async (): Promise<number> =>
  Number((await world.sql('select max(size) as size from besa.ledger_head'))[0]?.size);

describe('a ledger that cannot be written', () => {
  test('nobody listens: refused, with the cause told to the operator and no value in it', async () => {
    const causes: string[] = [];
    const ledger = createLedger({ url: 'postgres://nobody@127.0.0.1:1/none', onFault: (cause) => causes.push(cause) });
    await expect(ledger.append(sampleEntry())).rejects.toMatchObject(UNAVAILABLE);
    await expect(ledger.list('ME-BP', { limit: 1 })).rejects.toMatchObject(UNAVAILABLE);
    expect(causes).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
    await ledger.close();
  });

  test('closed: refused', async () => {
    const ledger = createLedger({ url: world.url });
    await ledger.close();
    await expect(ledger.append(sampleEntry())).rejects.toMatchObject(UNAVAILABLE);
  });

  test('read-only database: refused, and it heals by itself', async () => {
    const name = new URL(world.url).pathname.slice(1);
    const ledger = createLedger({ url: world.url });
    await world.sql(`alter database ${name} set default_transaction_read_only = on`);
    await expect(ledger.append(sampleEntry())).rejects.toMatchObject(UNAVAILABLE);
    await world.sql(`alter database ${name} reset default_transaction_read_only`);
    await world.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'besa-ledger' and datname = current_database()`,
    );
    expect((await ledger.append(sampleEntry())).kind).toBe('APPENDED');
    await ledger.close();
  });

  test('the lock is held by somebody who sleeps: refused after the timeout, and it heals once that one is gone', async () => {
    const sleeper = await world.connect();
    await sleeper.query('begin; select from besa.ledger_lock for update');
    await expect(world.ledger.append(sampleEntry())).rejects.toMatchObject(UNAVAILABLE);
    await sleeper.query('rollback');
    await sleeper.end();
    expect((await world.ledger.append(sampleEntry())).kind).toBe('APPENDED');
  });

  test('a process stopped between its append and its commit is cut off, and what it appended never was', async () => {
    const size = await sizeOf();
    const stopped = await world.connect();
    await stopped.query('begin');
    await stopped.query(
      `select besa.ledger_append(array[gen_random_uuid()], array['ME-BP'], array['{}'], array[repeat('a', 64)], array[null]::bigint[], array[null]::timestamptz[], array[null]::timestamptz[])`,
    );
    // Its own four seconds begin before the four seconds of whoever waits: the second try at the latest gets through.
    const appended = await world.ledger.append(sampleEntry()).catch(() => world.ledger.append(sampleEntry()));
    expect(appended).toEqual({ kind: 'APPENDED', sequence: size + 1 });
    await stopped.end().catch(() => {});
  });
});

describe('a connection that breaks', () => {
  test('between two appends is nobody’s loss', async () => {
    await world.ledger.append(sampleEntry());
    await world.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'besa-ledger' and datname = current_database()`,
    );
    expect((await world.ledger.append(sampleEntry())).kind).toBe('APPENDED');
  });

  test('in the middle of appends leaves each entry there once or not at all, and every answered one is there', async () => {
    const answered: string[] = [];
    const asked: string[] = [];
    for (let round = 0; round < 15; round += 1) {
      const appends = Array.from({ length: 20 }, async () => {
        const entry = sampleEntry();
        asked.push(entry.requestId);
        await world.ledger.append(entry).then(
          () => answered.push(entry.requestId),
          () => {},
        );
      });
      await world.sql(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'besa-ledger' and datname = current_database()`,
      );
      await Promise.all(appends);
    }
    const stored = await world.sql<{ request_id: string }>(
      'select request_id from besa.ledger_entry where request_id = any ($1)',
      [asked],
    );
    const storedIds = stored.map((row) => row.request_id);
    expect(new Set(storedIds).size).toBe(storedIds.length);
    expect(answered.filter((id) => !storedIds.includes(id))).toEqual([]);
    expect(answered.length).toBeGreaterThan(0);
    expect(await world.verify()).toMatchObject({ kind: 'INTACT' });
  });
});
