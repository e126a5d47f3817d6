import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { HEADER, type ImportHub, post, row, startImportHub } from './import-hub.js';
import { type HubProcess, startHubProcess } from './start-hub-process.js';

const MEGABYTE = 1_000_000;
/** `npm run test:long` sends a file of 1 GB through this same test. */
const FILE_BYTES = Number(process.env.BESA_TEST_IMPORT_BYTES ?? 50 * MEGABYTE);
/** Without a limit the collector lets garbage lie for as long as there is room, whatever the program holds. */
const HEAP_MB_MAX = 64;
/** Beyond what a small import takes, whatever the size of the file. */
const GROWN_BYTES_MAX = 150 * MEGABYTE;
const ROWS_PER_CHUNK = 200;
const REMARKS = `"${'synthetic, of no meaning; '.repeat(12)}"`;

let hub: ImportHub;
let measured: HubProcess;
beforeAll(async () => {
  hub = await startImportHub();
  measured = await startHubProcess(hub.url, { heapMbMax: HEAP_MB_MAX });
});
afterAll(async () => {
  measured.child.kill();
  await hub.close();
});

/** A file that is made while it is sent. */
function file(bytes: number): { readonly chunks: AsyncGenerator<string>; rows(): number } {
  let rows = 0;
  async function* chunks(): AsyncGenerator<string> {
    yield `${HEADER}\n`;
    for (let sent = 0; sent < bytes; ) {
      let chunk = '';
      for (let index = 0; index < ROWS_PER_CHUNK; index += 1, rows += 1) chunk += `${row(rows, REMARKS)}\n`;
      sent += chunk.length;
      yield chunk;
    }
  }
  return { chunks: chunks(), rows: () => rows };
}

test(
  `a file of ${FILE_BYTES / MEGABYTE} MB goes through in flat memory`,
  async () => {
    await post(measured.port, file(2 * MEGABYTE).chunks, {});
    const before = await measured.peakBytes();
    const large = file(FILE_BYTES);
    const begunMs = performance.now();
    const answer = await post(measured.port, large.chunks, {});
    const seconds = (performance.now() - begunMs) / 1_000;
    const grown = (await measured.peakBytes()) - before;
    if (FILE_BYTES > 50 * MEGABYTE) {
      const speed = `${(FILE_BYTES / MEGABYTE / seconds).toFixed(1)} MB/s`;
      process.stderr.write(`${large.rows()} rows, ${speed}, memory grew by ${Math.round(grown / MEGABYTE)} MB\n`);
    }
    expect(answer).toMatchObject({ status: 200, body: { read: large.rows(), rejected: 0 } });
    expect(await hub.query('select count(*)::int as n from records.vessel_inspection')).toEqual([{ n: large.rows() }]);
    expect(grown).toBeLessThan(GROWN_BYTES_MAX);
  },
  60_000 + FILE_BYTES / 1_000,
);
