/** `npm run test:long -- disk-full`: a disk that is full, once under the ledger's tables and once under the write-ahead log. */
import { cpSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { runningUrl } from '../../src/persistence/embedded-postgres.js';
import { cleanUp } from '../start/process.js';
import { CrashHub, register, type Told } from './crash-hub.js';
import { csvOf } from './crash-load.js';
import { SmallDisk } from './small-disk.js';

/** How soon a request is refused when there is no room, and how soon one is answered when there is room again. */
const REFUSED_MS_MAX = 10_000;
const HEALED_MS_MAX = 15_000;
const PAGE = '{ borderCrossings(purpose: DATA_QUALITY, first: 5) { nodes { nationalReference } } }';
const LEDGER_AWAY = '"code":"LEDGER_UNAVAILABLE"';
const AWAY = /"code":"(LEDGER|SOURCE)_UNAVAILABLE"/;

interface Asked {
  readonly told: Told;
  readonly tookMs: number;
}

const hubs: CrashHub[] = [];
const disks: SmallDisk[] = [];
afterAll(async () => {
  for (const disk of disks) disk.makeRoom();
  for (const hub of hubs) await hub.stop();
  cleanUp();
  for (const disk of disks) disk.remove();
});

async function loadedHub(): Promise<CrashHub> {
  const hub = new CrashHub();
  hubs.push(hub);
  await hub.start();
  await register(hub);
  expect((await hub.import(csvOf(0), 'QA-P:STEWARD')).status).toBe(200);
  return hub;
}

async function asked(hub: CrashHub): Promise<Asked> {
  const begunMs = performance.now();
  const told = await hub.ask(PAGE, 'QA-P:ANALYST');
  return { told, tookMs: performance.now() - begunMs };
}

/** Asks until it is refused: up to then there was room in pages that exist. @returns what was answered before, and the refusal */
async function untilRefused(hub: CrashHub): Promise<{ readonly answered: readonly Told[]; readonly refused: Asked }> {
  const answered: Told[] = [];
  for (;;) {
    const refused = await asked(hub);
    if (refused.told.status !== 200) return { answered, refused };
    answered.push(refused.told);
  }
}

/** Milliseconds until a page is answered again. */
async function untilAnswered(hub: CrashHub): Promise<number> {
  const begunMs = performance.now();
  for (;;) {
    const { told } = await asked(hub);
    if (told.status === 200) return performance.now() - begunMs;
    expect(told.text).toMatch(AWAY);
    if (performance.now() - begunMs > HEALED_MS_MAX) throw new Error(`not healed: ${told.text}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function entered(hub: CrashHub, answers: readonly Told[]): Promise<number> {
  const ids = answers.map(({ requestId }) => requestId);
  const rows = await hub.sql('select from besa.ledger_entry where request_id = any ($1::uuid[])', [ids]);
  return rows.length;
}

async function asSuperuser(hub: CrashHub, statements: (client: Client) => Promise<void>): Promise<void> {
  const url = new URL(runningUrl(hub.clusterFolder) ?? '');
  url.username = 'postgres';
  const client = new Client({ connectionString: url.toString() });
  await client.connect();
  await statements(client);
  await client.end();
}

const clusterOf = (hub: CrashHub): string => join(hub.clusterFolder, 'cluster');

describe('no room for the ledger’s tables', () => {
  const disk = new SmallDisk(16);
  disks.push(disk);
  let hub: CrashHub;
  beforeAll(async () => {
    hub = await loadedHub();
    const location = disk.folder('tables', clusterOf(hub));
    await asSuperuser(hub, async (client) => {
      await client.query(`create tablespace small location '${location}'`);
      const { rows } = await client.query<{ name: string; kind: string }>(
        `select c.oid::regclass::text as name, case c.relkind when 'r' then 'table' else 'index' end as kind
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where n.nspname = 'besa' and c.relname like 'ledger%' and c.relkind in ('r', 'i')`,
      );
      for (const { name, kind } of rows) await client.query(`alter ${kind} ${name} set tablespace small`);
    });
    disk.fill();
  }, 120_000);

  test('a read is refused within seconds, and no data leaves', async () => {
    const { answered, refused } = await untilRefused(hub);
    expect(refused.told.status).toBe(503);
    expect(refused.told.text).toContain(LEDGER_AWAY);
    expect(refused.told.text).not.toContain('B0-');
    expect(refused.told.retryAfter).not.toBeNull();
    expect(refused.tookMs).toBeLessThan(REFUSED_MS_MAX);
    expect(await entered(hub, answered)).toBe(answered.length);
  });

  test('an act and an import are refused, and change nothing; the rest of the database goes on', async () => {
    const query = 'mutation ($input: RegisterPartnerInput!) { registerPartner(input: $input) { userErrors { code } } }';
    // A small entry may still fit into a page where a larger one did not: until that is full as well.
    const codes = Array.from({ length: 26 }, (_, index) => `QC${String.fromCharCode(65 + index)}`);
    const taken: string[] = [];
    let told = '';
    for (const code of codes) {
      told = (await hub.ask(query, ':OPERATOR', { input: { code, name: 'a partner' } })).text;
      if (told.includes(LEDGER_AWAY)) break;
      taken.push(code);
    }
    expect(told).toContain(LEDGER_AWAY);
    const partners = await hub.sql<{ code: string }>(
      `select code from besa.partner where code like 'QC%' order by code`,
    );
    expect(partners.map(({ code }) => code)).toEqual(taken);
    expect((await hub.import(csvOf(1), 'QA-P:STEWARD')).text).toContain(LEDGER_AWAY);
    const batches = await hub.sql<{ batch: string }>(
      `select distinct substring(national_reference from 1 for 2) as batch from records.border_crossing`,
    );
    expect(batches).toEqual([{ batch: 'B0' }]);
    expect((await hub.get('/livez')).status).toBe(200);
  });

  test('it heals by itself once there is room, and the ledger verifies', async () => {
    disk.makeRoom();
    expect(await untilAnswered(hub)).toBeLessThan(HEALED_MS_MAX);
    expect((await hub.import(csvOf(1), 'QA-P:STEWARD')).status).toBe(200);
    expect(await hub.verify()).toMatchObject({ code: 0 });
  });
});

describe('no room for the write-ahead log', () => {
  const disk = new SmallDisk(112);
  disks.push(disk);
  let hub: CrashHub;
  const answered: Told[] = [];
  beforeAll(async () => {
    hub = await loadedHub();
    await hub.stop();
    const log = join(clusterOf(hub), 'pg_wal');
    const moved = disk.folder('wal', clusterOf(hub));
    cpSync(log, moved, { recursive: true, preserveTimestamps: true });
    rmSync(log, { recursive: true });
    symlinkSync(moved, log);
    await hub.start();
    disk.fill();
  }, 120_000);

  test('PostgreSQL falls, every request is refused, and no data leaves', async () => {
    // Imports use the log up; what was answered until then is there for good.
    for (let batch = 1; ; batch += 1) {
      const told = await hub.import(csvOf(batch, 5_000), 'QA-P:STEWARD');
      if (told.status !== 200) {
        expect(told.text).toMatch(AWAY);
        break;
      }
      answered.push(told);
    }
    const refused = await asked(hub);
    expect([refused.told.status, AWAY.test(refused.told.text)]).toEqual([503, true]);
    expect(refused.told.text).not.toContain('B0-');
    expect(refused.tookMs).toBeLessThan(REFUSED_MS_MAX);
    expect(readFileSync(join(hub.clusterFolder, 'postgres.log'), 'utf8')).toContain('No space left on device');
  }, 120_000);

  test('it recovers by itself once there is room: nothing answered is lost, and the ledger verifies', async () => {
    disk.makeRoom();
    expect(await untilAnswered(hub)).toBeLessThan(HEALED_MS_MAX);
    expect(await entered(hub, answered)).toBe(answered.length);
    expect(await hub.verify()).toMatchObject({ code: 0 });
  }, 60_000);
});
