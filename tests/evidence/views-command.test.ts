/** `besa audit entries`, `record` and `reindex`. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyExport } from '../../src/audit/verify-export.js';
import type { CommandContext } from '../../src/cli/command.js';
import { fileLines } from '../../src/cli/file-lines.js';
import { programFor } from '../../src/cli/program.js';
import { createLedgerViews } from '../../src/persistence/ledger-views.js';
import { type WorldHub, worldHub } from '../journeys/world-hub.js';
import { DATABASE, OWNER, RECIPIENT, type Scene, traffic } from './views-scene.js';

let world: WorldHub;
let url: string;
let scene: Scene;
let folder: string;
beforeAll(async () => {
  world = await worldHub();
  url = await world.listen();
  scene = await traffic(world);
  folder = mkdtempSync(join(tmpdir(), 'besa-entries-'));
});
afterAll(async () => {
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function besa(agency: string, ...line: readonly string[]): Promise<{ printed: string; noted: string }> {
  const printed: string[] = [];
  const noted: string[] = [];
  const config = { environment: 'test', dataFolder: '', demo: 'off', client: { url, token: `${agency}:AUDITOR` } };
  const context = {
    config: () => config,
    terminal: {
      print: (text: string) => printed.push(text),
      note: (text: string) => noted.push(text),
      interactive: false,
      color: false,
    },
    withLedgerViews: async (work: (views: unknown, size: number) => Promise<unknown>) => {
      const views = createLedgerViews({ url: world.database.url, timeZone: 'Europe/Tirane' });
      return work(views, 1).finally(() => views.close());
    },
  } as unknown as CommandContext;
  await programFor(context).parseAsync(['audit', ...line], { from: 'user' });
  return { printed: printed.join('\n'), noted: noted.join('\n') };
}

const verdictOf = (path: string) => verifyExport(fileLines(path));

describe('`besa audit entries`', () => {
  test('writes a view that verifies, whole or filtered, compressed or not', async () => {
    for (const name of ['all.ndjson', 'all.ndjson.gz']) {
      const path = join(folder, name);
      expect((await besa(OWNER, 'entries', '--out', path)).printed).toBe(path);
      expect(await verdictOf(path)).toMatchObject({ kind: 'INTACT', of: 'VIEW', viewer: OWNER });
    }
    const some = join(folder, 'some.ndjson');
    await besa(
      OWNER,
      'entries',
      '--out',
      some,
      '--agency',
      RECIPIENT,
      '--record-type',
      'BorderCrossing',
      '--database',
      DATABASE,
    );
    expect(await verdictOf(some)).toMatchObject({ kind: 'INTACT', entries: 2 });
    await besa(OWNER, 'entries', '--out', join(folder, 'some.csv'), '--format', 'csv', '--agency', RECIPIENT);
    expect(readFileSync(join(folder, 'some.csv'), 'utf8').split('\n')).toHaveLength(5);
  });

  test('leaves nothing behind where it is refused', async () => {
    const before = readdirSync(folder);
    const path = join(folder, 'refused.ndjson');
    await expect(besa(OWNER, 'entries', '--out', path, '--from', 'yesterday')).rejects.toThrow('[BAD_USER_INPUT]');
    await expect(besa('', 'entries', '--out', path)).rejects.toThrow('[FORBIDDEN]');
    await expect(besa(OWNER, 'entries', '--out', path, '--format', 'xlsx')).rejects.toThrow('it is ndjson or csv');
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('`besa audit record`', () => {
  test('tells who received it, by id and by key', async () => {
    const { rows } = await world.owner.query<{ reference: string }>(
      `select c.national_reference as reference from records.border_crossing c
       join besa.shared_database d on d.id = c.database_id and d.code = $1
       join besa.ledger_receipt r on r.record_id = c.id and r.sequence = $2 limit 1`,
      [DATABASE, scene.page],
    );
    const key = JSON.stringify({ nationalReference: rows[0]?.reference });
    const { printed, noted } = await besa(OWNER, 'record', '--database', DATABASE, '--key', key);
    expect(printed).toMatch(
      new RegExp(`entry ${scene.page}  ${RECIPIENT}, tester: READ of version 1 for BORDER_SURVEILLANCE\n`),
    );
    expect(printed).toContain('under AGR-2024-002 v1 art. 3.1; nationality');
    expect(noted).toMatch(/^received (once|\d times)$/);
    const { printed: json } = await besa(OWNER, 'record', '--database', DATABASE, '--key', key, '--json');
    expect(JSON.parse(json)[0]).toMatchObject({ version: 1 });
  });

  test('says what is wrong', async () => {
    await expect(besa(OWNER, 'record', '--database', DATABASE)).rejects.toThrow('by `--key` or by `--id`');
    await expect(besa(OWNER, 'record', '--database', DATABASE, '--key', '{')).rejects.toThrow('it is JSON');
    const foreign = besa(RECIPIENT, 'record', '--database', DATABASE, '--key', '{"nationalReference":"x"}');
    await expect(foreign).rejects.toThrow(`no database of yours is called \`${DATABASE}\``);
  });
});

test('`besa audit reindex` makes the index anew', async () => {
  const count = async (): Promise<unknown> => (await world.owner.query('select count(*) from besa.ledger_line')).rows;
  const before = await count();
  const { printed } = await besa(OWNER, 'reindex');
  expect(printed).toMatch(/^the index of the ledger reaches entry \d+$/);
  expect(await count()).not.toEqual([{ count: '0' }]);
  await besa(OWNER, 'reindex');
  expect(Number(((await count()) as { count: string }[])[0]?.count)).toBeGreaterThanOrEqual(
    Number((before as { count: string }[])[0]?.count),
  );
});
