/** The rows a hub left out, as a file of their own: mended, it can be imported as it is. */
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { ImportFormat } from '../domain/import.js';

const NEWLINE = 0x0a;
const QUOTE = 0x22;

/**
 * Copies the rows that begin on these lines, byte for byte, behind the header if there is one.
 * A CSV row ends where a line ends and the quotes so far are even; the hub read the same file, so its quotes are sound.
 *
 * @param target must not exist
 */
export async function writeRejects(options: {
  readonly source: string;
  readonly target: string;
  readonly format: ImportFormat;
  readonly lines: readonly number[];
}): Promise<void> {
  const wanted = new Set(options.lines);
  const output = createWriteStream(options.target, { flags: 'wx' });
  let needsHeader = options.format === 'csv';
  try {
    for await (const { line, bytes } of rowsOf(options.source, options.format)) {
      if (!needsHeader && !wanted.has(line)) continue;
      needsHeader = false;
      if (!output.write(bytes)) await once(output, 'drain');
    }
  } finally {
    output.end();
  }
  await finished(output);
}

async function* rowsOf(
  path: string,
  format: ImportFormat,
): AsyncGenerator<{ readonly line: number; readonly bytes: Buffer }> {
  let begin = 1;
  let held: Buffer[] = [];
  let isQuoted = false;
  let next = 1;
  for await (const bytes of linesOf(path)) {
    next += 1;
    held.push(bytes);
    if (format === 'csv' && countOf(bytes, QUOTE) % 2 === 1) isQuoted = !isQuoted;
    if (isQuoted) continue;
    // Empty lines are no rows, and before the header no header.
    if (held.length > 1 || bytes.some((byte) => byte !== NEWLINE && byte !== 0x0d))
      yield { line: begin, bytes: Buffer.concat(held) };
    held = [];
    begin = next;
  }
}

/** Lines with their ends; the last one is given an end if it has none. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    const piece: Buffer = Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, from)) {
      yield piece.subarray(from, at + 1);
      from = at + 1;
    }
    rest = piece.subarray(from);
  }
  if (rest.length > 0) yield Buffer.concat([rest, Buffer.from([NEWLINE])]);
}

function countOf(bytes: Buffer, byte: number): number {
  let count = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) count += 1;
  return count;
}
