// The stand itself: one PostgreSQL with the demo world and as many invented records as asked for, the hub, and the rights
// the peers need to answer the same. Kept in bench/.besa between runs; a step that is done is not done again.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { startPostgres } from '../dist/src/persistence/embedded-postgres.js';
import { ASKER, OWN_DATABASE, READABLE, SHARED_FROM } from './questions.mjs';

export const BENCH = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(BENCH, '..');
export const DATA = process.env.BENCH_DATA ?? join(BENCH, '.besa');
const START_SECONDS_MAX = 300;

/** A durable cluster: the ledger's share is mostly what the disk takes. */
export async function openCluster() {
  mkdirSync(DATA, { recursive: true });
  const cluster = await startPostgres({ dataFolder: join(DATA, 'postgres'), durable: true });
  const client = new Client({ connectionString: cluster.url });
  client.on('error', () => {});
  await client.connect();
  return { cluster, client, environment: await settingsFor(cluster.url) };
}

async function settingsFor(url) {
  const port = await freePort();
  return {
    ...process.env,
    DATABASE_URL: url,
    BESA_DATA: join(DATA, 'hub'),
    BESA_DEMO: 'small',
    BESA_URL: `http://127.0.0.1:${port}`,
    PORT: String(port),
    LOG_LEVEL: 'error',
    NODE_ENV: 'development',
  };
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts the hub as an operator would, and waits until it answers; the first time it loads the demo world. */
export async function startHub(environment, pin) {
  const child = spawnPinned(pin, [process.execPath, 'dist/src/main.js'], { cwd: ROOT, env: environment });
  const end = Date.now() + START_SECONDS_MAX * 1000;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error('the hub ended before it answered');
    const ready = await fetch(`${environment.BESA_URL}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return { url: `${environment.BESA_URL}/graphql`, child };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the hub was not ready after ${START_SECONDS_MAX} s`);
}

/** Starts a server that prints `ready`. */
export async function startServer(file, environment, pin) {
  const port = await freePort();
  const options = { cwd: BENCH, env: { ...environment, NODE_ENV: 'production', PORT: String(port) } };
  const child = spawnPinned(pin, [process.execPath, join('servers', file)], options);
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => String(chunk).includes('ready') && resolve());
    child.on('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return { url: `http://127.0.0.1:${port}/graphql`, child };
}

function spawnPinned(pin, [command, ...args], options) {
  const [first, ...rest] = pin === undefined ? [command, ...args] : ['taskset', '-c', String(pin), command, ...args];
  return spawn(first, rest, {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Fills the six owners' tables up to `rows` records in all, spread evenly over four years, a millisecond never used twice by one owner. */
export async function ensureRows(client, rows) {
  const { rows: databases } = await client.query(
    `select id, code from besa.shared_database where record_type = 'BorderCrossing' order by id limit 6`,
  );
  const each = Math.ceil(rows / databases.length);
  for (const { id, code } of databases) {
    const table = `records.border_crossing_p${id}`;
    const {
      rows: [{ count }],
    } = await client.query(`select count(*)::int as count from ${table}`);
    if (count >= each) continue;
    process.stderr.write(`bench: ${(each - count).toLocaleString('en')} records into ${code}\n`);
    // Behind what an earlier run left: its keys are taken.
    await client.query(fillText(table, id), [each - count, count]);
    await client.query(`vacuum (analyze) ${table}`);
  }
  await client.query('analyze records.border_crossing');
}

/** $1 = how many, $2 = how many there are. */
const fillText = (
  table,
  id,
) => `insert into ${table} (database_id, id, recorded_at, status, national_reference, detected_at,
    border_section, direction, nationality, sex, persons_count, group_size, route, transport_mode, outcome, document_number)
  select ${id}, (random() * 9e18)::bigint, now(), 'ACTIVE', 'BENCH-' || ($2::int + g),
    timestamptz '2021-01-01T00:00:00Z' + (g - random() * 0.9) / $1::int * interval '4 years', 'S-' || g % 31, (array['ENTRY','EXIT'])[1 + g % 2],
    (array['SYR','AFG','IRQ','MAR','DZA','TUN','EGY','PAK','BGD','SOM','ERI','NGA','GIN','CIV','IRN','TUR','UKR','MDA','GEO','IND'])[1 + floor(power(random(), 2) * 20)::int],
    (array['M','F','X'])[1 + floor(random() * 2.05)::int], 1, 1 + g % 12, 'WESTERN_BALKAN', (array['ON_FOOT','CAR','VAN','TRAIN'])[1 + g % 4],
    (array['ASYLUM_REFERRAL','READMISSION','RELEASED'])[1 + g % 3], 'ZZ' || lpad(g::text, 9, '0')
  from generate_series(1, $1::int) g`;

/** A role for the peer, its policy as its own manual would have it, and the unique key that lets it offer one record by id. */
export async function ensurePeer(client, url) {
  const password = randomBytes(16).toString('hex');
  const { rows } = await client.query(`select from pg_roles where rolname = 'bench_peer'`);
  if (rows.length === 0) await client.query('create role bench_peer login');
  await client.query(`alter role bench_peer password '${password}'`);
  await client.query(PEER_RIGHTS);
  for (const code of READABLE) {
    const from = code === OWN_DATABASE ? '-infinity' : SHARED_FROM[code];
    await client.query('insert into bench.permission select $1, id, $2 from besa.shared_database where code = $3', [
      ASKER,
      from,
      code,
    ]);
  }
  await client.query('analyze bench.permission');
  // The peer sorts nulls first, so the hub's index does not fit its pages: it gets one of its own.
  const { rows: databases } = await client.query(
    `select id from besa.shared_database where record_type = 'BorderCrossing'`,
  );
  for (const { id } of databases) {
    await client.query(
      `create index if not exists bench_page_p${id} on records.border_crossing_p${id} (detected_at desc, id)`,
    );
  }
  const peer = new URL(url);
  peer.username = 'bench_peer';
  peer.password = password;
  return peer.toString();
}

const PEER_RIGHTS = `
  create schema if not exists bench;
  drop policy if exists bench_peer on records.border_crossing;
  drop table if exists bench.permission;
  create table bench.permission (agency text, database_id int, shared_from timestamptz, primary key (agency, database_id));
  grant usage on schema bench, records to bench_peer;
  grant select on bench.permission, records.border_crossing to bench_peer;
  create policy bench_peer on records.border_crossing for select to bench_peer using (exists (
    select from bench.permission p where p.agency = nullif(current_setting('bench.agency', true), '')
      and p.database_id = border_crossing.database_id and border_crossing.detected_at >= p.shared_from));
  comment on table records.border_crossing is '@unique database_id,id';
`;
