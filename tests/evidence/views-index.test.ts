/** The index beside the ledger: derived from entries as stored, rebuilt from them, and in nobody's way. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLedgerViews, type PostgresLedgerViews } from '../../src/persistence/ledger-views.js';
import { type LedgerWorld, ledgerWorld } from '../audit/postgres-ledger.js';
import { sampleEntry } from '../audit/sample-entry.js';

let world: LedgerWorld;
let views: PostgresLedgerViews;
const [OWNER, OTHER, REQUESTER, STRANGER] = ['AL-BMP', 'MK-BP', 'ME-BP', 'RS-BP'] as const;
const NEWEST = { order: 'NEWEST_FIRST', limit: 100 } as const;

beforeAll(async () => {
  world = await ledgerWorld();
  views = createLedgerViews({ url: world.url, timeZone: 'Europe/Tirane' });
  await world.sql(`insert into besa.partner (code, name) values ('AL', 'Albania');
    insert into besa.agency (code, name, partner) values ('AL-BMP', 'Police', 'AL');
    insert into besa.shared_database (code, name, owner, record_type, hosting)
      values ('AL-BORDER-CROSSINGS', 'Crossings', 'AL-BMP', 'BorderCrossing', 'HOSTED')`);
});
afterAll(async () => {
  await views?.close();
  await world?.close();
});

const append = async (changes: Parameters<typeof sampleEntry>[0] = {}): Promise<number> => {
  const appended = await world.ledger.append(sampleEntry(changes));
  if (appended.kind !== 'APPENDED') throw new Error('not appended');
  return appended.sequence;
};
/** As an older hub wrote it, or nobody. */
const insert = async (agency: string, body: string): Promise<void> => {
  await world.sql(
    `insert into besa.ledger_entry (sequence, at, agency, request_id, body, leaf)
      select max(h.size) + 1, '2026-01-05T23:30:00Z', $1, gen_random_uuid(), $2, sha256('') from besa.ledger_head h`,
    [agency, body],
  );
  await world.sql(`insert into besa.ledger_head (size, peaks)
    select h.size + 1, h.peaks from besa.ledger_head h order by h.size desc limit 1`);
};
const sequencesOf = async (viewer: string): Promise<readonly number[]> =>
  (await views.list(viewer, {}, NEWEST)).map(({ sequence }) => sequence);
const indexRows = async (): Promise<unknown> => [
  await world.sql('select * from besa.ledger_line order by reader, sequence'),
  await world.sql('select * from besa.ledger_asked order by sequence, database, place'),
  await world.sql('select * from besa.ledger_receipt order by 1, 2, 3, 4, 5'),
];

describe('the index', () => {
  test('gives a line to who asked, one to each owner that was asked, and none to anybody else', async () => {
    const [line] = sampleEntry().asks[0]?.lines ?? [];
    if (line === undefined) throw new Error('the sample has a line');
    const withheld = { ...line, outcome: 'WITHHELD', reason: 'NO_AGREEMENT', basis: [], records: 0 } as const;
    const { disclosed: _, ...unserved } = withheld;
    const asks = sampleEntry().asks.map((ask) => ({
      ...ask,
      lines: [line, { ...unserved, database: 'MK-BORDER-CROSSINGS', owner: OTHER }],
    }));
    const sequence = await append({ asks, justification: 'case 4711' });
    expect(await sequencesOf(REQUESTER)).toEqual([sequence]);
    expect(await sequencesOf(OWNER)).toEqual([sequence]);
    expect(await sequencesOf(STRANGER)).toEqual([]);
    const [refused] = await views.list(OTHER, {}, NEWEST);
    expect(refused).toMatchObject({ sequence, perspective: 'OWNER', outcome: 'REFUSED', durationMs: null });
    expect(refused).toMatchObject({ agency: REQUESTER, person: null, justification: null });
    for (const filter of [{ person: 'officer-7' }, { justification: 'case 4711' }]) {
      expect(await views.list(OTHER, filter, NEWEST)).toEqual([]);
      expect((await views.list(OWNER, filter, NEWEST)).map((entry) => entry.sequence)).toEqual([sequence]);
    }
  });

  test('holds what a caller wrote, whatever characters it has', async () => {
    const justification = `nul \u0000, escaped \\u0000, two \u0000\u0000, \\\u0000 bidi \u202e and “quotes”`;
    const sequence = await append({ justification, person: 'a\u0000b' });
    expect((await views.list(REQUESTER, { justification }, NEWEST)).map((entry) => entry.justification)).toEqual([
      justification,
    ]);
    expect((await views.list(OWNER, { person: 'a\u0000b' }, NEWEST)).map((entry) => entry.sequence)).toEqual([
      sequence,
    ]);
    expect(await world.sql('select * from besa.ledger_unreadable')).toEqual([]);
  });

  test('reads entries of before there were parts as their own agency’s, and nobody else’s', async () => {
    const before = sampleEntry({ agency: STRANGER, person: 'somebody' });
    const entry = { ...before, asks: before.asks.map((ask) => ({ ...ask, lines: ask.lines.map(withoutOwner) })) };
    const body = JSON.stringify({ entry, format: 1, salt: '0'.repeat(32) });
    await insert(STRANGER, body);
    const [seen] = await views.list(STRANGER, { database: 'AL-BORDER-CROSSINGS' }, NEWEST);
    expect(seen).toMatchObject({ perspective: 'OWN', person: 'somebody', action: 'READ' });
    expect(await views.list(OWNER, { agency: STRANGER }, NEWEST)).toEqual([]);
    expect(await views.statistics(STRANGER, {}, ['DATABASE', 'DAY', 'MONTH'])).toEqual([
      { group: { DATABASE: 'AL-BORDER-CROSSINGS', DAY: '2026-01-06', MONTH: '2026-01' }, entries: 1, records: 2 },
    ]);
  });

  test('is the same when several fill it at once, and when it is rebuilt', async () => {
    await Promise.all(Array.from({ length: 40 }, () => append()));
    const others = [1, 2, 3].map(() => createLedgerViews({ url: world.url, timeZone: 'Europe/Tirane' }));
    await Promise.all([views, ...others].map((one) => one.index()));
    const filled = await indexRows();
    await others[0]?.reset();
    expect(await world.sql('select * from besa.ledger_line')).toEqual([]);
    await Promise.all([views, ...others].map((one) => one.index()));
    expect(await indexRows()).toEqual(filled);
    await Promise.all(others.map((one) => one.close()));
  });

  test('locks nothing where there is nothing to do, and reads nothing of what is under way', async () => {
    const newest = await append();
    await views.index();
    const sleeper = await world.connect();
    await sleeper.query('begin; select from besa.ledger_indexed for update');
    expect(await views.index()).toBe(newest);
    await sleeper.query('rollback');
    await sleeper.end();
  });

  test('passes over an entry nobody can read, and keeps the ones around it', async () => {
    const first = await append({ person: 'before' });
    await insert(REQUESTER, 'no body');
    const last = await append({ person: 'after' });
    expect((await sequencesOf(REQUESTER)).slice(0, 2)).toEqual([last, first]);
    expect(await world.sql('select sequence::int from besa.ledger_unreadable')).toEqual([{ sequence: first + 1 }]);
    expect(await views.unreadable()).toBe(1);
    await views.reset();
    await views.index();
    expect(await views.unreadable()).toBe(1);
  });

  test('tells who received a record, in which version and under which clause, the newest first', async () => {
    const ask = { databaseId: 1, recordIds: ['812'] };
    const all = await views.receiptsOf(ask);
    const sequences = all.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => b - a));
    expect(all.length).toBeGreaterThan(40);
    expect(all[0]).toMatchObject({
      agency: REQUESTER,
      databaseId: 1,
      recordId: '812',
      version: 1,
      action: 'READ',
      purpose: 'BORDER_SURVEILLANCE',
      fields: ['nationality', 'detectedAt'],
      basis: [{ agreement: 'AGR-2024-002', version: 1, article: '3.1' }],
    });
    expect(await views.receiptsOf({ ...ask, versions: [2] })).toEqual([]);
    expect(await views.receiptsOf({ ...ask, limit: 2 })).toEqual(all.slice(0, 2));
    expect(await views.receiptsOf({ ...ask, upToSequence: sequences[3] ?? 0 })).toEqual(all.slice(3));
    expect(await views.receiptsOf({ databaseId: 2, recordIds: ['812'] })).toEqual([]);
  });

  test('forgets what went into an archive, but for who received which record', async () => {
    const [kept, gone] = [await append({ justification: 'case 4711' }), await append({ asks: [] })];
    await views.index();
    await world.sql('select besa.ledger_forget($1, $2)', [kept, gone]);
    expect((await sequencesOf(REQUESTER)).filter((sequence) => sequence >= kept)).toEqual([]);
    expect((await sequencesOf(OWNER)).filter((sequence) => sequence >= kept)).toEqual([]);
    expect(await views.statistics(REQUESTER, { fromSequence: kept }, [])).toEqual([
      { group: {}, entries: 0, records: 0 },
    ]);
    const [newest] = await views.receiptsOf({ databaseId: 1, recordIds: ['812'], limit: 1 });
    expect(newest).toMatchObject({ sequence: kept, agency: REQUESTER, person: null, justification: null });
    expect(await world.sql(`select person, justification from besa.ledger_line where is_archived`)).toEqual(
      [REQUESTER, OWNER].map(() => ({ person: null, justification: null })),
    );
  });
});

function withoutOwner<Line extends { readonly owner: unknown; readonly disclosed?: unknown }>(line: Line): object {
  const { owner: _owner, disclosed: _disclosed, ...before } = line;
  return before;
}
