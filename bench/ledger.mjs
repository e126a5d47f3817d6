// The ledger by itself: entries a second through the hub's own adapter, against bare inserts grouped the same way, from one process
// and from several at once. `npm run bench` prints it with the rest; `node bench/ledger.mjs` measures nothing else, on a cluster of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { startPostgres } from '../dist/src/persistence/embedded-postgres.js';
import { migrate } from '../dist/src/persistence/migrate.js';
import { appending, openSystems } from './ledger-systems.mjs';

const CONNECTIONS = [1, 16];
const PROCESSES = 4;
const ROUNDS = 5;
const MILLISECONDS = 3000;

const BARE_TABLE = `create table if not exists public.bench_entry (id bigserial primary key, at timestamptz default now(),
  agency text, request_id uuid unique, body text); create index if not exists bench_entry_agency on public.bench_entry (agency, id)`;

/**
 * @returns one result per round, number of waiting requests and system: entries a second, and the milliseconds each waited;
 *   `connections` is `4 × 4` where four processes append at once
 */
export async function measureLedger(url, { rounds, milliseconds }, say) {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(BARE_TABLE);
  const { systems, close } = await openSystems(url);
  const processes = await startProcesses(url);
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    say(`ledger, round ${round + 1} of ${rounds}`);
    // What is compared is measured one right after the other.
    for (const connections of CONNECTIONS) {
      for (const [system, append] of Object.entries(systems)) {
        const told = await appending(append, connections, milliseconds);
        results.push({ round, connections, system, ...figures([told]) });
      }
    }
    for (const system of Object.keys(systems)) {
      const told = await together(processes, { system, connections: PROCESSES, milliseconds });
      results.push({ round, connections: `${PROCESSES} × ${PROCESSES}`, system, ...figures(told) });
    }
  }
  for (const child of processes) child.disconnect();
  await close();
  await client.query('drop table public.bench_entry');
  await client.end();
  return results;
}

function figures(told) {
  const waits = told.flatMap((one) => one.waits).sort((a, b) => a - b);
  return {
    perSecond: told.reduce((all, one) => all + one.perSecond, 0),
    p50Ms: waits[Math.floor(waits.length / 2)],
    p99Ms: waits[Math.floor(waits.length * 0.99)],
  };
}

function startProcesses(url) {
  const script = fileURLToPath(new URL('ledger-process.mjs', import.meta.url));
  return Promise.all(
    Array.from({ length: PROCESSES }, async () => {
      const child = fork(script, [url]);
      await once(child, 'message');
      return child;
    }),
  );
}

function together(processes, order) {
  return Promise.all(
    processes.map(async (child) => {
      child.send(order);
      return (await once(child, 'message'))[0];
    }),
  );
}

async function alone() {
  const dataFolder = mkdtempSync(join(tmpdir(), 'besa-bench-ledger-'));
  const cluster = await startPostgres({ dataFolder, durable: true });
  try {
    await migrate(cluster.url);
    const plan = { rounds: Number(process.env.ROUNDS ?? ROUNDS), milliseconds: MILLISECONDS };
    const { ledgerTable } = await import('./report.mjs');
    console.log(
      ledgerTable(await measureLedger(cluster.url, plan, (text) => process.stderr.write(`bench: ${text}\n`))),
    );
  } finally {
    await cluster.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await alone();
