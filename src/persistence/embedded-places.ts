/** Where an embedded cluster's files lie. Only a root without user namespaces needs anything but the data folder itself. */
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StartError } from '../support/start-error.js';
import { NOBODY, type RunAs } from './embedded-platform.js';
import { makePrivateFolder } from './make-folder.js';

export interface Places {
  /** the folder asked for: password and log */
  readonly home: string;
  /** PostgreSQL's own data folder */
  readonly cluster: string;
  /** bin/, lib/, share/ */
  readonly native: string;
  readonly log: string;
  /** a folder the server's user can stand in */
  readonly reachable: string;
  /** hands a file to the server's user */
  give(path: string): void;
}

/**
 * @throws StartError if the folder cannot be made or written
 */
export function placesFor(home: string, native: string, runAs: RunAs): Places {
  makePrivateFolder(home);
  const log = join(home, 'postgres.log');
  if (runAs !== 'NOBODY') {
    return { home, cluster: clusterFolder(home, runAs), native, log, reachable: home, give: () => undefined };
  }
  const room = reachableRoom(home);
  return {
    home,
    cluster: clusterFolder(home, runAs),
    native: reachableCopy(native, room),
    log,
    reachable: room,
    give: (path) => chownSync(path, NOBODY, NOBODY),
  };
}

/** PostgreSQL's own data folder for a home: the same answer at every start. */
export function clusterFolder(home: string, runAs: RunAs): string {
  return join(runAs === 'NOBODY' ? roomOf(home) : home, 'cluster');
}

/** A folder owned by uid 65534 that it can walk to. */
function reachableRoom(home: string): string {
  if (isPassable(dirname(home))) chmodSync(home, statSync(home).mode | 0o011);
  return ownedRoom(roomOf(home));
}

/** Inside the data folder if others may pass on the way there, else under a temporary folder that outlives a restart. */
function roomOf(home: string): string {
  if (isPassable(dirname(home))) return join(home, 'server');
  // The name follows from the data folder, so that a later start finds the same cluster again.
  const name = `besa-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;
  return join(existsSync('/var/tmp') ? '/var/tmp' : tmpdir(), name);
}

function isPassable(folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

function ownedRoom(path: string): string {
  makePrivateFolder(path);
  const found = lstatSync(path);
  // The temporary folder is open to all: somebody else's folder or link of this name must not receive our data.
  if (!found.isDirectory() || (found.uid !== 0 && found.uid !== NOBODY)) {
    throw new StartError(`\`${path}\` is needed for the embedded PostgreSQL and belongs to somebody else`, [
      'remove it, or set `BESA_DATA` to another folder',
    ]);
  }
  chownSync(path, NOBODY, NOBODY);
  chmodSync(path, 0o700);
  return path;
}

function reachableCopy(native: string, room: string): string {
  const version = createHash('sha256')
    .update(native)
    .update(String(statSync(native).mtimeMs))
    .digest('hex')
    .slice(0, 12);
  const copy = join(room, `native-${version}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  chmodSync(unfinished, 0o755);
  renameSync(unfinished, copy);
  return copy;
}
