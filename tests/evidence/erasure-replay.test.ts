/** A database that was set back to before an erasure: here another copy of the world, over the same safekeeping. */
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { replayErasures } from '../../src/hub/evidence/replay-erasures.js';
import { tellUntold } from '../../src/hub/evidence/tell-recipients.js';
import { openSafekeeping } from '../../src/persistence/safekeeping.js';
import { type OwnRecord, placeOf, type QualityWorld, qualityWorld, STEWARD } from './quality-world.js';

let folder: string;
let before: QualityWorld;
let restored: QualityWorld;
let records: readonly OwnRecord[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'besa-safekeeping-'));
  const safekeeping = await openSafekeeping(folder, Buffer.alloc(32, 1));
  before = await qualityWorld({ safekeeping });
  records = await before.own(12);
  restored = await qualityWorld({ safekeeping });
}, 120_000);
afterAll(async () => {
  await before?.close();
  await restored?.close();
  await rm(folder, { recursive: true, force: true });
});

const keyOf = (n: number): { readonly nationalReference: string } => {
  const record = records[n];
  if (record === undefined) throw new Error('the section has too few records');
  return { nationalReference: record.nationalReference };
};
const references = async (world: QualityWorld) =>
  (await world.own(100)).map(({ nationalReference }) => nationalReference);
const NEW = { nationalReference: 'CAME-LATER', detectedAt: '2024-05-01T10:00:00Z', borderSection: 'AL-ME' };
const importNew = (world: QualityWorld) =>
  world.ask(
    'mutation ($input: ImportBorderCrossingsInput!) { importBorderCrossings(input: $input) { inserted userErrors { message } } }',
    STEWARD,
    { input: { database: 'AL-BORDER-CROSSINGS', records: [NEW] } },
  );

describe('a restored backup', () => {
  test('of a hub that erased nothing is left as it is', async () => {
    expect(await restored.beside('a start', () => replayErasures(restored.hub))).toBe(0);
  });

  test('has erased again what was erased since, before it serves, and takes none of it back', async () => {
    await importNew(before);
    await before.act('eraseRecord', { key: keyOf(0), reason: 'UNLAWFUL' });
    await before.act('correctRecord', { key: keyOf(1), changes: { personsCount: 5 } });
    await before.act('eraseRecord', { key: keyOf(1), reason: 'REQUESTED_BY_SUBJECT' });
    await before.act('eraseRecord', { key: { nationalReference: NEW.nationalReference }, reason: 'UNLAWFUL' });
    await restored.read('ME-BP', 'nationality');
    expect(await references(restored)).toContain(keyOf(0).nationalReference);
    expect(await restored.beside('a start', () => replayErasures(restored.hub))).toBe(2);
    const there = await references(restored);
    for (const n of [0, 1]) expect(there).not.toContain(keyOf(n).nationalReference);
    expect(there).toContain(keyOf(2).nationalReference);
    const { body } = await importNew(restored);
    expect(JSON.stringify(body)).toContain('is not taken back');
    expect(await restored.rows('select reason from besa.tombstone order by reason')).toEqual([
      { reason: 'REQUESTED_BY_SUBJECT' },
      { reason: 'UNLAWFUL' },
      { reason: 'UNLAWFUL' },
    ]);
  });

  test('tells again who received what it had, under the reason of then, in entries of its own', async () => {
    await tellUntold(restored.hub);
    const told = await restored.notices('ME-BP', 'RECEIVED');
    expect(told.map(({ kind, reason, status }) => `${kind} ${reason} ${status}`).sort()).toEqual([
      'ERASED REQUESTED_BY_SUBJECT OPEN',
      'ERASED UNLAWFUL OPEN',
    ]);
    const entries = await restored.rows(
      `select from besa.ledger_entry where body like '%"action":"replayErasures"%' and body like '%"person":"besa"%' and agency = 'AL-BMP'`,
    );
    expect(entries).toHaveLength(3);
  });

  test('is done with once: the next start finds nothing left', async () => {
    expect(await restored.beside('a start', () => replayErasures(restored.hub))).toBe(0);
    expect(await before.beside('a start', () => replayErasures(before.hub))).toBe(0);
  });
});

describe('safekeeping', () => {
  test('of an erasure that was broken off does not erase what its owner went on with', async () => {
    const { database } = await placeOf(before);
    const [row] = await before.rows<{ id: string; version: number }>(
      'select id::text as id, version from records.border_crossing where national_reference = $1',
      [keyOf(3).nationalReference],
    );
    const line = {
      at: '2026-11-23T12:00:00.000Z',
      databaseId: database.id,
      keyHash: '0'.repeat(64),
      reason: 'UNLAWFUL',
    };
    await before.act('correctRecord', { key: keyOf(3), changes: { personsCount: 6 } });
    await (await openSafekeeping(folder, Buffer.alloc(32, 1))).appendErasures([
      { ...line, at: new Date(line.at), recordId: row?.id ?? '', version: row?.version ?? 0, reason: 'UNLAWFUL' },
    ]);
    expect(await before.beside('a start', () => replayErasures(before.hub))).toBe(0);
    expect(await references(before)).toContain(keyOf(3).nationalReference);
  });

  test('of a database that is not hosted here is passed over, and told with how many erasures wait for it', async () => {
    const safekeeping = await openSafekeeping(folder, Buffer.alloc(32, 1));
    const gone = { at: new Date('2026-11-23T12:00:00Z'), keyHash: '0'.repeat(64), reason: 'UNLAWFUL' as const };
    const there = await safekeeping.readErasures();
    await safekeeping.appendErasures(
      ['1', '2'].map((recordId) => ({ ...gone, databaseId: 999, recordId, version: 1 })),
    );
    const skipped: unknown[] = [];
    const told = (...of: unknown[]) => void skipped.push(of);
    expect(await before.beside('a start', () => replayErasures(before.hub, told))).toBe(0);
    expect(skipped).toEqual([[999, 2]]);
    await rm(join(folder, 'erasures.ndjson'));
    await safekeeping.appendErasures(there);
  });

  test('has an erasure whose entry the ledger refused: nothing is erased, its steward hears that it will be, and the next replay does it', async () => {
    await before.rows(`create function pg_temp.refuse() returns trigger language plpgsql as
      $$ begin raise exception 'no room' using errcode = 'disk_full'; end $$`);
    await before.rows(`create trigger no_room before insert on besa.ledger_entry for each row
      when (new.body like '%"action":"eraseRecord"%"outcome":"ANSWERED"%') execute function pg_temp.refuse()`);
    const query = 'mutation ($input: EraseRecordInput!) { eraseRecord(input: $input) { userErrors { code } } }';
    const input = { database: 'AL-BORDER-CROSSINGS', key: keyOf(6), reason: 'UNLAWFUL' };
    const { body } = await before.ask(query, STEWARD, { input });
    expect(body.errors?.[0]).toMatchObject({
      message: expect.stringContaining('is done as soon as the ledger can be written'),
      extensions: { code: 'LEDGER_UNAVAILABLE' },
    });
    expect(await references(before)).toContain(keyOf(6).nationalReference);
    await before.rows('drop trigger no_room on besa.ledger_entry');
    expect(await before.beside('a job', () => replayErasures(before.hub))).toBe(1);
    expect(await references(before)).not.toContain(keyOf(6).nationalReference);
  });

  test('with a line that this hub has not written lets no hub start', async () => {
    await appendFile(join(folder, 'erasures.ndjson'), '{"databaseId":1}\n');
    await expect(replayErasures(restored.hub)).rejects.toMatchObject({ name: 'StartError' });
  });

  test('that cannot be written lets nothing be erased', async () => {
    await rm(join(folder, 'erasures.ndjson'));
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    const query = 'mutation ($input: EraseRecordInput!) { eraseRecord(input: $input) { userErrors { code } } }';
    const input = { database: 'AL-BORDER-CROSSINGS', key: keyOf(4), reason: 'UNLAWFUL' };
    const { body } = await before.ask(query, STEWARD, { input });
    expect(body.errors?.[0]?.extensions.code).toBe('SOURCE_UNAVAILABLE');
    expect(await references(before)).toContain(keyOf(4).nationalReference);
  });
});
