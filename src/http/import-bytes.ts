/** Bytes of an upload, measured and cut into whole lines of valid UTF-8, before anything reads a row out of them. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { HubError } from '../domain/errors.js';
import { type Fingerprint, RowsUnreadable } from '../domain/import.js';

export interface ImportLimits {
  readonly bytesMax: number;
  /** one row, however many lines its quoted cells have */
  readonly rowBytesMax: number;
}

export const IMPORT_LIMITS: ImportLimits = { bytesMax: 8 * 1024 ** 3, rowBytesMax: 1024 ** 2 };

const NEWLINE = 0x0a;
const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);
/** First bytes of files that are often sent by mistake, and what to do instead. */
const MISTAKEN: readonly { readonly magic: readonly number[]; readonly kind: string; readonly expectation: string }[] =
  [
    { magic: [0xff, 0xfe], kind: 'UTF-16', expectation: 'UTF-8 (save the file as UTF-8)' },
    { magic: [0xfe, 0xff], kind: 'UTF-16', expectation: 'UTF-8 (save the file as UTF-8)' },
    { magic: [0x1f, 0x8b], kind: 'a gzip archive', expectation: 'the unpacked file' },
    {
      magic: [0x50, 0x4b, 0x03, 0x04],
      kind: 'a zip archive or spreadsheet',
      expectation: 'a text file (save it as CSV UTF-8)',
    },
  ];

/** What to throw where the file cannot be read any further. */
export function unreadable(
  line: number,
  kind: string,
  expectation: string,
  column: string | null = null,
): RowsUnreadable {
  return new RowsUnreadable('the file cannot be read any further', [{ line, column, kind, expectation }]);
}

/** Counts and hashes what passes, and stops at the limit. */
export class MeasuredBytes {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(
    private readonly source: AsyncIterable<Uint8Array | string>,
    private readonly bytesMax: number,
  ) {}

  /** @throws HubError LIMIT_EXCEEDED */
  async *chunks(): AsyncGenerator<Buffer> {
    for await (const chunk of this.source) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : asBuffer(chunk);
      this.#bytes += bytes.length;
      if (this.#bytes > this.bytesMax) {
        throw new HubError('LIMIT_EXCEEDED', `an import holds at most ${this.bytesMax} bytes; send it in parts`);
      }
      this.#hash.update(bytes);
      yield bytes;
    }
  }

  fingerprint(): Fingerprint {
    return { bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') };
  }
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/**
 * The same bytes without a byte order mark, in pieces that end where a line ends (the last one may not), each valid UTF-8.
 * A newline byte is never part of another character in UTF-8, so a piece can be checked on its own.
 *
 * @throws HubError BAD_USER_INPUT with the line for other encodings; LIMIT_EXCEEDED for an endless line
 */
export async function* wholeLines(chunks: AsyncIterable<Buffer>, lineBytesMax: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let linesBefore = 0;
  let isFirst = true;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const piece = Buffer.concat([...held, chunk.subarray(0, end)]);
      yield checkedPiece(piece, linesBefore, isFirst);
      linesBefore += countLines(piece);
      isFirst = false;
      held = [];
      heldBytes = 0;
    }
    if (end < chunk.length) held.push(chunk.subarray(end));
    heldBytes += chunk.length - end;
    if (heldBytes > lineBytesMax) throw tooLong(linesBefore + 1, lineBytesMax);
  }
  if (heldBytes > 0) yield checkedPiece(Buffer.concat(held), linesBefore, isFirst);
}

export function tooLong(line: number, bytesMax: number): RowsUnreadable {
  return unreadable(line, 'a row of too many bytes', `at most ${bytesMax} (is a quote left open?)`);
}

function checkedPiece(piece: Buffer, linesBefore: number, isFirst: boolean): Buffer {
  if (isFirst) refuseMistaken(piece);
  if (!isUtf8(piece)) {
    throw unreadable(linesBefore + lineWhere(piece, (line) => !isUtf8(line)), 'text that is not UTF-8', 'UTF-8');
  }
  if (piece.includes(0)) {
    throw unreadable(linesBefore + lineWhere(piece, (line) => line.includes(0)), 'a NUL byte', 'text in UTF-8');
  }
  return isFirst && piece.subarray(0, UTF8_BOM.length).equals(UTF8_BOM) ? piece.subarray(UTF8_BOM.length) : piece;
}

function refuseMistaken(piece: Buffer): void {
  const found = MISTAKEN.find(({ magic }) => magic.every((byte, index) => piece[index] === byte));
  if (found !== undefined) throw unreadable(1, found.kind, found.expectation);
}

/** Newlines in a piece. */
export function countLines(piece: Buffer): number {
  let count = 0;
  for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** The number, from 1, of the first line of the piece that is so. */
function lineWhere(piece: Buffer, isSo: (line: Buffer) => boolean): number {
  let line = 1;
  for (let from = 0; from < piece.length; line += 1) {
    const newline = piece.indexOf(NEWLINE, from);
    const until = newline < 0 ? piece.length : newline;
    if (isSo(piece.subarray(from, until))) return line;
    from = until + 1;
  }
  return line;
}
