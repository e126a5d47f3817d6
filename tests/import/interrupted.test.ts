import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LOAD_LOCK } from '../../src/persistence/record-loader.js';
import {
  csv,
  HEADER,
  type ImportHub,
  importHeaders,
  importPath,
  post,
  row,
  sendChunks,
  startImportHub,
} from './import-hub.js';
import { startHubProcess } from './start-hub-process.js';

let hub: ImportHub;
beforeEach(async () => {
  hub = await startImportHub({ silenceMsMax: 1_500 });
});
afterEach(() => hub.close());

/** Rows for ever, with a word in between about how many were taken. */
async function* endless(onRows: (rows: number) => void | Promise<void>): AsyncGenerator<string> {
  yield `${HEADER}\n`;
  for (let number = 0; ; number += 1_000) {
    yield Array.from({ length: 1_000 }, (_, index) => `${row(number + index)}\n`).join('');
    await onRows(number + 1_000);
  }
}

/** Polls the database, not the clock: what is waited for is another process. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it did not come to be');
}

test('an upload that breaks off leaves nothing, and is one entry', async () => {
  const request = httpRequest({
    port: hub.port,
    method: 'POST',
    path: importPath({}),
    headers: importHeaders({}),
    agent: false,
  });
  await sendChunks(
    request,
    endless((rows) => void (rows > 20_000 && request.destroy())),
  );
  await until(async () => (await hub.entries()) === 1);
  expect(await hub.lastEntry()).toMatchObject({ entry: { outcome: 'REFUSED', errorCode: 'BAD_USER_INPUT' } });
  await until(async () => (await hub.openLoads()) === 0);
  expect(await hub.records()).toHaveLength(0);
});

test('a sender who falls silent is told so, and keeps no load open', async () => {
  const socket = connect(hub.port, '127.0.0.1');
  const body = csv(row(1));
  const headers = Object.entries(importHeaders({})).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(
    `POST ${importPath({})} HTTP/1.1\r\nhost: hub\r\n${headers.join('')}content-length: 1000000\r\n\r\n${body}`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 [\s\S]*the upload took too long/);
  socket.destroy();
  await until(async () => (await hub.openLoads()) === 0);
});

test('a database connection cut in the middle leaves nothing, and the next import works', async () => {
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'besa-load' and datname = current_database()`;
  let isCut = false;
  const answer = await hub.post(
    endless(async () => {
      isCut ||= (await hub.query(cut)).length > 0;
    }),
  );
  expect(isCut).toBe(true);
  expect([answer.status, answer.body.error.code]).toEqual([503, 'SOURCE_UNAVAILABLE']);
  expect(await hub.records()).toHaveLength(0);
  expect((await hub.post(csv(row(1)))).body).toMatchObject({ inserted: 1 });
});

test('a ledger that cannot be written refuses the import: no record without its entry', async () => {
  await hub.query('alter table besa.ledger_lock rename to ledger_lock_away');
  const answer = await hub.post(csv(row(1)));
  expect([answer.status, answer.body.error.code]).toEqual([503, 'LEDGER_UNAVAILABLE']);
  expect(await hub.records()).toHaveLength(0);
  await hub.query('alter table besa.ledger_lock_away rename to ledger_lock');
  expect((await hub.post(csv(row(1)))).body).toMatchObject({ inserted: 1 });
});

test('a hub killed before its commit leaves nothing half', async () => {
  const killed = await startHubProcess(hub.url);
  // Another session holds the lock of the database, so that the hub is killed when all rows are staged and none is merged.
  await hub.query(`select pg_advisory_lock(${LOAD_LOCK}, 1)`);
  const upload = post(killed.port, csv(...Array.from({ length: 5_000 }, (_, number) => row(number))), {});
  const waiting = `select from pg_stat_activity where application_name = 'besa-load' and datname = current_database() and wait_event_type = 'Lock'`;
  await until(async () => (await hub.query(waiting)).length === 1);
  killed.child.kill('SIGKILL');
  await expect(upload).rejects.toThrow();
  await hub.query(`select pg_advisory_unlock(${LOAD_LOCK}, 1)`);
  await until(async () => (await hub.openLoads()) === 0);
  expect(await hub.records()).toHaveLength(0);
  expect(await hub.entries()).toBe(0);
});

test('a sender who asks first is refused before he sends anything', async () => {
  const request = httpRequest({
    port: hub.port,
    method: 'POST',
    path: importPath({}),
    headers: importHeaders({ as: 'analyst', headers: { expect: '100-continue', 'content-length': '1000000000' } }),
    agent: false,
  });
  let mayContinue = false;
  request.on('continue', () => {
    mayContinue = true;
  });
  request.on('error', () => undefined);
  request.flushHeaders();
  const [response] = await once(request, 'response');
  expect([response.statusCode, mayContinue]).toEqual([403, false]);
  request.destroy();
});
