import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { problemText } from '../../src/domain/import.js';
import { csv, HEADER, type ImportHub, row, startImportHub } from './import-hub.js';

let hub: ImportHub;
beforeAll(async () => {
  hub = await startImportHub({ rowBytesMax: 20_000, bytesMax: 300_000 });
});
afterAll(() => hub.close());

const NDJSON = { type: 'application/x-ndjson' };
const SECRET = 'Qwertz';

/** Sends a file that must be refused; gives its problems as text. */
async function refused(
  body: string | Buffer,
  options: Parameters<ImportHub['post']>[1] = {},
): Promise<readonly string[]> {
  const { status, body: answer } = await hub.post(body, options);
  expect(answer.error).toMatchObject({
    code: 'BAD_USER_INPUT',
    message: expect.stringMatching(/nothing was imported/),
  });
  expect(status).toBe(400);
  expect(await hub.records()).toHaveLength(0);
  const told = JSON.stringify(answer) + JSON.stringify(await hub.lastEntry());
  expect(told).not.toContain(SECRET);
  return (answer.error.problems ?? []).map(problemText);
}

describe('a file that is not text in UTF-8', () => {
  test.each([
    [
      'in Latin-1, by the line',
      Buffer.from(`${HEADER}\n${row(1)}\n${row(2, 'Zvečan Šid ë'.replace(/[čŠ]/g, 'e'))}\n`, 'latin1'),
      'line 3: text that is not UTF-8, expected UTF-8',
    ],
    [
      'in UTF-16 with its mark',
      Buffer.from(`\ufeff${csv(row(1))}`, 'utf16le'),
      'line 1: UTF-16, expected UTF-8 (save the file as UTF-8)',
    ],
    ['in UTF-16 without mark', Buffer.from(csv(row(1)), 'utf16le'), 'line 1: a NUL byte, expected text in UTF-8'],
    ['that holds a NUL byte', Buffer.from(csv(row(1), row(2, 'a\0b'))), 'line 3: a NUL byte, expected text in UTF-8'],
    [
      'cut in the middle of a character',
      Buffer.concat([Buffer.from(csv(row(1))), Buffer.from('ë').subarray(0, 1)]),
      'line 3: text that is not UTF-8, expected UTF-8',
    ],
    ['that is packed', gzipSync(csv(row(1))), 'line 1: a gzip archive, expected the unpacked file'],
    [
      'that is a spreadsheet',
      Buffer.from('PK\u0003\u0004…'),
      'line 1: a zip archive or spreadsheet, expected a text file (save it as CSV UTF-8)',
    ],
  ])('is refused %s', async (_, body, problem) => {
    expect(await refused(body)).toEqual([problem]);
  });

  test('is refused by its content encoding and its charset already', async () => {
    const packed = await hub.post(gzipSync(csv(row(1))), { headers: { 'content-encoding': 'gzip' } });
    expect([packed.status, packed.body.error.code]).toEqual([400, 'BAD_USER_INPUT']);
    const latin = await hub.post(csv(row(1)), { type: 'text/csv; charset=iso-8859-2' });
    expect(latin.body.error.message).toBe('the charset is `utf-8`');
    const other = await hub.post(csv(row(1)), { type: 'application/json' });
    expect(other.body.error.message).toMatch(/`text\/csv` or `application\/x-ndjson`/);
  });
});

describe('a CSV file of a wrong shape', () => {
  test('has no header: its first values are not told', async () => {
    const problems = await refused(`${SECRET} 1,2023-05-04T10:00:00Z\n`);
    expect(problems[0]).toMatch(/^line 1, column `1`: unknown column, expected a field of/);
  });

  test.each([
    ['is empty', '', /^line 1: an empty file, expected a line with the names of the columns$/],
    ['has a column too many', `${HEADER},shoe_size\n${row(1)},4\n`, /^line 1, column `shoe_size`: unknown column/],
    [
      'has a column twice',
      `${HEADER},remarks\n${row(1)},x\n`,
      /^line 1, column `remarks`: second column, expected one column/,
    ],
    ['lacks a column that is required', 'report_number\nR-1\n', /^line 1, column `inspectedAt`: no column/],
    [
      'has a row with a cell too few',
      `${HEADER}\n${row(1)}\nR-2,2023-05-04T10:00:00Z\n`,
      /^line 3: 2 cells, expected 10 cells, as in the header$/,
    ],
    ['has a row with a cell too many', `${HEADER}\n${row(1)},${SECRET}\n`, /^line 2: 11 cells, expected 10 cells/],
    [
      'leaves a quote open',
      `${HEADER}\n${row(1)}\n${row(2, `"${SECRET}`)}\n${row(3)}\n`,
      /^line 3, column `10`: a quote left open until the end of the file/,
    ],
    [
      'has a quote inside a cell',
      `${HEADER}\n\n${row(2, `${SECRET}"x`)}\n`,
      /^line 3, column `10`: a quote inside an unquoted cell/,
    ],
    [
      'has text after a quote',
      `${HEADER}\n${row(2, `"a"${SECRET}`)}\n`,
      /^line 2, column `10`: text after a closing quote/,
    ],
    [
      'has a row without end',
      `${HEADER}\n${row(1)}\n${row(2, 'x'.repeat(30_000))}\n`,
      /^line 3: a row of too many bytes/,
    ],
    [
      'has a quoted row without end',
      `${HEADER}\n${row(2, `"${'line\n'.repeat(8_000)}`)}\n`,
      /^line 2: a row of too many bytes/,
    ],
  ])('%s', async (_, body, problem) => {
    const problems = await refused(body);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  test('has a map that names no field, or a column the file does not have', async () => {
    const field = await hub.post(csv(row(1)), { query: 'map=remarks:shoeSize' });
    expect(field.body.error.message).toBe('the map names `shoeSize`, which is no field of `VesselInspection`');
    expect(await refused(csv(row(1)), { query: 'map=size:crew' })).toEqual([
      'line 1, column `size`: no column, expected a column, because the map names it',
    ]);
    expect((await hub.post(csv(row(1)), { query: 'map=remarks' })).body.error.message).toMatch(/not `column:field`/);
  });

  test('is larger than an import may be', async () => {
    const file = csv(...Array.from({ length: 5_000 }, (_, index) => row(index)));
    const told = await hub.post(file);
    expect([told.status, told.body.error.code]).toEqual([413, 'LIMIT_EXCEEDED']);
    async function* chunks() {
      for (let at = 0; at < file.length; at += 60_000) yield file.slice(at, at + 60_000);
    }
    const untold = await hub.post(chunks());
    expect([untold.status, untold.body.error.code]).toEqual([413, 'LIMIT_EXCEEDED']);
    expect(await hub.records()).toHaveLength(0);
  });
});

describe('rows that are not valid', () => {
  test('are told by line, column, kind and expectation, all of them at once', async () => {
    const file = [
      HEADER,
      row(1),
      `R-2,${SECRET},ALBANIA,many,wide,perhaps,1990-02-30,SUNK,,x`,
      '',
      `,2023-05-04T10:00:00Z,,,,,,,,"two\r\n${SECRET}\nlines"`,
      row(1),
    ].join('\r\n');
    const problems = await refused(file);
    expect(problems).toEqual([
      expect.stringMatching(/^line 3, column `inspected_at`: text, expected an instant .*$/),
      expect.stringMatching(/^line 3, column `flag`: text, expected three capital letters/),
      expect.stringMatching(/^line 3, column `crew`: text, expected a whole number/),
      expect.stringMatching(/^line 3, column `length`: text, expected a number/),
      expect.stringMatching(/^line 3, column `is_detained`: text, expected `true` or `false`/),
      expect.stringMatching(/^line 3, column `built_on`: text, expected a calendar date/),
      expect.stringMatching(/^line 3, column `outcome`: text, expected one of `CLEAR`/),
      expect.stringMatching(/^line 5, column `report_number`: nothing, expected a value/),
    ]);
  });

  test('count lines as an editor does, whatever stands inside quotes', async () => {
    const file = `${HEADER}\r\n${row(1, '"a\r\nb\n\nc"')}\r\n\r\n\r\n${row(2, '"\r\n"')}\r\n${row(3).replace('2023', '23')}\r\n`;
    expect(await refused(file)).toEqual([expect.stringMatching(/^line 10, column `inspected_at`/)]);
  });

  test('are listed up to the hundredth and counted beyond', async () => {
    const file = csv(...Array.from({ length: 700 }, (_, index) => row(index).replace('XKX', 'xk')));
    const { body } = await hub.post(file);
    expect(body.error.message).toBe('700 of 700 rows are invalid; nothing was imported');
    expect(body.error.problems).toHaveLength(100);
    expect(body.error.problemsTotal).toBe(700);
  });

  test('are followed by the line from which on nothing can be read', async () => {
    const good = csv(...Array.from({ length: 2_000 }, (_, index) => row(index).replace('XKX', 'xk')));
    const problems = await refused(Buffer.concat([Buffer.from(good), Buffer.from([0xff, 0x0a])]));
    expect(problems.at(-1)).toBe('line 2002: text that is not UTF-8, expected UTF-8');
    expect(problems[0]).toMatch(/^line 2, column `flag`/);
  });

  test('of NDJSON are told by line and key', async () => {
    const file = [
      '{"reportNumber":"1","inspectedAt":"2023-05-04T10:00:00Z","__proto__":{"crew":1}}',
      `{"reportNumber":"${SECRET}`,
      '["1"]',
      'null',
      '{"reportNumber":"2","inspectedAt":"2023-05-04T10:00:00","crew":"3","defects":"x","shoeSize":4}',
      '{"reportNumber":"3"}',
    ].join('\n');
    expect(await refused(file, NDJSON)).toEqual([
      expect.stringMatching(/^line 1.*: unknown key/),
      'line 2: text that is not JSON, expected one JSON object on one line',
      'line 3: a JSON list, expected one JSON object on one line',
      'line 4: JSON null, expected one JSON object on one line',
      expect.stringMatching(/^line 5, column `inspectedAt`: text, expected an instant/),
      expect.stringMatching(/^line 5, column `crew`: text, expected a whole number/),
      expect.stringMatching(/^line 5, column `defects`: text, expected a list/),
      expect.stringMatching(/^line 5, column `shoeSize`: unknown key/),
      expect.stringMatching(/^line 6, column `inspectedAt`: nothing, expected a value/),
    ]);
  });

  test('repeat a key: both lines are told', async () => {
    const file = csv(row(1), row(2), row(1, 'other'), row(1));
    expect(await refused(file)).toEqual([
      'line 4, column `reportNumber`: the same key as line 2, expected a key of its own',
      'line 5, column `reportNumber`: the same key as line 2, expected a key of its own',
    ]);
  });
});
