/** What is disclosed while a record is corrected: its recipient is told, whenever its entry comes. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { tellUntold } from '../../src/hub/evidence/tell-recipients.js';
import type { Ports } from '../../src/hub/ports.js';
import { type Acted, DATABASE, type OwnRecord, type QualityWorld, qualityWorld } from './quality-world.js';

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

/** Does something before the n-th call of a port's method, once; or instead of it, and then the call fails. */
function interrupt<Port extends 'ledger' | 'corrections'>(
  port: Port,
  method: keyof Ports[Port],
  calls: number,
  when: 'BEFORE' | 'FAIL',
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
    if (left === 0) await act();
    if (left === 0 && when === 'FAIL') throw new Error('the process ended here');
    return original(...args);
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

const NEW_VERSION = 2;
const tell = () => tellUntold(world.hub);

/** Notices of the n-th record to the agency that reads here, the newest first. */
async function told(n: number) {
  const purposes = ['BORDER_SURVEILLANCE', 'RISK_ANALYSIS'];
  const ids = purposes.map((purpose) => world.hub.seal.sealIds({ agency: 'MK-BP', purpose }, [rawOf(n)])[0]);
  const notices = await world.notices('MK-BP', 'RECEIVED');
  return notices.filter(({ records }) => records.nodes.some((one) => one.ids.some(({ id }) => ids.includes(id))));
}

describe('an answer that is under way while a record is corrected', () => {
  test('is given, comes to the ledger behind the act, and is told of by the next run of the job', async () => {
    let acted: Acted | undefined;
    interrupt('ledger', 'append', 1, 'BEFORE', async () => {
      acted = await correct(0, 101);
    });
    expect(await persons(0)).toMatchObject({ version: 1 });
    expect(acted).toMatchObject({ record: { version: NEW_VERSION }, notices: [], userErrors: [] });
    expect(await told(0)).toEqual([]);
    expect(await tell()).toBe(1);
    const [notice, ...others] = await told(0);
    expect(others).toEqual([]);
    expect(notice?.records.nodes).toMatchObject([{ versions: [1], currentVersion: 2, fields: ['personsCount'] }]);
    expect(await tell()).toBe(0);
  });

  test('is told of when it is entered before the act, too', async () => {
    interrupt('corrections', 'apply', 1, 'BEFORE', () => persons(1));
    const { notices } = await correct(1, 102);
    expect(notices?.map(({ recipient }) => recipient)).toEqual(['MK-BP']);
  });

  test('and was told already, is told of what is new, once', async () => {
    await persons(2);
    interrupt('ledger', 'append', 1, 'BEFORE', () => correct(2, 103));
    await world.read('MK-BP', 'personsCount', 'RISK_ANALYSIS');
    await tell();
    await persons(2);
    expect((await told(2)).map(({ records }) => records.nodes[0]?.ids.map(({ purpose }) => purpose))).toEqual([
      ['BORDER_SURVEILLANCE', 'RISK_ANALYSIS'],
      ['BORDER_SURVEILLANCE'],
    ]);
    await world.hub.ledgerViews.reset();
    await Promise.all([tell(), tell(), tell()]);
    expect(await told(2)).toHaveLength(2);
  });

  test('and whose record is erased meanwhile is told of too', async () => {
    interrupt('ledger', 'append', 1, 'BEFORE', () =>
      world.act('eraseRecord', { key: { nationalReference: nth(10).nationalReference }, reason: 'UNLAWFUL' }),
    );
    expect(await persons(10)).toMatchObject({ version: 1 });
    expect(await persons(10)).toBeUndefined();
    await tell();
    expect(await told(10)).toMatchObject([{ kind: 'ERASED', recordCount: 1, status: 'OPEN' }]);
  });

  test('has the days that it was told too late added to its duty', async () => {
    await persons(7);
    interrupt('corrections', 'tell', 1, 'FAIL', async () => undefined);
    const { record, notices } = await correct(7, 107);
    expect({ record, notices }).toMatchObject({ record: { version: NEW_VERSION }, notices: null });
    const now = new Date((await world.rows<{ now: Date }>('select besa.besa_now() as now'))[0]?.now ?? 0);
    await world.setClock(new Date(now.getTime() + 3 * 86_400_000));
    await tell();
    expect(await told(7)).toMatchObject([{ dueAt: '2026-12-26T23:00:00.000Z', status: 'OPEN' }]);
    await world.setClock(now);
  });
});

describe('acts at the same time', () => {
  test('on one record come one after the other', async () => {
    const done = await Promise.all([correct(3, 104), correct(3, 105), correct(3, 106)]);
    expect(done.map(({ record }) => record?.version).sort()).toEqual([2, 3, 4]);
  });

  test('among many disclosures leave nobody with an old version who was not told, and tell nobody twice', async () => {
    await Promise.all([4, 5, 6, 4, 5, 6].flatMap((n, turn) => [persons(n), correct(n, 200 + turn), persons(n)]));
    await tell();
    const owed = await world.rows<{ times: number }>(
      `select (select count(*)::int from besa.quality_notice n
          join besa.quality_notice_record q on q.notice = n.number
          where n.act = v.act and n.recipient = l.agency and q.record_id = r.record_id and r.version = any (q.versions)) as times
      from besa.ledger_receipt r
      join besa.ledger_line l on l.sequence = r.sequence and l.perspective = 'OWNER'
      join besa.record_version v on (v.database_id, v.record_id) = (r.database_id, r.record_id) and v.version >= r.version
      where v.record_id = any ($1::bigint[])`,
      [[4, 5, 6].map((n) => rawOf(n).id)],
    );
    expect(owed.length).toBeGreaterThan(10);
    expect(owed.filter(({ times }) => times === 0)).toEqual([]);
    expect(await world.rows('select from besa.quality_untold')).toEqual([]);
  });

  test('do not touch the agreements: nobody decides again because of them', async () => {
    const version = () => world.rows('select version from besa.agreement_set');
    const before = await version();
    await correct(8, 108);
    await world.act('eraseRecord', { key: { nationalReference: nth(9).nationalReference }, reason: 'UNLAWFUL' });
    expect(await version()).toEqual(before);
  });
});
