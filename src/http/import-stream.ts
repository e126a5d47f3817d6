import type { ImportFormat, RowSource } from '../domain/import.js';
import { IMPORT_LIMITS, type ImportLimits, MeasuredBytes, wholeLines } from './import-bytes.js';
import { csvRows } from './import-csv.js';
import { ndjsonRows } from './import-ndjson.js';

/**
 * The rows of a file that arrives in chunks. Nothing is read before the rows are asked for, and no more than a few chunks
 * are held: whoever sends waits for whoever stores.
 *
 * @param source bytes in UTF-8, or strings; an upload's body, a file, a generator
 */
export function readImport(
  source: AsyncIterable<Uint8Array | string>,
  format: ImportFormat,
  limits: ImportLimits = IMPORT_LIMITS,
): RowSource {
  const bytes = new MeasuredBytes(source, limits.bytesMax);
  const pieces = wholeLines(bytes.chunks(), limits.rowBytesMax);
  const batches = format === 'csv' ? csvRows(pieces, limits.rowBytesMax) : ndjsonRows(pieces, limits.rowBytesMax);
  return { batches, fingerprint: () => bytes.fingerprint() };
}
