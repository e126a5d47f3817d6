import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { endRetention } from '../../src/hub/jobs/end-retention.js';
import { runJob } from '../../src/hub/jobs.js';
import { WORLD_NOW } from '../world.js';
import { DATABASE, type OwnRecord, type QualityWorld, qualityWorld } from './quality-world.js';

const DAY_MS = 86_400_000;
const END = new Date(WORLD_NOW.getTime() + 10 * DAY_MS);

let world: QualityWorld;
let records: readonly OwnRecord[];
beforeAll(async () => {
  world = await qualityWorld();
  records = await world.own(12);
  for (const n of [0, 1, 2]) await setDate(n, { retainUntil: END.toISOString() });
  await world.read('ME-BP', 'nationality');
  await world.read('MK-BP', 'nationality direction');
}, 60_000);
afterAll(() => world?.close());

const keyOf = (n: number): { readonly nationalReference: string } => {
  const record = records[n];
  if (record === undefined) throw new Error('the section has too few records');
  return { nationalReference: record.nationalReference };
};
const setDate = (n: number, changes: object) =>
  world.act('correctRecord', { key: keyOf(n), changes, reason: 'OUTDATED' });
const run = () => world.beside('a job', () => runJob(world.hub, endRetention));
const there = async () => (await world.own(100)).map(({ nationalReference }) => nationalReference);

describe('the end of a retention', () => {
  test('is not before its instant', async () => {
    await world.setClock(new Date(END.getTime() - 1));
    expect(await run()).toMatchObject({ kind: 'DONE', report: { counts: { erased: 0, leftOver: 0, replayed: 0 } } });
    expect(await there()).toContain(keyOf(0).nationalReference);
  });

  test('erases every record of the database in one act with one entry, and each recipient gets one notice of them all', async () => {
    await world.setClock(END);
    expect(await run()).toMatchObject({ kind: 'DONE', report: { counts: { erased: 3, leftOver: 0, replayed: 0 } } });
    for (const n of [0, 1, 2]) expect(await there()).not.toContain(keyOf(n).nationalReference);
    for (const agency of ['ME-BP', 'MK-BP']) {
      const told = await world.notices(agency, 'RECEIVED');
      expect(told).toMatchObject([{ kind: 'ERASED', reason: 'RETENTION_ENDED', recordCount: 3, status: 'OPEN' }]);
      expect(told[0]?.records.nodes).toHaveLength(3);
    }
    const entries = await world.rows<{ body: string }>(
      `select body from besa.ledger_entry where body like '%"action":"endRetention"%' and agency = 'AL-BMP'`,
    );
    expect(entries).toHaveLength(1);
    expect(entries[0]?.body).toContain('"records":3');
  });

  test('leaves nothing for the next run, and its last run is seen', async () => {
    expect(await run()).toMatchObject({ kind: 'DONE', report: { counts: { erased: 0, leftOver: 0, replayed: 0 } } });
    const jobs = await world.hub.jobs.list();
    expect(jobs.find(({ name }) => name === 'end-retention')).toMatchObject({ outcome: 'DONE', counts: { erased: 0 } });
  });

  test('lays the records of a notice out page by page', async () => {
    const query = (after: string) =>
      `{ qualityNotices(role: RECEIVED) { nodes { records(first: 2${after}) { nodes { ids { id } } pageInfo { hasNextPage endCursor } } } } }`;
    interface Page {
      readonly nodes: readonly { readonly ids: readonly { readonly id: string }[] }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    }
    const page = async (after = ''): Promise<Page> => {
      const { body } = await world.ask(query(after), 'MK-BP:STEWARD');
      const { nodes } = (body.data as { qualityNotices: { nodes: { records: Page }[] } }).qualityNotices;
      if (nodes[0] === undefined) throw new Error('there is no notice');
      return nodes[0].records;
    };
    const first = await page();
    const second = await page(`, after: "${first.pageInfo.endCursor}"`);
    expect([first.nodes.length, first.pageInfo.hasNextPage, second.nodes.length, second.pageInfo.hasNextPage]).toEqual([
      2,
      true,
      1,
      false,
    ]);
    expect(new Set([...first.nodes, ...second.nodes].map(({ ids }) => ids[0]?.id)).size).toBe(3);
  });
});

describe('a database that was set back under a running hub', () => {
  test('has erased within the next run what safekeeping says was erased', async () => {
    const [row] = await world.rows<{ databaseId: number; recordId: string; version: number }>(
      `select database_id as "databaseId", id::text as "recordId", version from records.border_crossing where national_reference = $1`,
      [keyOf(5).nationalReference],
    );
    if (row === undefined) throw new Error('the record is gone already');
    const kept = { ...row, at: END, keyHash: 'ab'.repeat(32), reason: 'UNLAWFUL' as const };
    await world.hub.safekeeping.appendErasures([kept]);
    expect(await run()).toMatchObject({ kind: 'DONE', report: { counts: { erased: 0, replayed: 1 } } });
    expect(await there()).not.toContain(keyOf(5).nationalReference);
  });
});

describe('a review that is due', () => {
  test('is told to the owner by database, number and since when', async () => {
    const dueAt = new Date(END.getTime() + DAY_MS);
    for (const n of [3, 4]) await setDate(n, { reviewDueAt: dueAt.toISOString() });
    expect(await world.hub.corrections.reviewsDue('AL-BMP')).toEqual([]);
    await world.setClock(dueAt);
    expect(await world.hub.corrections.reviewsDue('AL-BMP')).toEqual([
      { database: DATABASE, records: 2, since: dueAt },
    ]);
    expect(await world.hub.corrections.reviewsDue('ME-BP')).toEqual([]);
  });
});
