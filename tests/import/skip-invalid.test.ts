import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { IMPORT_REJECTED_ROWS_MAX } from '../../src/domain/import.js';
import { csv, type ImportHub, row, startImportHub } from './import-hub.js';

let hub: ImportHub;
beforeAll(async () => {
  hub = await startImportHub();
});
afterAll(() => hub.close());

const SKIP = { query: 'skipInvalid=true' };
const broken = (number: number): string => row(number).replace('XKX', 'xk');

test('more invalid rows than can be skipped refuse the import', async () => {
  const rows = Array.from({ length: IMPORT_REJECTED_ROWS_MAX + 1 }, (_, index) => broken(index));
  const answer = await hub.post(csv(row(-1), ...rows), SKIP);
  expect(answer.body.error.message).toMatch(/^more than 10000 rows are invalid/);
  expect(await hub.records()).toHaveLength(0);
});

test('a header that does not fit is no invalid row: it refuses the import', async () => {
  const answer = await hub.post('report_number\nR-1\n', SKIP);
  expect(answer.status).toBe(400);
});

test('invalid rows and repeated keys are left out, the others stay, and the lines of what was left out are told', async () => {
  const answer = await hub.post(
    csv(row(1), broken(2), row(3), row(1, 'again'), row(5, '"two\nlines"'), broken(6), 'x'),
    SKIP,
  );
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({
    read: 7,
    inserted: 3,
    rejected: 4,
    problemsTotal: 4,
    rejectedLines: [3, 5, 8, 9],
  });
  expect((await hub.records()).map((record) => record.report_number)).toEqual(['R-1', 'R-3', 'R-5']);
  expect((await hub.records())[0]).toMatchObject({ remarks: 'none' });
});

test('the same file again changes nothing', async () => {
  const answer = await hub.post(csv(row(1), broken(2), row(3)), SKIP);
  expect(answer.body).toMatchObject({ read: 3, inserted: 0, updated: 0, unchanged: 2, rejected: 1 });
});
