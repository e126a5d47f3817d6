/** Old months of the ledger go into files: the tree over them stays, every proof stays possible, and nothing goes unproved. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyConsistency, verifyInclusion } from '../../src/audit/merkle-proof.js';
import { verifyExport } from '../../src/audit/verify-export.js';
import { JOBS } from '../../src/hub/jobs/index.js';
import { runJob } from '../../src/hub/jobs.js';
import { createLedgerArchive } from '../../src/persistence/ledger-archive.js';
import { dataOf } from '../journeys/world-hub.js';
import { type ArchiveWorld, archiveWorld, FEBRUARY, JANUARY, KEPT_MONTHS, linesIn } from './archive-world.js';

const ARCHIVED = 340;

describe('two months that the rule lets go', () => {
  let world: ArchiveWorld;
  let witness: { readonly size: number; readonly root: string };
  beforeAll(async () => {
    world = await archiveWorld();
    const before = await world.verify();
    if (before.kind === 'BROKEN') throw new Error(before.explanation);
    witness = before;
  });
  afterAll(() => world.close());

  test('go into a file each, oldest first, and no younger one does', async () => {
    const months = await world.archive();
    expect(months.map(({ month, first, last, file }) => ({ month, first, last, file }))).toEqual([
      { month: '2025-01', first: 1, last: 300, file: JANUARY },
      { month: '2025-02', first: 301, last: ARCHIVED, file: FEBRUARY },
    ]);
    expect(await world.archive()).toEqual([]);
    const rows = await world.sql<{ left: number; named: number }>(
      'select count(body)::int as left, count(agency)::int as named from besa.ledger_entry where sequence <= $1',
      [ARCHIVED],
    );
    expect(rows).toEqual([{ left: 0, named: 0 }]);
  });

  test('are each whole by themselves, the second standing on the tree of the first', async () => {
    const verdicts = [];
    for (const file of [JANUARY, FEBRUARY]) verdicts.push(await verifyExport(linesIn(join(world.folder, file))));
    expect(verdicts).toMatchObject([
      { kind: 'INTACT', from: 1, ledger: { size: 300, archived: 0, signedSize: 300 } },
      { kind: 'INTACT', from: 301, ledger: { size: ARCHIVED, archived: 0, signedSize: ARCHIVED } },
    ]);
  });

  test('leave a ledger behind that is intact, and says how much of it is elsewhere', async () => {
    expect(await world.verify()).toMatchObject({ kind: 'INTACT', archived: ARCHIVED });
  });

  test('are an entry of the ledger each, which names the file by its hash', async () => {
    const rows = await world.sql<{ body: string }>(
      `select body from besa.ledger_entry where sequence > $1 order by sequence`,
      [witness.size],
    );
    const subjects = rows.map(({ body }) => JSON.parse(body.split('\n')[0] ?? '').request);
    expect(subjects).toMatchObject([
      {
        action: 'archiveLedger',
        subject: { month: '2025-01', lastSequence: 300, file: JANUARY, keptMonths: KEPT_MONTHS },
      },
      { action: 'archiveLedger', subject: { month: '2025-02', firstSequence: 301, file: FEBRUARY } },
    ]);
  });

  test('leave every proof possible, of what is archived and of what is not', async () => {
    const { hub } = world;
    const size = await hub.ledgerTree.size();
    const head = await hub.treeHeads.sign();
    expect(head.size).toBe(size);
    const root = Buffer.from(head.root, 'hex');
    const rows = await world.sql<{ sequence: number; leaf: Buffer }>(
      'select sequence::float8 as sequence, leaf from besa.ledger_entry where sequence in (1, 7, 256, 300, 301, 340, 341, 370)',
    );
    for (const { sequence, leaf } of rows) {
      const path = (await hub.ledgerTree.inclusion(sequence, size)).map((hash) => Buffer.from(hash, 'hex'));
      expect([sequence, verifyInclusion({ index: sequence - 1, size, leaf, root, path })]).toEqual([sequence, true]);
    }
    const path = (await hub.ledgerTree.consistency(witness.size, size)).map((hash) => Buffer.from(hash, 'hex'));
    const fromRoot = Buffer.from(witness.root, 'hex');
    expect(verifyConsistency({ from: witness.size, to: size, fromRoot, toRoot: root, path })).toBe(true);
  });

  test('are not silently missing from the list: it says from when on it is whole', async () => {
    expect(await world.hub.ledgerArchive.extent()).toEqual({
      upToSequence: ARCHIVED,
      before: new Date('2025-03-01T00:00:00.000Z'),
    });
    const query = '{ ledger(first: 100) { archivedBefore nodes { sequence } } }';
    const asked = await world.ask(query, 'ME-BP:AUDITOR');
    const { archivedBefore, nodes } = dataOf<{ archivedBefore: string; nodes: readonly { sequence: number }[] }>(
      asked,
      'ledger',
    );
    expect(archivedBefore).toBe('2025-03-01T00:00:00.000Z');
    expect(nodes.map(({ sequence }) => sequence).filter((sequence) => sequence <= witness.size)).toEqual(
      Array.from({ length: 30 }, (_, index) => witness.size - index),
    );
  });

  test('leave known who received which record: a correction must still reach them', async () => {
    const [{ id: databaseId } = { id: 0 }] = await world.hub.registry.databases();
    const receipts = await world.hub.ledgerViews.receiptsOf({ databaseId, recordIds: ['812'] });
    expect(receipts).toHaveLength(370);
    expect(receipts.some(({ sequence, agency }) => sequence === 1 && agency === 'ME-BP')).toBe(true);
  });

  test('stay so when the index is made anew', async () => {
    const [{ id: databaseId } = { id: 0 }] = await world.hub.registry.databases();
    await world.sql('select besa.ledger_reindex()');
    expect(await world.hub.ledgerViews.receiptsOf({ databaseId, recordIds: ['812'] })).toHaveLength(370);
  });
});

describe('the jobs', () => {
  let world: ArchiveWorld;
  beforeAll(async () => {
    world = await archiveWorld();
  });
  afterAll(() => world.close());

  test('make the months to come once, and say which could not be made', async () => {
    const job = JOBS.find(({ name }) => name === 'make-months');
    if (job === undefined) throw new Error('there is no such job');
    await world.setClock(new Date('2031-10-31T23:30:00.000Z'));
    const first = await runJob(world.hub, job);
    expect(first).toMatchObject({ kind: 'DONE', report: { counts: { made: 4, missing: 0 } } });
    expect(await runJob(world.hub, job)).toMatchObject({ report: { counts: { made: 0, missing: 0 } } });
    const names = await world.sql<{ name: string }>(
      `select relname as name from pg_inherits join pg_class on oid = inhrelid
       where inhparent = 'besa.ledger_entry'::regclass and relname like '%_203%' order by name desc`,
    );
    expect(names.map(({ name }) => name)).toEqual(
      ['2032_01', '2031_12', '2031_11', '2031_10'].map((month) => `ledger_entry_${month}`),
    );
    // Entries of a month nobody made lie in the default table: it cannot be made any more.
    expect(await world.sql(`select besa.ledger_make_month('2025-04-01') as made`)).toEqual([{ made: false }]);
  });

  test('archive nothing without a rule, and by one what it lets go', async () => {
    const job = JOBS.find(({ name }) => name === 'archive-ledger');
    if (job === undefined) throw new Error('there is no such job');
    await world.setClock(new Date('2026-11-24T12:00:00.000Z'));
    expect(await runJob(world.hub, job)).toMatchObject({ report: { counts: { months: 0, entries: 0 } } });
    const rule = { keptMonths: KEPT_MONTHS, folder: world.folder };
    const ledgerArchive = createLedgerArchive({ url: world.database.url, environment: 'test', rule });
    const hub = { ...world.hub, ledgerArchive };
    expect(await runJob(hub, job)).toMatchObject({ report: { counts: { months: 2, entries: ARCHIVED } } });
    expect(await runJob(hub, job)).toMatchObject({ report: { counts: { months: 0, entries: 0 } } });
    await ledgerArchive.close();
    expect(await world.verify()).toMatchObject({ kind: 'INTACT', archived: ARCHIVED });
  });
});
