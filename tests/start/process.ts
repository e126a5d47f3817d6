/** Real hub processes for tests: spawned from the compiled output, as `npm start` spawns them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../house/sources.js';

export interface HubProcess {
  readonly child: ChildProcess;
  /** everything written so far */
  output(): string;
  /** resolves once the text stands in the output. @throws if the process ends before */
  says(text: string): Promise<void>;
  /** resolves with the exit code once the process has ended */
  readonly ended: Promise<number | NodeJS.Signals>;
}

const folders: string[] = [];
const running = new Set<ChildProcess>();

export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'besa-hub-'));
  folders.push(folder);
  return folder;
}

/** Ends what a failed test has left behind. */
export function cleanUp(): void {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** A hub without demo world on a free port, unless the settings say otherwise. */
export function startHub(settings: Readonly<Record<string, string>>): HubProcess {
  const environment = { PATH: process.env.PATH ?? '', PORT: '0', BESA_DEMO: 'off', LOG_LEVEL: 'warn', ...settings };
  return spawnProcess([join(ROOT, 'dist', 'src', 'main.js')], environment);
}

export function spawnProcess(args: readonly string[], environment: Readonly<Record<string, string>>): HubProcess {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let written = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      written += String(chunk);
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
    running.delete(child);
    return code ?? signal ?? 0;
  });
  const says = (text: string): Promise<void> =>
    new Promise((done, fail) => {
      const look = (): void => {
        if (!written.includes(text)) return;
        listeners.delete(look);
        done();
      };
      listeners.add(look);
      look();
      void ended.then(() => fail(new Error(`the process ended without saying “${text}”:\n${written}`)));
    });
  return { child, output: () => written, says, ended };
}

/** Process number of the embedded PostgreSQL on a data folder. */
export function postmasterPid(folder: string): number {
  return Number(readFileSync(join(folder, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A process that has ended and waits to be collected by its parent does nothing any more.
  const status = `/proc/${pid}/status`;
  return !existsSync(status) || !/^State:\s+Z/m.test(readFileSync(status, 'utf8'));
}

/** Resolves once the process is gone. @throws after ten seconds */
export async function gone(pid: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new Error(`process ${pid} still lives`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
