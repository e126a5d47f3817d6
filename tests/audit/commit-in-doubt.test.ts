import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLedger, type PostgresLedger } from '../../src/persistence/ledger.js';
import { type LedgerWorld, ledgerWorld } from './postgres-ledger.js';
import { sampleEntry } from './sample-entry.js';

/** Stands between the ledger and its database, and cuts the connection when the answer to a commit comes back. */
class CuttingProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** answers still to be swallowed, each with its connection */
  cuts = 0;
  made = 0;
  port = 0;

  constructor(private readonly target: URL) {
    this.#server = createServer((client) => this.#carry(client));
  }

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    const url = new URL(this.target);
    url.port = String((this.#server.address() as { readonly port: number }).port);
    return url.toString();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #carry(client: Socket): void {
    const database = connect(Number(this.target.port), this.target.hostname);
    let isAppending = false;
    for (const socket of [client, database]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        database.destroy();
      });
    }
    client.on('data', (chunk) => {
      isAppending ||= chunk.includes('ledger_append') || chunk.includes('besa_ledger_append');
      database.write(chunk);
    });
    database.on('data', (chunk) => {
      // The server answers once the transaction is durable: this is after its commit, and nobody is told.
      if (isAppending && this.cuts > 0) {
        this.cuts -= 1;
        this.made += 1;
        client.destroy();
        return;
      }
      client.write(chunk);
    });
  }
}

let world: LedgerWorld;
let proxy: CuttingProxy;
let ledger: PostgresLedger;
beforeAll(async () => {
  world = await ledgerWorld();
  proxy = new CuttingProxy(new URL(world.url));
  ledger = createLedger({ url: await proxy.listen() });
});
afterAll(async () => {
  await ledger?.close();
  proxy?.close();
  await world?.close();
});

const rowsOf = (ids: readonly string[]) =>
  world.sql<{ request_id: string; sequence: string }>(
    'select request_id, sequence from besa.ledger_entry where request_id = any ($1::uuid[]) order by sequence',
    [ids],
  );

describe('a connection cut between a commit and its answer', () => {
  test('the same requests are found again: each entry is there once, under the sequence that was told', async () => {
    await ledger.append(sampleEntry());
    for (let round = 0; round < 10; round += 1) {
      const entries = Array.from({ length: 1 + round * 3 }, () => sampleEntry());
      proxy.cuts = 1;
      const told = await Promise.all(entries.map((entry) => ledger.append(entry)));
      const rows = await rowsOf(entries.map(({ requestId }) => requestId));
      const stored = new Map(rows.map(({ request_id, sequence }) => [request_id, Number(sequence)]));
      expect(rows).toHaveLength(entries.length);
      expect(told).toEqual(entries.map(({ requestId }) => ({ kind: 'APPENDED', sequence: stored.get(requestId) })));
    }
    expect(proxy.made).toBe(10);
    expect(await world.verify()).toMatchObject({ kind: 'INTACT' });
  });

  test('cut twice, it is refused: an entry without an answer may be there, never an answer without an entry', async () => {
    const entry = sampleEntry();
    proxy.cuts = 2;
    await expect(ledger.append(entry)).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(await rowsOf([entry.requestId])).toHaveLength(1);
    // The caller's next request is another one, and is answered.
    expect((await ledger.append(sampleEntry())).kind).toBe('APPENDED');
    expect(await world.verify()).toMatchObject({ kind: 'INTACT' });
  });
});
