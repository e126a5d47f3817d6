import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import type { RawRow } from '../../src/domain/import.js';
import { readImport } from '../../src/http/import-stream.js';
import { type ImportHub, startImportHub } from './import-hub.js';

const SEED = 20_261_123;
const NDJSON = { type: 'application/x-ndjson' };

let hub: ImportHub;
beforeAll(async () => {
  hub = await startImportHub();
});
afterAll(() => hub.close());

/** The bytes in pieces of these sizes, over and over. */
async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, piece = 0; at < bytes.length; piece += 1) {
    const size = sizes[piece % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function rowsOf(bytes: Buffer, sizes: readonly number[]): Promise<readonly RawRow[]> {
  const rows: RawRow[] = [];
  for await (const batch of readImport(inPieces(bytes, sizes), 'csv').batches) rows.push(...batch);
  return rows;
}

const hostile = fc.string({
  unit: fc.constantFrom('a', 'ë', '😀', '"', ',', ';', '\t', '\n', '\r\n', ' ', '\\', '.'),
  maxLength: 12,
});

test('whatever stands in the cells and wherever the chunks end, rows come as written and lines as an editor counts them', async () => {
  const file = fc.record({
    rows: fc.array(fc.tuple(hostile, hostile, hostile), { minLength: 1, maxLength: 12 }),
    delimiter: fc.constantFrom(',', ';', '\t'),
    record_delimiter: fc.constantFrom('\n', '\r\n'),
    bom: fc.boolean(),
    sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(file, async ({ rows, sizes, ...options }) => {
      const table = [['first', 'second', 'third'], ...rows];
      const text = stringify(table, { ...options, quoted: true });
      const read = await rowsOf(Buffer.from(text), sizes);
      let line = 1;
      const expected = table.map((cells, index) => {
        const begin = line;
        line += 1 + cells.join('').split('\n').length - 1;
        return { kind: index === 0 ? 'header' : 'cells', line: begin, cells };
      });
      expect(read).toEqual(expected);
    }),
    { seed: SEED, numRuns: 400 },
  );
});

test('every text and list comes back from the database as it went in', async () => {
  const text = fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 20 }));
  const sound = text.filter((value) => !value.includes('\0'));
  const values = fc.sample(
    fc.tuple(
      sound,
      fc.array(
        sound.filter((value) => value !== ''),
        { maxLength: 4 },
      ),
    ),
    { seed: SEED, numRuns: 500 },
  );
  const lines = values.map(([remarks, defects], index) =>
    JSON.stringify({
      reportNumber: String(index).padStart(4, '0'),
      inspectedAt: '2023-01-01T00:00:00Z',
      remarks,
      defects,
    }),
  );
  expect((await hub.post(lines.join('\n'), NDJSON)).body).toMatchObject({ read: 500, inserted: 500 });
  const stored = await hub.records();
  expect(stored.map((record) => [record.remarks, record.defects])).toEqual(values);
  expect((await hub.post(lines.join('\n'), NDJSON)).body).toMatchObject({ unchanged: 500, updated: 0 });
});
