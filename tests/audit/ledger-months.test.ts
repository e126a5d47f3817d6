/** The ledger in months: entries of before there were any, and what holds for each table of entries. */
import { hash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import { Client } from 'pg';
import { MIGRATIONS } from '../../migrations/index.js';
import { verify } from '../../src/audit/verify.js';
import { createLedger, type PostgresLedger } from '../../src/persistence/ledger.js';
import { withLedger } from '../../src/persistence/ledger-reader.js';
import { migrate } from '../../src/persistence/migrate.js';
import { emptyDatabase } from '../postgres.js';
import { sampleEntry } from './sample-entry.js';

const BEFORE = MIGRATIONS.findIndex(({ name }) => name.endsWith('12-ledger-parts'));
const OLD_ENTRIES = 5;

let database: Awaited<ReturnType<typeof emptyDatabase>>;
let owner: Client;
let ledger: PostgresLedger;

/** As a hub of before appended: the whole entry on one line, and no content beside it. */
async function appendOld(): Promise<void> {
  const { requestId, ...rest } = sampleEntry({ requestId: randomUUID(), asks: [] });
  const salt = hash('sha256', requestId, 'hex').slice(32);
  const body = canonicalize({ entry: { ...rest, requestId }, format: 1, salt });
  await owner.query(
    `select besa.ledger_append(array[$1::uuid], array['ME-BP'], array[$2], array[null]::bigint[],
      array[null]::timestamptz[], array[null]::timestamptz[])`,
    [requestId, body],
  );
}

beforeAll(async () => {
  database = await emptyDatabase();
  await migrate(database.url, MIGRATIONS.slice(0, BEFORE));
  owner = new Client({ connectionString: database.url });
  await owner.connect();
  for (let n = 0; n < OLD_ENTRIES; n += 1) await appendOld();
  await migrate(database.url);
  ledger = createLedger({ url: database.url });
});
afterAll(async () => {
  await ledger.close();
  await owner.end();
  await database.drop();
});

const verdict = () => withLedger(database.url, ({ chunks }) => verify(chunks));
const tables = async (): Promise<readonly string[]> => {
  const { rows } = await owner.query<{ name: string }>(
    `select 'besa.' || relname as name from pg_inherits join pg_class c on c.oid = inhrelid where inhparent = 'besa.ledger_entry'::regclass order by 1`,
  );
  return rows.map(({ name }) => name);
};

describe('a ledger of before there were months', () => {
  test('goes on with the next sequence, and verifies as one with what was there', async () => {
    expect(await ledger.append(sampleEntry())).toEqual({ kind: 'APPENDED', sequence: OLD_ENTRIES + 1 });
    expect(await verdict()).toMatchObject({ kind: 'INTACT', size: OLD_ENTRIES + 1 });
    const { rows } = await owner.query('select count(*)::int as count from besa.ledger_entry_before');
    expect(rows).toEqual([{ count: OLD_ENTRIES + 1 }]);
  });

  test('still tells its agency what it did', async () => {
    const entries = await ledger.list('ME-BP', { limit: 10 });
    expect(entries.map(({ sequence }) => sequence)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(entries.at(-1)?.entry).toMatchObject({ person: 'officer-7', asks: [] });
  });
});

describe('each table of entries', () => {
  test('refuses updates, deletions and truncation by itself, whichever it is', async () => {
    await owner.query(`select besa.ledger_make_month('2031-05-17')`);
    expect(await tables()).toContain('besa.ledger_entry_2031_05');
    for (const table of ['besa.ledger_entry', ...(await tables())]) {
      // As a superuser would: past the privileges, to the trigger.
      await owner.query(`grant update, delete, truncate on ${table} to current_user`);
      for (const change of [`update ${table} set agency = ''`, `delete from ${table}`, `truncate ${table}`]) {
        await expect(owner.query(change)).rejects.toThrow(/append-only/);
      }
      await owner.query(`revoke update, delete, truncate on ${table} from current_user`);
      await expect(owner.query(`delete from ${table}`)).rejects.toThrow(/permission denied/);
    }
  });

  test('is made once: a month that is there, or lies in another table, stays where it is', async () => {
    const made = async (day: string): Promise<boolean> => {
      const { rows } = await owner.query<{ made: boolean }>('select besa.ledger_make_month($1::date) as made', [day]);
      return rows[0]?.made === true;
    };
    expect(await made('2032-02-29')).toBe(true);
    expect(await made('2032-02-01')).toBe(false);
    expect(await made('2001-01-01')).toBe(false);
  });

  test('takes entries of any instant, so that a forgotten month stops nobody', async () => {
    await owner.query(
      `create or replace function besa.besa_now() returns timestamptz language sql stable as $$ select timestamptz '2099-12-31 23:59:59Z' $$`,
    );
    const { sequence } = (await ledger.append(sampleEntry())) as { readonly sequence: number };
    const { rows } = await owner.query('select sequence::int from besa.ledger_entry_default');
    expect(rows).toEqual([{ sequence }]);
    expect(await verdict()).toMatchObject({ kind: 'INTACT' });
  });
});
