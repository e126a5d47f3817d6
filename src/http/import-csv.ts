/** CSV as people's programs write it: RFC 4180, and `;` or tab for the comma, LF or CRLF, empty lines between. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, type Options, Parser } from 'csv-parse';
import type { RawRow, RowsUnreadable } from '../domain/import.js';
import { tooLong, unreadable } from './import-bytes.js';

const NEWLINE = 0x0a;
/** The comma first: it wins where none of them stands in the header, or as many of each. */
const DELIMITERS = [',', ';', '\t'] as const;
const BATCH_ROWS = 500;

/** What csv-parse means by its codes, in words that hold no value: its own messages quote the file. */
const FAULTS: Readonly<Record<string, { readonly kind: string; readonly expectation: string }>> = {
  CSV_QUOTE_NOT_CLOSED: { kind: 'a quote left open until the end of the file', expectation: 'a closing quote' },
  CSV_INVALID_CLOSING_QUOTE: { kind: 'text after a closing quote', expectation: 'a delimiter or the end of the line' },
  INVALID_OPENING_QUOTE: {
    kind: 'a quote inside an unquoted cell',
    expectation: 'a quoted cell with its quotes doubled',
  },
};

/**
 * The header, then the rows, in batches.
 *
 * @param pieces whole lines of UTF-8 without byte order mark
 * @throws RowsUnreadable, with the line, for an empty file, broken quoting or an endless row
 */
export async function* csvRows(pieces: AsyncGenerator<Buffer>, rowBytesMax: number): AsyncGenerator<readonly RawRow[]> {
  const first = await pieces.next();
  if (first.done === true) throw unreadable(1, 'an empty file', 'a line with the names of the columns');
  const lines = new LineCounter();
  const parser = csvParser(delimiterOf(first.value), lines, rowBytesMax);
  let isHeader = true;
  const feed = pipeline(Readable.from(counted(first.value, pieces, lines), { objectMode: true }), parser);
  // The parser's stream reports the same fault below; unhandled here it would end the process.
  feed.catch(() => undefined);
  let batch: RawRow[] = [];
  try {
    for await (const record of parser) {
      const cells = record as readonly string[];
      batch.push({ kind: isHeader ? 'header' : 'cells', line: lines.takeBegin(), cells });
      isHeader = false;
      if (batch.length < BATCH_ROWS) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (error.code === 'CSV_MAX_RECORD_SIZE') throw tooLong(lines.nextBegin(parser.info.empty_lines), rowBytesMax);
    throw quoteFault(error, lines.nextBegin(parser.info.empty_lines));
  }
  if (batch.length > 0) yield batch;
}

function csvParser(delimiter: string, lines: LineCounter, rowBytesMax: number): Parser {
  const options: Options = {
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    // A row with too few or too many cells is one bad row, not the end of the file: `hub/` says which line.
    relax_column_count: true,
    max_record_size: rowBytesMax,
    // Its own count of lines goes wrong after a quoted CRLF; the offset where the record ended does not.
    on_record: (cells, context) => {
      lines.rowEnded(context.bytes, context.empty_lines);
      return cells;
    },
  };
  return new Parser({ ...options, ...{ readableHighWaterMark: 2 * BATCH_ROWS } });
}

function quoteFault(error: CsvError, line: number): RowsUnreadable {
  const fault = FAULTS[error.code] ?? {
    kind: 'text that is not CSV',
    expectation: 'cells between delimiters, quoted where they hold one',
  };
  const column = typeof error.column === 'number' ? `${error.column + 1}` : null;
  return unreadable(line, fault.kind, fault.expectation, column);
}

async function* counted(first: Buffer, rest: AsyncGenerator<Buffer>, lines: LineCounter): AsyncGenerator<Buffer> {
  lines.add(first);
  yield first;
  for await (const piece of rest) {
    lines.add(piece);
    yield piece;
  }
}

/** The delimiter that stands most often in the first line, outside of quotes. */
function delimiterOf(piece: Buffer): string {
  let line = '';
  for (let from = 0; line.trim() === '' && from < piece.length; ) {
    const newline = piece.indexOf(NEWLINE, from);
    const until = newline < 0 ? piece.length : newline;
    line = piece.toString('utf8', from, until);
    from = until + 1;
  }
  const unquoted = line.replace(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((delimiter) => unquoted.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** Turns the offset where a record ended into the line where it began; holds what is in flight only. */
class LineCounter {
  #newlines = new Queue();
  #begins = new Queue();
  #bytes = 0;
  #line = 0;
  #emptyLines = 0;

  add(piece: Buffer): void {
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) {
      this.#newlines.add(this.#bytes + at);
    }
    this.#bytes += piece.length;
  }

  /** The line on which the record after the last one begins, past the empty lines between. */
  nextBegin(emptyLines: number): number {
    return this.#line + (emptyLines - this.#emptyLines) + 1;
  }

  rowEnded(offset: number, emptyLines: number): void {
    this.#begins.add(this.nextBegin(emptyLines));
    for (
      let newline = this.#newlines.first;
      newline !== undefined && newline < offset;
      newline = this.#newlines.first
    ) {
      this.#newlines.take();
      this.#line += 1;
    }
    this.#emptyLines = emptyLines;
  }

  /** Where the records that ended began, one after the other. */
  takeBegin(): number {
    return this.#begins.take() ?? 0;
  }
}

/** First in, first out; taking is cheap, which it is not from the front of a long array. */
class Queue {
  #items: number[] = [];
  #taken = 0;

  get first(): number | undefined {
    return this.#items[this.#taken];
  }

  add(item: number): void {
    this.#items.push(item);
  }

  take(): number | undefined {
    const item = this.#items[this.#taken];
    this.#taken += 1;
    if (this.#taken > 10_000) {
      this.#items = this.#items.slice(this.#taken);
      this.#taken = 0;
    }
    return item;
  }
}
