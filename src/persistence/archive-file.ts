/** A month of the ledger as a compressed file: written whole or not at all, and read back before anybody relies on it. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

const PRIVATE_FILE = 0o600;
const LINE_END = 0x0a;
const PIECE_LENGTH = 256 * 1024;
/** A line holds one entry; the largest a caller can bring about has some 100 kB. */
const LINE_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Writes lines as gzip under a name of its own beside `path`, and gives it the name once every byte is durable. What is cut off
 * on the way leaves nothing that could be taken for a whole file.
 */
export async function writeLines(
  path: string,
  lines: AsyncIterable<string> | Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const out = createWriteStream(partial, { mode: PRIVATE_FILE, flush: true });
    await pipeline(Readable.from(joined(lines)), createGzip(), out, { signal });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Few large pieces instead of a million small ones. */
async function* joined(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** The lines of a compressed file, without their ends. Line ends are `\n` alone: a text may hold what else ends lines. @throws what reading throws */
export async function* readLines(path: string): AsyncGenerator<string> {
  const bytes = createReadStream(path);
  const plain = createGunzip();
  const flow = pipeline(bytes, plain);
  // Whoever stops reading in the middle, or reads a broken file, is told by the loop below.
  flow.catch(() => {});
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of plain as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, from)) {
      yield Buffer.concat([...held, chunk.subarray(from, end)]).toString('utf8');
      [held, heldBytes, from] = [[], 0, end + 1];
    }
    const rest = chunk.subarray(from);
    heldBytes += rest.length;
    if (heldBytes > LINE_BYTES_MAX) throw new Error('a line of the file is longer than any entry');
    if (rest.length > 0) held.push(rest);
  }
  if (held.length > 0) throw new Error('the last line of the file has no end');
}

/** SHA-256 of the file as it lies there, hexadecimal; undefined if there is none. */
export async function digestOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (found === undefined) return undefined;
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    // Some systems do not let folders be synchronised; the file itself is durable.
    if (!['EINVAL', 'EPERM', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await folder.close();
  }
}
