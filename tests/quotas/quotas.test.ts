/** The accounts of quotas in PostgreSQL, asked by two processes' worth of connections. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import type { QuotaUnit } from '../../src/domain/clause.js';
import type { QuotaAccount } from '../../src/domain/decision.js';
import { isBeyond, type QuotaAmounts } from '../../src/domain/quota.js';
import type { QuotaCharge } from '../../src/hub/ports.js';
import { PostgresQuotas } from '../../src/persistence/quotas.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';

let database: TestDatabase;
let owner: Client;
let hubs: readonly [PostgresQuotas, PostgresQuotas];
beforeAll(async () => {
  database = await freshDatabase();
  owner = new Client({ connectionString: database.url });
  await owner.connect();
  const secret = Buffer.alloc(32, 1);
  hubs = [new PostgresQuotas({ url: database.url, secret }), new PostgresQuotas({ url: database.url, secret })];
});
afterAll(async () => {
  for (const hub of hubs ?? []) await hub.close();
  await owner?.end();
  await database?.drop();
});

let accounts = 0;
const HOUR_MS = 3_600_000;
const account = (limits: { readonly [unit in QuotaUnit]?: number }, hours = 1): QuotaAccount => {
  accounts += 1;
  const now = Date.now();
  const from = new Date(now - HOUR_MS);
  return {
    key: `AGR-1|${accounts}|AA|BB|day`,
    limits: { ...limits, per: 'day' },
    from,
    until: new Date(now + hours * HOUR_MS),
  };
};
const usedOf = async (one: QuotaAccount): Promise<QuotaAmounts> => (await hubs[0].usesOf([one]))[0]?.used ?? {};

test('an account of a day that is over, or has not begun, is stale and not charged', async () => {
  const present = account({ requests: 5 });
  const over = account({ requests: 5 }, -0.5);
  const charges = [present, over].map((one) => ({ account: one, amounts: { requests: 1 } }));
  expect(await hubs[0].charge(charges)).toEqual({ kind: 'STALE' });
  const ahead = { ...present, from: new Date(Date.now() + HOUR_MS / 2) };
  expect(await hubs[0].charge([{ account: ahead, amounts: { requests: 1 } }])).toEqual({ kind: 'STALE' });
  expect(await usedOf(present)).toEqual({});
});

test('of several accounts one that is too short keeps all from being charged, and alone counts the refusal', async () => {
  const wide = account({ requests: 5 });
  const short = account({ records: 9 });
  const charges: readonly QuotaCharge[] = [
    { account: wide, amounts: { requests: 1 } },
    { account: short, amounts: { records: 10 } },
  ];
  expect(await hubs[0].charge(charges)).toEqual({ kind: 'EXHAUSTED', keys: [short.key] });
  expect(await hubs[1].usesOf([wide, short])).toMatchObject([
    { used: { requests: 0 }, refused: 0 },
    { used: { records: 0 }, refused: 1 },
  ]);
});

test('a subject is counted once in a period, and no id is kept', async () => {
  const one = account({ subjects: 100 });
  const id = '4611686018427387904';
  const settle = async (ids: readonly string[]): Promise<void> => {
    await hubs[0].charge([{ account: one, amounts: { subjects: 50 } }]);
    const subjects = ids.map((raw) => ({ databaseId: 7, id: raw }));
    await hubs[1].settle([{ account: one, recordsBack: 0, subjectsCharged: 50, subjects }]);
  };
  await settle([id, '2', '3']);
  await settle([id, '4', '4']);
  expect((await usedOf(one)).subjects).toBe(4);
  const { rows } = await owner.query<{ text: string }>('select q::text as text from besa.quota_subject q');
  expect(rows).toHaveLength(4);
  expect(rows.some(({ text }) => text.includes(id) || text.includes(BigInt(id).toString(16)))).toBe(false);
  const other = account({ subjects: 100 });
  await hubs[0].charge([{ account: other, amounts: { subjects: 1 } }]);
  const subjects = [{ databaseId: 7, id }];
  await hubs[0].settle([{ account: other, recordsBack: 0, subjectsCharged: 1, subjects }]);
  const marks = await owner.query('select distinct mark from besa.quota_subject');
  expect(marks.rows).toHaveLength(5);
});

test('marks of an earlier period go when the next is counted', async () => {
  const one = account({ subjects: 100 });
  const earlier = new Date(one.from.getTime() - 24 * HOUR_MS);
  await owner.query(
    'insert into besa.quota_subject select $1, $2, sha256(n::text::bytea) from generate_series(1, 30) n',
    [one.key, earlier],
  );
  await hubs[0].charge([{ account: one, amounts: { subjects: 1 } }]);
  await hubs[0].settle([{ account: one, recordsBack: 0, subjectsCharged: 1, subjects: [{ databaseId: 7, id: '1' }] }]);
  const { rows } = await owner.query<{ from: Date }>(
    'select distinct period_from as "from" from besa.quota_subject where key = $1',
    [one.key],
  );
  expect(rows).toEqual([{ from: one.from }]);
});

test('a charge inside a transaction that does not see what others did is refused', async () => {
  await owner.query('begin isolation level repeatable read');
  await expect(owner.query(`select besa.charge('[]')`)).rejects.toThrow('charge needs read committed');
  await owner.query('rollback');
});

test('a database that does not answer lets nothing be read', async () => {
  const nowhere = new PostgresQuotas({ url: 'postgres://besa@127.0.0.1:1/none', secret: Buffer.alloc(32) });
  const charging = nowhere.charge([{ account: account({ requests: 1 }), amounts: { requests: 1 } }]);
  await expect(charging).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  await nowhere.close();
});

test('however many ask at once, what is charged is the sum of what was granted, and never beyond the limit', async () => {
  const amount = fc.integer({ min: 0, max: 6 });
  const asks = fc.array(fc.tuple(amount, amount, fc.boolean()), { minLength: 8, maxLength: 24 });
  await fc.assert(
    fc.asyncProperty(asks, async (wanted) => {
      const both = [account({ requests: 20 }), account({ records: 30, requests: 25 })] as const;
      const granted = await Promise.all(
        wanted.map(async ([first, second, isTurned], index) => {
          const charges = [
            { account: both[0], amounts: { requests: first } },
            { account: both[1], amounts: { records: second, requests: first } },
          ];
          // In either order: locks are taken in one.
          const charged = await (hubs[index % 2] ?? hubs[0]).charge(isTurned ? charges.reverse() : charges);
          return charged.kind === 'CHARGED' ? ([first, second] as const) : null;
        }),
      );
      const sum = (place: 0 | 1): number => granted.reduce((total, one) => total + (one?.[place] ?? 0), 0);
      const used = await hubs[1].usesOf(both);
      expect(used.map((use) => use.used)).toMatchObject([{ requests: sum(0) }, { requests: sum(0), records: sum(1) }]);
      both.forEach(({ limits }, index) => {
        expect(isBeyond(limits, used[index]?.used ?? {}, {})).toBe(false);
      });
      // What was refused would not fit now either: the sums only grew since.
      wanted.forEach(([first, second], index) => {
        if (granted[index] !== null) return;
        const fits = sum(0) + first <= 20 && sum(1) + second <= 30;
        expect(fits).toBe(false);
      });
    }),
    { numRuns: 40, seed: 20261123 },
  );
});
