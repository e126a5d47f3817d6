/** What tells other processes of this machine that a hub runs on a data folder: `hub.pid` from the first moment, `hub.json` once it listens. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder } from '../persistence/make-folder.js';
import { StartError } from '../support/start-error.js';

export interface HubFile {
  /** base URL, without a slash at its end */
  readonly url: string;
  readonly pid: number;
}

export interface Claim {
  /** makes the hub known to commands */
  publish(url: string): void;
  release(): void;
}

/**
 * Claims a data folder for this process.
 *
 * @throws StartError if a running hub holds it, or if it cannot be written
 */
export function claimDataFolder(dataFolder: string): Claim {
  const pidFile = join(dataFolder, 'hub.pid');
  const hubFile = join(dataFolder, 'hub.json');
  makePrivateFolder(dataFolder);
  // Twice: the first attempt may find what a killed hub left behind.
  if (!tryClaim(pidFile)) {
    const holder = Number(readFileSync(pidFile, 'utf8'));
    if (isHub(holder)) throw alreadyRuns(dataFolder, holder, readHubFile(dataFolder));
    rmSync(pidFile, { force: true });
    if (!tryClaim(pidFile)) throw alreadyRuns(dataFolder, Number(readFileSync(pidFile, 'utf8')), undefined);
  }
  rmSync(hubFile, { force: true });
  return {
    publish: (url) => writeFileSync(hubFile, `${JSON.stringify({ url, pid: process.pid })}\n`, { mode: 0o600 }),
    release: () => {
      rmSync(hubFile, { force: true });
      rmSync(pidFile, { force: true });
    },
  };
}

/** The hub that runs on a data folder, as far as its file says; undefined if there is none or it was killed. */
export function readHubFile(dataFolder: string): HubFile | undefined {
  try {
    const found = JSON.parse(readFileSync(join(dataFolder, 'hub.json'), 'utf8')) as Partial<HubFile>;
    if (typeof found.url !== 'string' || typeof found.pid !== 'number') return undefined;
    return isHub(found.pid) ? { url: found.url, pid: found.pid } : undefined;
  } catch {
    return undefined;
  }
}

function alreadyRuns(dataFolder: string, pid: number, hub: HubFile | undefined): StartError {
  const where = hub === undefined ? 'is starting' : `answers at ${hub.url}`;
  return new StartError(`a hub already runs on the data folder \`${dataFolder}\` (process ${pid}, ${where})`, [
    'use that one, or stop it first',
    'or start this one with `BESA_DATA` set to another folder and `PORT` to another port',
  ]);
}

function tryClaim(pidFile: string): boolean {
  try {
    writeFileSync(pidFile, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    throw new StartError(
      `the data folder cannot be written: \`${pidFile}\` (${code})`,
      ['set `BESA_DATA` to a folder you may write to'],
      {
        cause,
      },
    );
  }
}

/** Whether the process lives and is a hub, as far as the system tells: numbers are used again, above all in containers. */
function isHub(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .some((part) => part.endsWith('main.js'));
  } catch {
    return process.platform !== 'linux';
  }
}
