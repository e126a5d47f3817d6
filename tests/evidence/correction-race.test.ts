/** What is disclosed while a record is corrected: its recipient is told, or it was given the new version. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Ports } from '../../src/hub/ports.js';
import { DATABASE, type OwnRecord, type QualityWorld, qualityWorld } from './quality-world.js';

let world: QualityWorld;
let records: readonly OwnRecord[];
/** raw ids by key: the owner's connection of the tests takes one statement at a time */
let raw: ReadonlyMap<string, { readonly databaseId: number; readonly id: string }>;
let restore: () => void = () => {};
beforeAll(async () => {
  world = await qualityWorld();
  records = await world.own(12);
  const rows = await world.rows<{ databaseId: number; id: string; key: string }>(
    'select database_id as "databaseId", id::text as id, national_reference as key from records.border_crossing',
  );
  raw = new Map(rows.map(({ key, ...ids }) => [key, ids]));
}, 60_000);
afterEach(() => restore());
afterAll(() => world?.close());

const nth = (n: number): OwnRecord => {
  const record = records[n];
  if (record === undefined) throw new Error('the section has too few records');
  return record;
};
const correct = (n: number, personsCount: number) =>
  world.act('correctRecord', { key: { nationalReference: nth(n).nationalReference }, changes: { personsCount } });

/** Calls `before` when the port's method is called for the n-th time, once. */
function interrupt<Port extends 'ledger' | 'ledgerViews'>(
  port: Port,
  method: keyof Ports[Port],
  calls: number,
  when: 'BEFORE' | 'AFTER',
  act: () => Promise<unknown>,
): void {
  const target = world.hub[port] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const name = String(method);
  const original = target[name]?.bind(target);
  if (original === undefined) throw new Error(`there is no ${name}`);
  const own = Object.getOwnPropertyDescriptor(target, name);
  restore = () => {
    if (own === undefined) delete target[name];
    else Object.defineProperty(target, name, own);
    restore = () => {};
  };
  let left = calls;
  target[name] = async (...args) => {
    left -= 1;
    if (left === 0 && when === 'BEFORE') await act();
    const done = await original(...args);
    if (left === 0 && when === 'AFTER') await act();
    return done;
  };
}

/** The number of persons that an agency reads of the n-th record, and its version. */
async function persons(n: number): Promise<{ readonly personsCount: number; readonly version: number } | undefined> {
  const query = `{ borderCrossings(purpose: BORDER_SURVEILLANCE, databases: ["${DATABASE}"], first: 1000) { nodes { personsCount version id } } }`;
  const { body } = await world.ask(query, 'MK-BP:ANALYST');
  const { nodes } = (
    body.data as { borderCrossings: { nodes: { id: string; personsCount: number; version: number }[] } }
  ).borderCrossings;
  const [sealed] = world.hub.seal.sealIds({ agency: 'MK-BP', purpose: 'BORDER_SURVEILLANCE' }, [rawOf(n)]);
  return nodes.find(({ id }) => id === sealed);
}

function rawOf(n: number): { readonly databaseId: number; readonly id: string } {
  const ids = raw.get(nth(n).nationalReference);
  if (ids === undefined) throw new Error('the record is gone');
  return ids;
}

/** Receipts of a version that stand behind the entry of the act that replaced it. There must be none. */
async function belated(): Promise<readonly object[]> {
  await world.hub.ledgerViews.index();
  return world.rows(`select r.sequence, r.version from besa.ledger_receipt r
    join besa.record_version v on v.database_id = r.database_id and v.record_id = r.record_id and v.version >= r.version
    join besa.quality_act a on a.number = v.act where r.sequence > a.sequence`);
}

describe('a disclosure that meets a correction', () => {
  test('and comes to the ledger behind it reads again: nobody gets the old version any more', async () => {
    interrupt('ledger', 'append', 1, 'BEFORE', () => correct(0, 101));
    expect(await persons(0)).toMatchObject({ personsCount: 101, version: 2 });
    expect(await belated()).toEqual([]);
  });

  test('and comes in between the first look at the recipients and the commit is told of', async () => {
    interrupt('ledgerViews', 'receiptsOf', 1, 'AFTER', () => persons(1));
    const { notices } = await correct(1, 102);
    expect(notices?.map(({ recipient }) => recipient)).toEqual(['MK-BP']);
    expect(await belated()).toEqual([]);
  });

  test('and comes while the recipients are worked out for good waits, and reads the new version', async () => {
    let waiting: ReturnType<typeof persons> | undefined;
    interrupt('ledgerViews', 'receiptsOf', 2, 'AFTER', async () => {
      waiting = persons(2);
    });
    await correct(2, 103);
    expect(await waiting).toMatchObject({ personsCount: 103, version: 2 });
    expect(await belated()).toEqual([]);
  });
});

describe('acts at the same time', () => {
  test('on one record come one after the other', async () => {
    const done = await Promise.all([correct(3, 104), correct(3, 105), correct(3, 106)]);
    expect(done.map(({ record }) => record?.version).sort()).toEqual([2, 3, 4]);
  });

  test('among many disclosures leave nobody with an old version who was not told', async () => {
    await Promise.all([4, 5, 6, 4, 5, 6].flatMap((n, turn) => [persons(n), correct(n, 200 + turn), persons(n)]));
    expect(await belated()).toEqual([]);
    const owed = await world.rows<{ isTold: boolean }>(`select exists (
        select from besa.quality_notice n join besa.quality_notice_record q on q.notice = n.number
        where n.act = a.number and n.recipient = l.agency and q.record_id = r.record_id and r.version = any (q.versions)) as "isTold"
      from besa.ledger_receipt r
      join besa.ledger_line l on l.sequence = r.sequence and l.perspective = 'OWNER'
      join besa.record_version v on (v.database_id, v.record_id) = (r.database_id, r.record_id) and v.version >= r.version
      join besa.quality_act a on a.number = v.act`);
    expect(owed.length).toBeGreaterThan(10);
    expect(owed.filter(({ isTold }) => !isTold)).toEqual([]);
  });
});
