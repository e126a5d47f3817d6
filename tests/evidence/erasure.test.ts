import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DATABASE, type OwnRecord, placeOf, type QualityWorld, qualityWorld, STEWARD } from './quality-world.js';

const MARKER = 'ZZMARKER, OF NOBODY';
let world: QualityWorld;
let records: readonly OwnRecord[];
beforeAll(async () => {
  world = await qualityWorld();
  records = await world.own(12);
}, 60_000);
afterAll(() => world?.close());

const keyOf = (n: number): { readonly nationalReference: string } => {
  const record = records[n];
  if (record === undefined) throw new Error('the section has too few records');
  return { nationalReference: record.nationalReference };
};
const erase = (n: number) => world.act('eraseRecord', { key: keyOf(n), reason: 'UNLAWFUL' });

/** Tables in which a text stands in some row, whatever their schema. */
async function tablesWith(text: string): Promise<readonly string[]> {
  const tables = await world.rows<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('besa', 'records')`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await world.rows(`select from ${name} t where t::text like $1 limit 1`, [`%${text}%`]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

async function total(): Promise<number> {
  const query = `{ borderCrossingStatistics(purpose: STATISTICS_REPORTING, databases: ["${DATABASE}"], groupBy: []) { cells { count } } }`;
  const { body } = await world.ask(query, 'AL-BMP:ANALYST');
  return (
    (body.data as { borderCrossingStatistics: { cells: { count: number }[] } }).borderCrossingStatistics.cells[0]
      ?.count ?? 0
  );
}

async function importRows(rows: readonly object[]): Promise<{
  readonly inserted: number | null;
  readonly userErrors: readonly { readonly path: readonly string[]; readonly message: string }[];
}> {
  const query =
    'mutation ($input: ImportBorderCrossingsInput!) { importBorderCrossings(input: $input) { inserted userErrors { path message } } }';
  const { body } = await world.ask(query, STEWARD, { input: { database: DATABASE, records: rows } });
  return (body.data as { importBorderCrossings: never }).importBorderCrossings;
}

describe('an erased record', () => {
  test('is in no answer, no count and no table, in none of its versions', async () => {
    await world.act('correctRecord', { key: keyOf(0), changes: { fullName: MARKER } });
    await world.act('correctRecord', { key: keyOf(0), changes: { fullName: `${MARKER} 2`, nationality: 'UNK' } });
    const read = await world.read('ME-BP', 'nationality');
    expect(await tablesWith(MARKER)).toHaveLength(3);
    const before = await total();
    const erased = await erase(0);
    expect(erased).toMatchObject({ record: { version: 3, status: 'ERASED' }, userErrors: [] });
    expect(await tablesWith(MARKER)).toEqual([]);
    expect(await tablesWith(keyOf(0).nationalReference)).toEqual([]);
    expect(await total()).toBe(before - 1);
    expect(await world.read('ME-BP', 'nationality')).toHaveLength(read.length - 1);
  });

  test('is told of to whoever received it in any version, without a word of what it was', async () => {
    const [notice] = await world.notices('ME-BP', 'RECEIVED');
    expect(notice).toMatchObject({ kind: 'ERASED', reason: 'UNLAWFUL', recordCount: 1, status: 'OPEN' });
    expect(notice?.records.nodes).toMatchObject([{ versions: [3], currentVersion: null, fields: ['nationality'] }]);
    const id = notice?.records.nodes[0]?.ids[0]?.id;
    const { body } = await world.ask(
      `{ borderCrossing(id: "${id}", purpose: BORDER_SURVEILLANCE) { id } }`,
      'ME-BP:ANALYST',
    );
    expect(body.data).toEqual({ borderCrossing: null });
    expect((await world.attest('ME-BP', notice?.id ?? '', 'erased', 'ERASED')).userErrors).toEqual([]);
  });

  test('leaves a tombstone, by which its owner finds it again by key', async () => {
    const tombstones = await world.rows<{ id: string }>(
      'select record_id::text as id, version, reason from besa.tombstone',
    );
    expect(tombstones).toMatchObject([{ version: 3, reason: 'UNLAWFUL' }]);
    const { database } = await placeOf(world);
    expect(await world.hub.corrections.recordIdsOf(database.id, keyOf(0))).toEqual([tombstones[0]?.id]);
    expect((await erase(0)).userErrors).toMatchObject([{ code: 'RECORD_UNKNOWN' }]);
  });

  test('is one entry of the ledger', async () => {
    const entries = await world.rows(
      `select e.sequence from besa.tombstone t join besa.quality_act_entry a using (act) join besa.ledger_entry e on e.sequence = a.sequence and e.body like '%"action":"eraseRecord"%'`,
    );
    expect(entries).toHaveLength(1);
  });
});

describe('facts', () => {
  test.each([
    { name: 'a tombstone goes', text: 'delete from besa.tombstone' },
    { name: 'a tombstone changes', text: `update besa.tombstone set reason = 'OUTDATED'` },
    { name: 'where an act stands changes', text: 'update besa.quality_act_entry set sequence = sequence + 1' },
    { name: 'why an act was done changes', text: `update besa.quality_act set reason = 'OUTDATED'` },
    { name: 'an act goes', text: 'truncate besa.quality_act cascade' },
    { name: 'a notice is sent to another one', text: `update besa.quality_notice set recipient = 'RS-BP'` },
    { name: 'what was attested changes', text: `update besa.quality_attestation set outcome = 'NOT_HELD'` },
    { name: 'what was kept of a version changes', text: `update besa.record_version set content = '{}'` },
    { name: 'what was kept of a record that is there goes', text: 'update besa.record_version set content = null' },
    { name: 'a version goes', text: 'delete from besa.record_version' },
  ])('are never changed: refused, if $name', async ({ text }) => {
    await world.act('correctRecord', { key: keyOf(11), changes: { personsCount: Math.floor(performance.now()) } });
    await expect(world.rows(text)).rejects.toThrow('facts');
  });

  test('are nothing the role that reads records may read', async () => {
    const tables = [
      'quality_act',
      'quality_act_entry',
      'quality_untold',
      'record_version',
      'tombstone',
      'quality_notice',
      'quality_notice_record',
      'quality_attestation',
    ];
    const rights = await world.rows<{ may: boolean }>(
      `select has_table_privilege('besa_reader', 'besa.' || t, 'select, insert, update, delete') as may from unnest($1::text[]) t`,
      [tables],
    );
    expect(rights.map(({ may }) => may)).toEqual(tables.map(() => false));
  });
});

describe('an import', () => {
  const row = (nationalReference: string) => ({
    nationalReference,
    detectedAt: '2024-05-01T10:00:00Z',
    borderSection: 'AL-ME',
  });

  test('does not bring an erased record back, and says which line tried', async () => {
    const { inserted, userErrors } = await importRows([row('NEW-1'), row(keyOf(0).nationalReference)]);
    expect(inserted).toBeNull();
    expect(userErrors).toEqual([
      {
        path: ['input', 'records', '1', 'nationalReference'],
        message:
          'line 2, column `nationalReference`: the key of a record erased on 2026-11-23, expected another key: a record of this one is not taken back',
      },
    ]);
    expect(await importRows([row('NEW-1')])).toMatchObject({ inserted: 1, userErrors: [] });
  });

  test('that looked before an erasure and merges behind it brings nothing back either', async () => {
    const { database, recordType } = await placeOf(world);
    const load = await world.hub.loader.begin(database, recordType);
    const erased = await erase(1);
    expect(erased.userErrors).toEqual([]);
    await load.write([]);
    await load.repeatedKeys(1);
    await expect(load.merge()).rejects.toThrow('records were erased while this was imported');
    await load.abort();
  });
});
