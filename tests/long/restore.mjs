// The runbook for an own PostgreSQL (docs/operations.md), walked with its own tools: a dump and a base backup of an older state,
// each put back and refused, accepted in writing, and served. Needs pg_dump, pg_restore and pg_basebackup, and the server of their
// version; where they are not there it says so and ends.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../dist/src/persistence/embedded-postgres.js';
import { createLedger } from '../../dist/src/persistence/ledger.js';
import { buildIfChanged } from '../../scripts/build.mjs';

const REASON = 'the database server was lost; the newest backup is a day old';
const home = mkdtempSync(join(tmpdir(), 'besa-restore-'));
const running = [];

/** The server that belongs to the tools on the path, where Debian and Red Hat put it. */
function serverOfTheTools() {
  const version = spawnSync('pg_dump', ['--version'], { encoding: 'utf8' }).stdout ?? '';
  const major = /\b(\d+)\./.exec(version)?.[1];
  return [`/usr/lib/postgresql/${major}`, `/usr/pgsql-${major}`].find((path) =>
    existsSync(join(path, 'bin', 'postgres')),
  );
}

function tool(name, ...args) {
  const run = spawnSync(name, args, { encoding: 'utf8' });
  assert.equal(run.status, 0, `${name} ${args.join(' ')}: ${run.stderr}`);
}

function hubProcess(file, args, settings) {
  const env = { PATH: process.env.PATH, PORT: '0', BESA_DEMO: 'off', LOG_LEVEL: 'warn', ...settings };
  const child = spawn(process.execPath, [join('dist', 'src', file), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((done) => child.on('close', (code) => done({ code, output })));
  return { child, ended, output: () => output };
}

/** Serves until `work` is done, then stops as told. */
async function whileServing(settings, work = async () => undefined) {
  const hub = hubProcess('main.js', [], settings);
  const hasEnded = hub.ended.then(({ output }) => Promise.reject(new Error(`the hub ended: ${output}`)));
  const isUp = (async () => {
    while (!hub.output().includes('/readyz\n')) await new Promise((done) => setTimeout(done, 50));
  })();
  await Promise.race([isUp, hasEnded]);
  hasEnded.catch(() => undefined);
  await work();
  hub.child.kill('SIGTERM');
  assert.equal((await hub.ended).code, 0);
}

async function append(url, count) {
  const ledger = createLedger({ url });
  const nobody = { agency: null, person: 'test', roles: [], purpose: null, regime: null, justification: null };
  const plain = { action: 'test', operation: { name: null, hash: null }, outcome: 'ANSWERED', errorCode: null };
  for (let index = 0; index < count; index += 1) {
    await ledger.append({ requestId: randomUUID(), ...nobody, ...plain, asks: [], subject: {}, durationMs: 0 });
  }
  await ledger.close();
}

const besa = (settings, ...args) => hubProcess(join('cli', 'main.js'), args, settings).ended;

/** What must be seen of every restored database. */
async function refusedAcceptedServed(title, settings) {
  const refused = await hubProcess('main.js', [], settings).ended;
  assert.equal(refused.code, 1, refused.output);
  assert.match(refused.output, /the ledger ends at entry 3, and a head of 7 entries of .* was witnessed/);
  const accepted = await besa(settings, 'audit', 'accept-loss', '--reason', REASON);
  assert.equal(accepted.code, 0, accepted.output);
  await whileServing(settings);
  const verified = await besa(settings, 'audit', 'verify');
  assert.equal(verified.code, 0, verified.output);
  assert.match(verified.output, /the ledger is intact: 4 entries/);
  process.stderr.write(`besa: ${title}: refused with the reason, accepted in writing, served\n`);
}

async function start(folder, binaries) {
  const cluster = await startPostgres({ dataFolder: folder, durable: false, binaries });
  running.push(cluster);
  return cluster;
}

/** A hub with three entries, `backup`, four more entries; then `restore` says where the older state is. */
async function walk(title, binaries, { backup, restore }) {
  const place = join(home, title);
  const [safekeeping, data] = [join(place, 'safekeeping'), join(place, 'data')];
  mkdirSync(place);
  const cluster = await start(join(place, 'server'), binaries);
  const settings = (url) => ({ DATABASE_URL: url, BESA_DATA: data, BESA_SAFEKEEPING: safekeeping });
  await whileServing(settings(cluster.url), () => append(cluster.url, 3));
  await backup(cluster, place);
  await whileServing(settings(cluster.url), () => append(cluster.url, 4));
  assert.equal(JSON.parse(JSON.parse(readFileSync(join(safekeeping, 'head.json'), 'utf8')).text).size, 7);
  await refusedAcceptedServed(title, settings(await restore(cluster, place)));
}

const DUMP = {
  // As a superuser: row-level security binds the owner of the tables too, and would refuse to dump them.
  backup: async ({ superuserUrl }, place) =>
    tool(
      'pg_dump',
      '--format=custom',
      `--file=${join(place, 'besa.dump')}`,
      superuserUrl.replace(/\/postgres$/, '/besa'),
    ),
  async restore({ url, superuserUrl }, place) {
    const client = new pg.Client({ connectionString: superuserUrl });
    await client.connect();
    await client.query('create database restored owner besa template template0');
    await client.end();
    const restored = superuserUrl.replace(/\/postgres$/, '/restored');
    tool('pg_restore', '--exit-on-error', `--dbname=${restored}`, join(place, 'besa.dump'));
    return url.replace(/\/besa$/, '/restored');
  },
};

const baseBackup = (binaries) => ({
  async backup({ superuserUrl }, place) {
    mkdirSync(join(place, 'restored'));
    tool(
      'pg_basebackup',
      `--dbname=${superuserUrl}`,
      `--pgdata=${join(place, 'restored', 'cluster')}`,
      '--checkpoint=fast',
    );
  },
  async restore(cluster, place) {
    await cluster.stop();
    running.splice(running.indexOf(cluster), 1);
    return (await start(join(place, 'restored'), binaries)).url;
  },
});

const binaries = serverOfTheTools();
if (binaries === undefined) {
  process.stderr.write('besa: not run: pg_dump and the server of its version are not on this machine\n');
} else {
  buildIfChanged({ tolerant: true });
  try {
    await walk('pg_dump', binaries, DUMP);
    await walk('pg_basebackup', binaries, baseBackup(binaries));
  } finally {
    for (const cluster of running) await cluster.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
