// What a newcomer does: clone, `npm start` with an empty npm cache, stop, start again. Prints how long each took.
// Only what is committed is in a clone.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const FIRST_START_SECONDS_MAX = 180;
const LATER_START_SECONDS_MAX = 10;

const scratch = mkdtempSync(join(tmpdir(), 'besa-fresh-'));
const clone = join(scratch, 'besa');
const env = {
  // The host's own Node, not the one the launcher has fetched for us.
  PATH: (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('.runtime'))
    .join(delimiter),
  HOME: process.env.HOME ?? scratch,
  npm_config_cache: join(scratch, 'npm-cache'),
  PORT: '0',
};

/** Seconds until the hub answers; the hub runs on. */
async function start() {
  const begin = Date.now();
  const hub = spawn('npm', ['start'], { cwd: clone, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  const known = join(clone, '.besa', 'hub.json');
  let ended = false;
  hub.once('exit', () => {
    ended = true;
  });
  while (!existsSync(known)) {
    if (ended) throw new Error('the hub did not start; its own message stands above');
    await pause(100);
  }
  const { url } = JSON.parse(readFileSync(known, 'utf8'));
  const ready = await fetch(`${url}/readyz`);
  if (!ready.ok) throw new Error(`/readyz answered ${ready.status}`);
  return { hub, seconds: (Date.now() - begin) / 1000 };
}

/** Ctrl+C: the terminal tells every process of the group. */
async function stop(hub) {
  const postgres = Number(
    readFileSync(join(clone, '.besa', 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0],
  );
  process.kill(-hub.pid, 'SIGINT');
  await once(hub, 'exit');
  await pause(200);
  if (existsSync(`/proc/${postgres}`)) throw new Error(`PostgreSQL (process ${postgres}) still runs`);
  if (existsSync(join(clone, '.besa', 'hub.json'))) throw new Error('`hub.json` is still there');
}

try {
  if (spawnSync('git', ['clone', '--quiet', process.cwd(), clone], { stdio: 'inherit' }).status !== 0)
    throw new Error('git clone failed');
  for (const [name, most] of [
    ['first start', FIRST_START_SECONDS_MAX],
    ['later start', LATER_START_SECONDS_MAX],
  ]) {
    const { hub, seconds } = await start();
    await stop(hub);
    process.stderr.write(`besa: ${name}: ${seconds.toFixed(1)} s (at most ${most} s)\n`);
    if (seconds > most) process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
