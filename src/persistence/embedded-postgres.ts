/**
 * Starts a real PostgreSQL from npm binaries: kept in the hub's data folder, or thrown away after a test run.
 * Our own launcher, because the packaged one swallows the reason of a failure and creates system users.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { StartError } from '../support/start-error.js';
import { clusterFolder, type Places, placesFor } from './embedded-places.js';
import { chooseRunAs, commandFor, embeddedBinaries, linkLibraries, NOBODY, type RunAs } from './embedded-platform.js';
import { type KeptServer, keptRunning } from './kept-running.js';

export interface ClusterOptions {
  /** where the cluster lives; made if absent, one running cluster at a time */
  readonly dataFolder: string;
  /** false: for tests; nothing is synced to disk and anyone on this machine may connect */
  readonly durable: boolean;
  /** default: a free one below 32768 */
  readonly port?: number;
  /** folder with bin/, lib/, share/ of another PostgreSQL; default: the npm package of this platform */
  readonly binaries?: string;
  /** default: the first rung of the ladder that holds on this machine */
  readonly runAs?: RunAs;
  /** given: a server that ends without having been told to is started again, on its port, and this is told why it ended or did not start */
  readonly onLost?: (reason: string) => void;
}

export interface Cluster {
  /** as the hub's own role `besa`, which owns the database `besa` and is no superuser */
  readonly url: string;
  /** as the superuser; for tests and repairs only */
  readonly superuserUrl: string;
  readonly pid: number;
  /** such as `18.4` */
  readonly version: string;
  stop(): Promise<void>;
}

const HUB_ROLE = 'besa';
const SUPERUSER = 'postgres';
const START_TRIES_MAX = 5;
const START_SECONDS_MAX = 60;
/** a server that is stopping writes what it has in memory first */
const GOING_DOWN_SECONDS_MAX = 30;
const LOG_BYTES_MAX = 10_000_000;

/**
 * @throws StartError if the platform has no binaries, the folder is in use or of another major version, or PostgreSQL does not start
 */
export async function startPostgres(options: ClusterOptions): Promise<Cluster> {
  const home = resolve(options.dataFolder);
  const runAs = options.runAs ?? keptRunAs(home) ?? chooseRunAs();
  const native = options.binaries ?? embeddedBinaries();
  linkLibraries(native);
  const places = placesFor(home, native, runAs);
  const password = options.durable ? keptPassword(places) : '';
  if (!existsSync(join(places.cluster, 'PG_VERSION'))) initialise(places, runAs, options.durable, password);
  refuseOtherMajor(places, runAs);
  const first = await startServer(places, runAs, options);
  const { onLost } = options;
  const again = (): Promise<Running> => startServer(places, runAs, { ...options, port: first.port });
  const running = onLost === undefined ? first : keptRunning(first, again, onLost);
  const urlOf = (role: string, database: string): string =>
    `postgres://${role}${password === '' ? '' : `:${password}`}@127.0.0.1:${first.port}/${database}`;
  const superuserUrl = urlOf(SUPERUSER, 'postgres');
  try {
    const version = await prepareHubRole(superuserUrl, password, options.durable);
    return {
      url: urlOf(HUB_ROLE, HUB_ROLE),
      superuserUrl,
      pid: first.child.pid ?? 0,
      version,
      stop: () => running.stop(),
    };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/**
 * The URL of a kept cluster that another process of this machine runs on the folder; undefined if none runs.
 * As root without user namespaces the cluster may lie elsewhere; it is then found through the kept `run-as`.
 */
export function runningUrl(dataFolder: string): string | undefined {
  const home = resolve(dataFolder);
  const passwordFile = join(home, 'password');
  if (!existsSync(passwordFile)) return undefined;
  const kept = existsSync(join(home, 'run-as')) ? readFileSync(join(home, 'run-as'), 'utf8').trim() : '';
  const lines = postmasterFile(clusterFolder(home, kept === 'NOBODY' ? 'NOBODY' : 'DIRECT'));
  const [pid, port, status] = [Number(lines[0]), lines[3]?.trim(), lines[7]?.trim()];
  if (status !== 'ready' || port === undefined || !isAlive(pid)) return undefined;
  const password = readFileSync(passwordFile, 'utf8').trim();
  return `postgres://${HUB_ROLE}:${password}@127.0.0.1:${port}/${HUB_ROLE}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// A cluster keeps the user it was made for: under another one its files could not be read, or an empty one would be made beside it.
function keptRunAs(home: string): RunAs | undefined {
  const file = join(home, 'run-as');
  if (!existsSync(file)) return undefined;
  const kept = readFileSync(file, 'utf8').trim();
  if (kept === 'NOBODY') return kept;
  if (chooseRunAs() !== 'NOBODY') return undefined;
  throw new StartError(`the data folder \`${home}\` was made where user namespaces work, and here they do not`, [
    'start as an ordinary user who owns that folder, or allow user namespaces in this container',
    'or set `DATABASE_URL` to a PostgreSQL of your own',
  ]);
}

function keptPassword(places: Places): string {
  const file = join(places.home, 'password');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const password = randomBytes(24).toString('base64url');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return password;
}

function initialise(places: Places, runAs: RunAs, durable: boolean, password: string): void {
  // A cluster whose initialisation was cut short has no PG_VERSION or an unusable rest: start over in an empty folder.
  rmSync(places.cluster, { recursive: true, force: true });
  const passwordFile = join(places.reachable, `.initial-${randomBytes(6).toString('hex')}`);
  const program = [
    join(places.native, 'bin', 'initdb'),
    '-D',
    places.cluster,
    '-U',
    SUPERUSER,
    '-E',
    'UTF8',
    '--locale=C',
  ];
  program.push(...(durable ? ['-A', 'scram-sha-256', `--pwfile=${passwordFile}`] : ['-A', 'trust', '--no-sync']));
  if (durable) {
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    places.give(passwordFile);
  }
  try {
    const result = runOnce(commandFor(runAs, program, false), runAs, places.reachable);
    if (result.status !== 0) {
      rmSync(places.cluster, { recursive: true, force: true });
      throw new StartError(
        `PostgreSQL could not make its data folder \`${places.cluster}\`: ${tellingLine(result.output)}`,
        [
          'set `BESA_DATA` to a folder you may write to, on a file system with room',
          'or set `DATABASE_URL` to a PostgreSQL of your own',
        ],
      );
    }
    writeFileSync(join(places.home, 'run-as'), `${runAs}\n`, { mode: 0o600 });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function runOnce(command: readonly string[], runAs: RunAs, cwd: string): { status: number | null; output: string } {
  const [program = '', ...args] = command;
  const result = spawnSync(program, args, { cwd, env: environment(), encoding: 'utf8', ...identityOf(runAs) });
  return { status: result.status, output: `${result.stderr ?? ''}${result.error?.message ?? ''}` };
}

// Not the caller's environment: a passed-on PGDATA, PGPORT or locale would change what the server does.
function environment(): NodeJS.ProcessEnv | undefined {
  if (process.platform === 'win32') return undefined;
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

function identityOf(runAs: RunAs): { uid?: number; gid?: number } {
  return runAs === 'NOBODY' ? { uid: NOBODY, gid: NOBODY } : {};
}

/** The line that says what is wrong, among progress and hints. */
function tellingLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.find((line) => /error|fatal|cannot|could not|not found/i.test(line)) ?? lines.at(-1);
  return telling?.replace(/^initdb: error: /, '').trim() ?? 'no message';
}

function refuseOtherMajor(places: Places, runAs: RunAs): void {
  const found = readFileSync(join(places.cluster, 'PG_VERSION'), 'utf8').trim();
  const shown = runOnceOutput([join(places.native, 'bin', 'postgres'), '--version'], runAs, places.reachable);
  const wanted = /(\d+)(\.|beta|rc)/.exec(shown)?.[1];
  if (wanted === undefined || wanted === found) return;
  throw new StartError(
    `the data folder \`${places.home}\` was made by PostgreSQL ${found}, this hub brings ${wanted}`,
    [`start PostgreSQL ${found} on it yourself and set \`DATABASE_URL\``, 'or set `BESA_DATA` to a new folder'],
  );
}

function runOnceOutput(program: readonly string[], runAs: RunAs, cwd: string): string {
  const [name = '', ...args] = commandFor(runAs, program, false);
  return spawnSync(name, args, { cwd, env: environment(), encoding: 'utf8', ...identityOf(runAs) }).stdout ?? '';
}

interface Running extends KeptServer {
  readonly child: ChildProcess;
  readonly port: number;
}

async function startServer(places: Places, runAs: RunAs, options: ClusterOptions): Promise<Running> {
  let reason = '';
  const deadline = Date.now() + GOING_DOWN_SECONDS_MAX * 1000;
  for (let tries = 1; tries <= START_TRIES_MAX || Date.now() < deadline; tries++) {
    const port = options.port ?? (await freePort());
    const outcome = await tryStart(places, runAs, port, options.durable);
    if (typeof outcome !== 'string') return outcome;
    reason = outcome;
    // A server that is just going down keeps its lock file a moment, and so do the last of one that was killed their memory.
    if (!/lock file|shared memory|could not bind|could not create any TCP/i.test(reason)) break;
    if (tries >= START_TRIES_MAX && !isGoingDown(places, reason)) break;
    await pause(Math.min(tries, 5) * 100);
  }
  if (/lock file/i.test(reason)) {
    throw new StartError(`another hub already runs on the data folder \`${places.home}\``, [
      'stop it first, or set `BESA_DATA` to another folder and `PORT` to another port',
    ]);
  }
  throw new StartError(`the embedded PostgreSQL did not start: ${reason}`, [
    `its log is \`${places.log}\``,
    'or set `DATABASE_URL` to a PostgreSQL of your own',
  ]);
}

/** One that serves must be left alone; one that was told to stop, or whose processes are ending, makes room by itself. */
function isGoingDown(places: Places, reason: string): boolean {
  return /shared memory/i.test(reason) || postmasterFile(places.cluster)[7]?.trim() === 'stopping';
}

/** The running server, or the reason why it did not start. */
async function tryStart(places: Places, runAs: RunAs, port: number, durable: boolean): Promise<Running | string> {
  const program = [join(places.native, 'bin', 'postgres'), '-D', places.cluster, ...settings(port, durable)];
  const [name = '', ...args] = commandFor(runAs, program, true);
  const before = postmasterFile(places.cluster)[0];
  const { log, start } = openLog(places.log);
  // Its own process group: Ctrl+C must reach the hub alone, which drains its requests before it stops PostgreSQL.
  const child = spawn(name, args, {
    cwd: places.reachable,
    env: environment(),
    stdio: ['pipe', log, log],
    detached: true,
    ...identityOf(runAs),
  });
  closeSync(log);
  let ended: string | undefined;
  const exited = new Promise<void>((done) => {
    const end = (reason: string): void => {
      ended ??= reason;
      done();
    };
    child.once('exit', (code, signal) => end(`exit ${signal ?? code}`));
    child.once('error', (error) => end(error.message));
  });
  for (const deadline = Date.now() + START_SECONDS_MAX * 1000; Date.now() < deadline; await pause(10)) {
    if (ended !== undefined) return failure(places.log, start, ended);
    const lines = postmasterFile(places.cluster);
    if (lines[0] !== before && lines[3]?.trim() === String(port) && lines[7]?.trim() === 'ready') {
      return { child, port, ended: exited.then(() => ended ?? ''), stop: () => stopServer(child, exited) };
    }
  }
  await stopServer(child, exited);
  return `no answer after ${START_SECONDS_MAX} seconds`;
}

function postmasterFile(cluster: string): readonly string[] {
  try {
    return readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** Appends, for the log may be that of a server still running on the same folder; starts anew when it has grown large. */
function openLog(path: string): { log: number; start: number } {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES_MAX) return { log: openSync(path, 'w', 0o600), start: 0 };
  return { log: openSync(path, 'a', 0o600), start: size };
}

function failure(log: string, start: number, ended: string): string {
  const fatal = readFileSync(log)
    .subarray(start)
    .toString('utf8')
    .split('\n')
    .filter((line) => /FATAL|PANIC|ERROR|error while loading|could not/.test(line));
  return fatal.length === 0
    ? ended
    : fatal.map((line) => line.replace(/^.*?(FATAL|PANIC|ERROR|LOG): +/, '')).join('; ');
}

async function stopServer(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
  await exited;
}

function settings(port: number, durable: boolean): readonly string[] {
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '256MB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // No record value reaches the log, whatever statement fails.
    log_min_error_statement: 'panic',
    log_parameter_max_length_on_error: 0,
    log_error_verbosity: 'terse',
    max_wal_size: '2GB',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** A port that is free now, below the range the kernel hands out by itself. */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = 20_000 + (randomBytes(2).readUInt16BE() % 12_000);
    if (await isFree(port)) return port;
  }
  throw new StartError('no free port was found between 20000 and 32000', [
    'set `DATABASE_URL` to a PostgreSQL of your own',
  ]);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => done(true)));
  });
}

/** Makes the hub's role and database unless they exist. @returns the server's version, such as `18.4` */
async function prepareHubRole(superuserUrl: string, password: string, durable: boolean): Promise<string> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const role = await client.query('select 1 from pg_roles where rolname = $1', [HUB_ROLE]);
    // No superuser: row-level security does not bind one, and the second lock would silently be no lock.
    const rights = durable ? 'login createrole' : 'login createrole createdb';
    if (role.rowCount === 0) await client.query(`create role ${HUB_ROLE} ${rights} ${secret(client, password)}`);
    const database = await client.query('select 1 from pg_database where datname = $1', [HUB_ROLE]);
    if (database.rowCount === 0) await client.query(`create database ${HUB_ROLE} owner ${HUB_ROLE}`);
    const shown = await client.query<{ server_version: string }>('show server_version');
    return shown.rows[0]?.server_version.split(' ')[0] ?? 'unknown';
  } finally {
    await client.end();
  }
}

function secret(client: Client, password: string): string {
  return password === '' ? '' : `password ${client.escapeLiteral(password)}`;
}
