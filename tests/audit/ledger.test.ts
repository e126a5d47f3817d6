import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HubError } from '../../src/domain/errors.js';
import type { LedgerGuard } from '../../src/hub/ports.js';
import { appendStatement, createLedger } from '../../src/persistence/ledger.js';
import { type LedgerWorld, ledgerWorld } from './postgres-ledger.js';
import { sampleEntry } from './sample-entry.js';

let world: LedgerWorld;
beforeAll(async () => {
  world = await ledgerWorld();
});
afterAll(() => world.close());

const guard = async (changes: Partial<LedgerGuard> = {}): Promise<LedgerGuard> => {
  const [set] = await world.sql<{ version: string }>('select version from besa.agreement_set');
  return { setVersion: set?.version ?? '', validFrom: null, validUntil: null, ...changes };
};
const sizeOf = async (): Promise<number> =>
  Number((await world.sql('select max(size) as size from besa.ledger_head'))[0]?.size);
const hours = (count: number): Date => new Date(Date.now() + count * 3_600_000);

describe('an append', () => {
  test.each([
    'update besa.ledger_entry set body = body',
    'delete from besa.ledger_entry',
    'truncate besa.ledger_entry',
    'update besa.ledger_head set size = size',
    'delete from besa.ledger_head',
  ])('%s is refused', async (statement) => {
    await world.ledger.append(sampleEntry());
    await expect(world.sql(statement)).rejects.toThrow(/append-only|permission denied/);
  });

  test('under another version of the agreements writes nothing and says so', async () => {
    const size = await sizeOf();
    for (const setVersion of ['0', '999999']) {
      expect(await world.ledger.append(sampleEntry(), await guard({ setVersion }))).toEqual({ kind: 'STALE' });
    }
    expect(await sizeOf()).toBe(size);
  });

  test('outside the stretch of time its decision holds in writes nothing and says so', async () => {
    const size = await sizeOf();
    for (const window of [
      { validUntil: hours(-1) },
      { validFrom: hours(1) },
      { validFrom: hours(-2), validUntil: hours(-1) },
    ]) {
      expect(await world.ledger.append(sampleEntry(), await guard(window))).toEqual({ kind: 'STALE' });
    }
    expect(await sizeOf()).toBe(size);
  });

  test('at the very instant a stretch ends is stale, at the one it begins is not', async () => {
    const boundary = new Date('2031-05-01T00:00:00.000Z');
    await world.sql(
      `create or replace function besa.besa_now() returns timestamptz language sql stable as $$ select '${boundary.toISOString()}'::timestamptz $$`,
    );
    const ends = await world.ledger.append(sampleEntry(), await guard({ validUntil: boundary }));
    const begins = await world.ledger.append(sampleEntry(), await guard({ validFrom: boundary }));
    await world.sql(
      'create or replace function besa.besa_now() returns timestamptz language sql stable as $$ select statement_timestamp() $$',
    );
    expect([ends.kind, begins.kind]).toEqual(['STALE', 'APPENDED']);
  });

  test('in a transaction that would compare with the past is refused', async () => {
    const client = await world.connect();
    await client.query('begin isolation level repeatable read');
    const { text, values } = appendStatement(sampleEntry());
    await expect(client.query(text, [...values])).rejects.toThrow(/read committed/);
    await client.end();
  });

  test('takes the next sequence, and a repeated request id the one it has already', async () => {
    const entry = sampleEntry();
    const first = await world.ledger.append(entry, await guard());
    const again = await world.ledger.append(entry, await guard({ setVersion: '0' }));
    expect(first).toEqual({ kind: 'APPENDED', sequence: await sizeOf() });
    expect(again).toEqual(first);
  });

  test('an entry the database will not take is refused alone; its neighbours in the same call are written', async () => {
    await world.sql(`alter table besa.ledger_entry add constraint poison check (body not like '%poison%') not valid`);
    const appends = Array.from({ length: 40 }, (_, index) =>
      world.ledger.append(sampleEntry({ person: index % 13 === 5 ? 'poison' : 'officer' })).then(
        () => 'written',
        (error: unknown) => (error instanceof HubError ? error.code : error),
      ),
    );
    const results = await Promise.all(appends);
    await world.sql('alter table besa.ledger_entry drop constraint poison');
    expect(results).toEqual(results.map((_, index) => (index % 13 === 5 ? 'LEDGER_UNAVAILABLE' : 'written')));
    expect(await world.verify()).toMatchObject({ kind: 'INTACT' });
  });

  test.each(['no-uuid', `${randomUUID()}\n${randomUUID()}`])(
    'request id %j is refused before it reaches others',
    async (requestId) => {
      await expect(world.ledger.append(sampleEntry({ requestId }))).rejects.toMatchObject({
        code: 'LEDGER_UNAVAILABLE',
      });
    },
  );

  test.each(['-', 'ME-BP\nAL-BMP'])('agency %j cannot pass for another', async (agency) => {
    await expect(world.ledger.append(sampleEntry({ agency }))).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  });

  test('an operator of the hub has no agency, and no agency lists its entries', async () => {
    const appended = await world.ledger.append(sampleEntry({ agency: null }));
    expect(appended.kind).toBe('APPENDED');
    expect(await world.ledger.list('-', { limit: 5 })).toEqual([]);
  });

  test('64 at once through two hubs take one gapless sequence, and the tree stands', async () => {
    const other = createLedger({ url: world.url });
    const before = await sizeOf();
    const now = await guard();
    const appended = await Promise.all(
      Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? world.ledger : other).append(sampleEntry(), now)),
    );
    await other.close();
    const sequences = appended
      .map((result) => (result.kind === 'APPENDED' ? result.sequence : -1))
      .sort((a, b) => a - b);
    expect(sequences).toEqual(Array.from({ length: 64 }, (_, index) => before + 1 + index));
    expect(await world.verify()).toMatchObject({ kind: 'INTACT', size: before + 64 });
  });

  test('gives each part of each entry a salt of its own', async () => {
    await Promise.all(Array.from({ length: 600 }, () => world.ledger.append(sampleEntry())));
    const [salts] =
      await world.sql(`select count(distinct salt[1])::int as distinct, count(*)::int as all, min(length(salt[1])) as length
      from besa.ledger_entry, regexp_matches(body, '"(?:salt|padding)":"([0-9a-f]*)"', 'g') salt`);
    expect(salts).toMatchObject({ distinct: salts?.all, length: 32 });
    expect(Number(salts?.all)).toBeGreaterThanOrEqual(600 * 5);
  });

  test('waiting entries share calls: 200 at once make far fewer heads', async () => {
    const [before] = await world.sql('select count(*)::int as count from besa.ledger_head');
    await Promise.all(Array.from({ length: 200 }, () => world.ledger.append(sampleEntry())));
    const [after] = await world.sql('select count(*)::int as count from besa.ledger_head');
    expect(Number(after?.count) - Number(before?.count)).toBeLessThan(10);
  });
});

describe('a connection that was there when the ledger was small', () => {
  test('never reads all of it: what it has planned stays good while the ledger grows', async () => {
    const own = await ledgerWorld();
    const client = await own.connect();
    for (let count = 0; count < 30; count += 1) {
      const { text, values } = appendStatement(sampleEntry());
      await client.query({ name: 'append', text, values: [...values] });
    }
    await client.query('select pg_stat_force_next_flush()');
    await client.query('select 1');
    const scans = await client.query(
      `select relname from pg_stat_user_tables where schemaname = 'besa' and relname in ('ledger_entry', 'ledger_head') and seq_scan > 1`,
    );
    expect(scans.rows).toEqual([]);
    await client.end();
    await own.close();
  });
});

describe('the list of an agency', () => {
  test('holds no entry of another agency', async () => {
    await world.ledger.append(sampleEntry({ agency: 'RS-BP' }));
    const listed = await world.ledger.list('ME-BP', { limit: 1_000 });
    expect(new Set(listed.map(({ entry }) => entry.agency))).toEqual(new Set(['ME-BP']));
  });

  test('is newest first, and goes on before a sequence', async () => {
    for (let count = 0; count < 5; count += 1)
      await world.ledger.append(sampleEntry({ agency: 'XK-BP', person: `officer-${count}` }));
    const first = await world.ledger.list('XK-BP', { limit: 3 });
    const rest = await world.ledger.list('XK-BP', { limit: 3, beforeSequence: first[2]?.sequence ?? 0 });
    expect([...first, ...rest].map(({ entry }) => entry.person)).toEqual([4, 3, 2, 1, 0].map((n) => `officer-${n}`));
    expect(first[0]?.at).toBeInstanceOf(Date);
  });

  test('gives back the entry as it was appended', async () => {
    const entry = sampleEntry({ agency: 'MK-BP', justification: 'case 7 / “quoted”', subject: { b: 1, a: null } });
    await world.ledger.append(entry);
    expect((await world.ledger.list('MK-BP', { limit: 1 }))[0]?.entry).toEqual(entry);
  });
});
