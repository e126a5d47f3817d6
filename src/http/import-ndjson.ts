/** NDJSON: one JSON object a line. Empty lines are passed over; a line that is no object is one bad row. */
import type { ImportProblem, RawRow } from '../domain/import.js';
import { tooLong } from './import-bytes.js';

const NEWLINE = 0x0a;
const BATCH_ROWS = 500;

/**
 * The rows in batches.
 *
 * @param pieces whole lines of UTF-8 without byte order mark
 * @throws RowsUnreadable for a line longer than `rowBytesMax`
 */
export async function* ndjsonRows(
  pieces: AsyncIterable<Buffer>,
  rowBytesMax: number,
): AsyncGenerator<readonly RawRow[]> {
  let batch: RawRow[] = [];
  let line = 0;
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length; ) {
      const newline = piece.indexOf(NEWLINE, from);
      const until = newline < 0 ? piece.length : newline;
      line += 1;
      if (until - from > rowBytesMax) throw tooLong(line, rowBytesMax);
      const text = piece.toString('utf8', from, until).trim();
      if (text !== '') batch.push(rowOf(text, line));
      if (batch.length >= BATCH_ROWS) {
        yield batch;
        batch = [];
      }
      from = until + 1;
    }
  }
  if (batch.length > 0) yield batch;
}

function rowOf(text: string, line: number): RawRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message would quote the line.
    return fault(line, 'text that is not JSON');
  }
  if (typeof value !== 'object' || value === null) return fault(line, `JSON ${value === null ? 'null' : typeof value}`);
  if (Array.isArray(value)) return fault(line, 'a JSON list');
  return { kind: 'object', line, fields: value as Readonly<Record<string, unknown>> };
}

function fault(line: number, kind: string): RawRow {
  const problem: ImportProblem = { line, column: null, kind, expectation: 'one JSON object on one line' };
  return { kind: 'fault', problem };
}
