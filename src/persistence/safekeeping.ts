/** The folder outside the database and its backups: the newest signed head, heads that were brought back, keys, erasures. */
import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readHead } from '../audit/signed-head.js';
import type { Erasure } from '../domain/evidence.js';
import type { KeptFile, KeptHead, Safekeeping } from '../hub/ports.js';
import { StartError } from '../support/start-error.js';
import { ERASURES, type ErasureLines, erasureLinesUnder } from './erasure-lines.js';
import { makePrivateFolder } from './make-folder.js';

const OWN_HEAD = 'head.json';
const KEYS = 'keys.json';
const SUPERSEDED = 'superseded';
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** A head has some 500 */
const HEAD_CHARACTERS_MAX = 10_000;

/**
 * Opens the folder, and makes it if it is not there.
 *
 * @param secret the hub's: erasures are sealed under it; without it they are neither read nor written
 * @throws StartError if it cannot be made or written
 */
export async function openSafekeeping(folder: string, secret?: Buffer): Promise<Safekeeping> {
  try {
    makePrivateFolder(folder);
    await access(folder, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new StartError(
      `the safekeeping folder \`${folder}\` cannot be used`,
      ['set `BESA_SAFEKEEPING` to a folder this process may read and write, outside the database and its backups'],
      { cause },
    );
  }
  return new SafekeepingFolder(folder, secret === undefined ? undefined : erasureLinesUnder(secret));
}

class SafekeepingFolder implements Safekeeping {
  readonly #folder: string;
  readonly #lines: ErasureLines | undefined;

  constructor(folder: string, lines: ErasureLines | undefined) {
    this.#folder = folder;
    this.#lines = lines;
  }

  async keepHead({ size, text }: KeptHead): Promise<void> {
    // Several processes share the folder: a smaller head that comes late must not take the place of a larger one.
    const newest = await this.newestHead();
    const kept = sizeIn(newest);
    if ((kept !== undefined && kept > size) || newest?.trim() === text) return;
    await this.#write(OWN_HEAD, text);
  }

  async keepPresented({ size, root, text }: KeptHead): Promise<void> {
    await this.#write(`presented-${size}-${root.slice(0, 16)}.json`, text);
  }

  newestHead(): Promise<string | undefined> {
    return this.#read(OWN_HEAD);
  }

  async heads(): Promise<readonly KeptFile[]> {
    const found = await readdir(this.#folder, { withFileTypes: true });
    const names = found.filter((one) => !one.isDirectory() && one.name.endsWith('.json') && one.name !== KEYS);
    const files = await Promise.all(names.map(async ({ name }) => ({ name, text: await this.#head(name) })));
    return files.flatMap(({ name, text }) => (text === undefined ? [] : [{ name, text }]));
  }

  async supersede(names: readonly string[]): Promise<void> {
    const aside = join(this.#folder, SUPERSEDED);
    await mkdir(aside, { recursive: true, mode: PRIVATE_FOLDER });
    for (const name of names) {
      const unique = `${name.replace(/\.json$/, '')}-${randomBytes(4).toString('hex')}.json`;
      await rename(join(this.#folder, name), join(aside, unique)).catch(unlessMissing);
    }
    await syncFolder(aside);
    await syncFolder(this.#folder);
  }

  async keepKeys(text: string): Promise<void> {
    if ((await this.keys()) !== text) await this.#write(KEYS, text);
  }

  keys(): Promise<string | undefined> {
    return this.#read(KEYS);
  }

  async appendErasures(erasures: readonly Erasure[]): Promise<void> {
    if (erasures.length === 0) return;
    const lines = this.#sealed.textOf(erasures);
    const file = await open(join(this.#folder, ERASURES), 'a+', PRIVATE_FILE);
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      // What a killed process left half written stays a line of its own: its erasure was never acknowledged.
      const begin = size > 0 && last[0] !== LINE_END ? '\n' : '';
      await file.appendFile(`${begin}${lines}`);
      await file.sync();
      if (size === 0) await syncFolder(this.#folder);
    } finally {
      await file.close();
    }
  }

  async readErasures(): Promise<readonly Erasure[]> {
    return this.#sealed.read((await this.#read(ERASURES)) ?? '');
  }

  get #sealed(): ErasureLines {
    if (this.#lines === undefined) throw new Error('erasures are kept under the secret of the hub');
    return this.#lines;
  }

  /** Empty for a file that is too long to be a head: it is named with those that count for nothing. undefined: it is gone. */
  async #head(name: string): Promise<string | undefined> {
    const text = await this.#read(name);
    return text !== undefined && text.length > HEAD_CHARACTERS_MAX ? '' : text;
  }

  #read(name: string): Promise<string | undefined> {
    return readFile(join(this.#folder, name), 'utf8').catch(unlessMissing);
  }

  /** Whole or not at all, whenever the machine stops: written beside, synced, and put in place by one step. */
  async #write(name: string, text: string): Promise<void> {
    const path = join(this.#folder, name);
    const unfinished = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
    const file = await open(unfinished, 'wx', PRIVATE_FILE);
    try {
      await file.writeFile(`${text}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    await syncFolder(this.#folder);
  }
}

const LINE_END = 0x0a;

/** A new name is durable once its folder is. Where folders cannot be synced (Windows), the file itself has to do. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

function sizeIn(text: string | undefined): number | undefined {
  try {
    return text === undefined ? undefined : readHead(text).size;
  } catch {
    return undefined;
  }
}

/** Safekeeping in memory, for a hub that is thrown away: it forgets with the process. */
export class FleetingSafekeeping implements Safekeeping {
  readonly #files = new Map<string, string>();
  readonly #erasures: Erasure[] = [];

  async keepHead({ size, text }: KeptHead): Promise<void> {
    const kept = sizeIn(this.#files.get(OWN_HEAD));
    if (kept === undefined || kept <= size) this.#files.set(OWN_HEAD, text);
  }

  async keepPresented({ size, root, text }: KeptHead): Promise<void> {
    this.#files.set(`presented-${size}-${root.slice(0, 16)}.json`, text);
  }

  async newestHead(): Promise<string | undefined> {
    return this.#files.get(OWN_HEAD);
  }

  async heads(): Promise<readonly KeptFile[]> {
    return [...this.#files].filter(([name]) => name !== KEYS).map(([name, text]) => ({ name, text }));
  }

  async supersede(names: readonly string[]): Promise<void> {
    for (const name of names) this.#files.delete(name);
  }

  async keepKeys(text: string): Promise<void> {
    this.#files.set(KEYS, text);
  }

  async keys(): Promise<string | undefined> {
    return this.#files.get(KEYS);
  }

  async appendErasures(erasures: readonly Erasure[]): Promise<void> {
    this.#erasures.push(...erasures);
  }

  async readErasures(): Promise<readonly Erasure[]> {
    return [...this.#erasures];
  }
}
