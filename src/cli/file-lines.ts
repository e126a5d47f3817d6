import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

const LINE_END = 0x0a;
const PRIVATE_FILE = 0o600;
/** A line holds one entry; the largest a caller can bring about has some 100 kB. */
const LINE_BYTES_MAX = 64 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;
const GZIP_MAGIC = '1f8b';

/**
 * The lines of a file, compressed or not, without their ends. Line ends are `\n` alone: a text may hold what else ends lines.
 *
 * @param onBytes told how many bytes of the file were read
 * @throws what reading throws; Error if the last line has no end, for then the file was cut off
 */
export async function* fileLines(path: string, onBytes: (done: number) => void = () => {}): AsyncGenerator<string> {
  // Asked first: whoever counts the bytes of a stream makes it flow, and what flows before somebody reads is lost.
  const compressed = await isCompressed(path);
  const source = createReadStream(path, { highWaterMark: READ_BYTES });
  let done = 0;
  source.on('data', (chunk) => {
    done += chunk.length;
    onBytes(done);
  });
  const plain = compressed ? source.pipe(createGunzip()) : source;
  // A pipe does not hand on what broke its source.
  source.on('error', (error) => plain.destroy(error));
  try {
    yield* linesIn(plain as AsyncIterable<Buffer>);
  } finally {
    source.destroy();
  }
}

/** Lines of what arrives in pieces, as `fileLines`. @throws Error if the last one has no end */
export async function* linesIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const piece of chunks) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, from)) {
      const tail = chunk.subarray(from, end);
      yield (held.length === 0 ? tail : Buffer.concat([...held, tail])).toString('utf8');
      if (held.length > 0) [held, heldBytes] = [[], 0];
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    heldBytes += rest.length;
    if (heldBytes > LINE_BYTES_MAX) throw new Error('a line of the file is longer than any entry');
    if (rest.length > 0) held.push(rest);
  }
  if (held.length > 0) throw new Error('the last line of the file has no end: it was cut off');
}

async function isCompressed(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.toString('hex') === GZIP_MAGIC;
  } finally {
    await file.close();
  }
}

/**
 * Writes lines under a name of its own beside `path`, and gives it the name once every byte is durable: what is broken off leaves
 * nothing that could be taken for the whole. Compressed if the name ends in `.gz`.
 *
 * @throws what writing or `lines` throws
 */
export async function writeFileLines(path: string, lines: AsyncIterable<string>): Promise<void> {
  const partial = `${path}.partial`;
  const out = createWriteStream(partial, { mode: PRIVATE_FILE, flush: true });
  const text = Readable.from(joined(lines));
  try {
    await (path.endsWith('.gz') ? pipeline(text, createGzip(), out) : pipeline(text, out));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), 'r');
  await folder.sync().catch(() => {});
  await folder.close();
}

const JOINED_LENGTH = 256 * 1024;

/** Few large pieces instead of a million small ones. */
async function* joined(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece: string[] = [];
  let length = 0;
  for await (const line of lines) {
    piece.push(line, '\n');
    length += line.length;
    if (length < JOINED_LENGTH) continue;
    yield piece.join('');
    [piece, length] = [[], 0];
  }
  if (piece.length > 0) yield piece.join('');
}
