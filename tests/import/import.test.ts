import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { csv, HEADER, type ImportHub, row, startImportHub } from './import-hub.js';

let hub: ImportHub;
beforeAll(async () => {
  hub = await startImportHub();
});
afterAll(() => hub.close());

const lastEntry = async (): Promise<unknown> => (await hub.lastEntry()).entry;

describe('who may import where', () => {
  test('nobody without a token, and the ledger has no entry of a stranger to the hub', async () => {
    const before = await hub.entries();
    const answer = await hub.post(csv(row(1)), { as: 'nobody' });
    expect([answer.status, answer.body.error.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(await hub.entries()).toBe(before);
  });

  test.each([
    ['an analyst of the owner', 'analyst', 'AA-INSPECTIONS', 403, 'FORBIDDEN'],
    ['a steward of another agency', 'stranger', 'AA-INSPECTIONS', 403, 'FORBIDDEN'],
    ['an operator, whatever else he calls himself', 'operator', 'AA-INSPECTIONS', 403, 'FORBIDDEN'],
    ['the steward, into a database that does not exist', 'steward', 'AA-NONE', 400, 'BAD_USER_INPUT'],
    ['the steward, into a federated database', 'steward', 'AA-FAR', 400, 'BAD_USER_INPUT'],
  ])('not %s; the refusal is one entry', async (_, as, database, status, code) => {
    const before = await hub.entries();
    const answer = await hub.post(csv(row(1)), { as, database });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(await hub.entries()).toBe(before + 1);
    expect(await lastEntry()).toMatchObject({ action: 'import', outcome: 'REFUSED', errorCode: code });
    expect(await hub.records()).toHaveLength(0);
  });

  test('a parameter that does not exist is refused rather than ignored', async () => {
    const answer = await hub.post(csv(row(1)), { query: 'skipinvalid=true' });
    expect(answer.body.error.message).toMatch(/no parameter `skipinvalid`/);
  });
});

describe('an import', () => {
  test('of a dry run stores nothing, tells what would be, and is an entry', async () => {
    const answer = await hub.post(csv(row(1), row(2)), { query: 'dryRun=true' });
    expect(answer.body).toMatchObject({ dryRun: true, read: 2, inserted: 2 });
    expect(await hub.records()).toHaveLength(0);
    expect(await lastEntry()).toMatchObject({ subject: { dryRun: true, inserted: 2 } });
  });

  test('stores typed values, a random id and the local day', async () => {
    const answer = await hub.post(csv(row(1, '"a\\b\tc, ""d""\r\ne"'), 'R-2,2023-05-04T23:30:00+02:00,,,,,,,,'));
    expect(answer).toMatchObject({
      status: 200,
      body: { read: 2, inserted: 2, updated: 0, unchanged: 0, rejected: 0 },
    });
    const [first, second] = await hub.records();
    expect(first).toMatchObject({
      database_id: 1,
      version: 1,
      status: 'ACTIVE',
      report_number: 'R-1',
      inspected_at: new Date('2023-05-04T10:00:00Z'),
      flag: 'XKX',
      crew: 1,
      length: 12.5,
      is_detained: false,
      outcome: 'CLEAR',
      defects: ['hull', 'radio'],
      remarks: 'a\\b\tc, "d"\r\ne',
      handling_code: null,
    });
    expect(second).toMatchObject({ inspected_at: new Date('2023-05-04T21:30:00Z'), flag: null, defects: null });
    const ids = [first, second].map((record) => BigInt(String(record?.id)));
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id < 0n ? -id > 2n ** 40n : id > 2n ** 40n).toBe(true);
  });

  test('is one entry with counts and the hash of the file, and no value of it', async () => {
    const entry = JSON.stringify(await hub.lastEntry());
    expect(entry).toMatch(/"sha256":"[0-9a-f]{64}"/);
    expect(entry).toMatch(/"inserted":2/);
    expect(entry).not.toMatch(/R-1|XKX|hull/);
  });

  test('made twice changes nothing: neither version nor row is written again', async () => {
    const file = csv(...Array.from({ length: 1_500 }, (_, index) => row(index + 100)));
    expect((await hub.post(file)).body).toMatchObject({ inserted: 1_500 });
    const state = 'select id, version, xmin, xmax, ctid from records.vessel_inspection_p1 order by id';
    const before = await hub.query(state);
    const again = await hub.post(file);
    expect(again.body).toMatchObject({ read: 1_500, inserted: 0, updated: 0, unchanged: 1_500, rejected: 0 });
    expect(await hub.query(state)).toEqual(before);
  });

  test('brings a changed record one version further and leaves its id and its neighbours', async () => {
    const before = (await hub.records()).filter((record) => ['R-100', 'R-101'].includes(String(record.report_number)));
    const answer = await hub.post(csv(row(100, 'changed'), row(101)));
    expect(answer.body).toMatchObject({ read: 2, inserted: 0, updated: 1, unchanged: 1 });
    const after = (await hub.records()).filter((record) => ['R-100', 'R-101'].includes(String(record.report_number)));
    expect(after[0]).toMatchObject({ id: before[0]?.id, version: 2, status: 'ACTIVE', remarks: 'changed' });
    expect(after[1]).toEqual(before[1]);
  });

  test('never lifts a handling code by leaving it out', async () => {
    const withCode = `${HEADER},handling_code\n${row(7)},H3\n`;
    await hub.post(withCode);
    const answer = await hub.post(csv(row(7)));
    expect(answer.body).toMatchObject({ updated: 0, unchanged: 1 });
    expect(await hub.query(`select handling_code from records.vessel_inspection where report_number = 'R-7'`)).toEqual([
      { handling_code: 'H3' },
    ]);
  });

  test('takes NDJSON with field names or column names', async () => {
    const lines = [
      { reportNumber: 'N-1', inspectedAt: '2023-01-01T00:00:00Z', defects: ['a"b\\c', 'NULL', '{,}'], crew: 3 },
      { report_number: 'N-2', inspected_at: '2023-01-01T00:00:00Z', is_detained: true },
    ];
    const answer = await hub.post(`${lines.map((line) => JSON.stringify(line)).join('\r\n\r\n')}`, {
      type: 'application/x-ndjson',
    });
    expect(answer.body).toMatchObject({ read: 2, inserted: 2 });
    const stored = await hub.query(
      `select defects, crew, is_detained from records.vessel_inspection where report_number like 'N-%' order by report_number`,
    );
    expect(stored).toEqual([
      { defects: ['a"b\\c', 'NULL', '{,}'], crew: 3, is_detained: null },
      { defects: null, crew: null, is_detained: true },
    ]);
  });

  test('maps columns whose names are others, and leaves out those mapped to nothing', async () => {
    const file = 'Nr,when,Datum izgradnje,secret\nM-1,2023-01-01T00:00:00Z,1999-01-01,x\n';
    const query = 'map=Nr:reportNumber,when:inspectedAt&map=Datum%20izgradnje:builtOn,secret:';
    expect((await hub.post(file, { query })).body).toMatchObject({ inserted: 1 });
    expect(
      await hub.query(`select built_on::text as built from records.vessel_inspection where report_number = 'M-1'`),
    ).toEqual([{ built: '1999-01-01' }]);
  });

  test('takes turns with another one into the same database', async () => {
    const files = [0, 1, 2].map((shift) =>
      csv(...Array.from({ length: 300 }, (_, index) => row(10_000 + shift * 100 + index))),
    );
    const answers = await Promise.all(files.map((file) => hub.post(file)));
    const inserted = answers.map((answer) => answer.body.inserted).reduce((sum, count) => sum + count, 0);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(inserted).toBe(500);
  });
});
