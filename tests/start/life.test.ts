import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ROOT } from '../house/sources.js';
import {
  cleanUp,
  dataFolder,
  gone,
  type HubProcess,
  isAlive,
  postmasterPid,
  spawnProcess,
  startHub,
} from './process.js';

afterAll(cleanUp);

const kept = dataFolder();

async function started(folder: string): Promise<HubProcess & { readonly url: string }> {
  const hub = startHub({ BESA_DATA: folder });
  await hub.says('/readyz\n');
  const { url, pid } = JSON.parse(readFileSync(join(folder, 'hub.json'), 'utf8')) as { url: string; pid: number };
  expect(pid).toBe(hub.child.pid);
  return { ...hub, url };
}

describe('a hub with its own PostgreSQL', () => {
  test('starts in an empty folder, answers, and stops PostgreSQL when it is told to stop', async () => {
    const hub = await started(kept);
    const postgres = postmasterPid(kept);
    expect((await fetch(`${hub.url}/readyz`)).status).toBe(200);
    expect(hub.output()).toContain('PostgreSQL 18');
    hub.child.kill('SIGINT');
    expect(await hub.ended).toBe(0);
    expect(hub.output()).toContain('draining');
    expect(isAlive(postgres)).toBe(false);
    expect(existsSync(join(kept, 'hub.json')) || existsSync(join(kept, 'hub.pid'))).toBe(false);
  });

  test('a second one on the same folder is refused and told where the first answers', async () => {
    const first = await started(kept);
    const second = startHub({ BESA_DATA: kept });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(
      `a hub already runs on the data folder \`${kept}\` (process ${first.child.pid}, answers at ${first.url})`,
    );
    expect((await fetch(`${first.url}/livez`)).status).toBe(200);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
  });

  test('a killed one leaves no orphan, and the next start is an ordinary one', async () => {
    const killed = await started(kept);
    const postgres = postmasterPid(kept);
    killed.child.kill('SIGKILL');
    await killed.ended;
    await gone(postgres);
    const next = await started(kept);
    expect((await fetch(`${next.url}/readyz`)).status).toBe(200);
    // Ctrl+C reaches it from the terminal, from npm and from the launcher: still one wish.
    for (let times = 0; times < 3; times++) next.child.kill('SIGINT');
    expect(await next.ended).toBe(0);
  });

  test('a killed launcher takes the hub with it', async () => {
    const folder = dataFolder();
    // What `scripts/run.mjs` does: the hub's other end of the channel is in the launcher.
    const script = `import { spawn } from 'node:child_process';
      spawn(process.execPath, ['dist/src/main.js'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });`;
    const environment = { PATH: process.env.PATH ?? '', PORT: '0', BESA_DEMO: 'off', BESA_DATA: folder };
    const launcher = spawnProcess(['--input-type=module', '--eval', script], environment);
    await launcher.says('/readyz\n');
    const pids = [Number(readFileSync(join(folder, 'hub.pid'), 'utf8')), postmasterPid(folder)];
    launcher.child.kill('SIGKILL');
    await Promise.all(pids.map(gone));
    expect(existsSync(join(folder, 'hub.json'))).toBe(false);
  });
});

describe('commands beside the hub', () => {
  test('`besa config check` shows settings with secrets masked, and ends with 1 if one is wrong', async () => {
    const command = join(ROOT, 'dist', 'src', 'cli', 'main.js');
    const good = spawnProcess([command, 'config', 'check'], { BESA_SECRET: 'never-shown-'.repeat(4) });
    expect(await good.ended).toBe(0);
    expect(good.output()).toMatch(/BESA_SECRET +\*\*\* \(48 characters\) +environment/);
    expect(good.output()).not.toContain('never-shown');
    const bad = spawnProcess([command, 'config', 'check'], { PORT: 'x' });
    expect(await bad.ended).toBe(1);
    expect(bad.output()).toContain('PORT has `x`; it wants a whole number');
    expect(bad.output()).not.toMatch(/^\s+at /m);
  });
});
