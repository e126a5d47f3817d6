/** What stands in the files of an archive, and how an operator makes and checks them. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import type { CommandConfig, CommandContext } from '../../src/cli/command.js';
import { CommandFailure } from '../../src/cli/command.js';
import { programFor } from '../../src/cli/program.js';
import { archiveLedger } from '../../src/persistence/ledger-archive.js';
import { withLedger } from '../../src/persistence/ledger-reader.js';
import { checkLedger } from '../../src/start/ledger-check.js';
import { dataOf, type WorldHub, worldHub } from '../journeys/world-hub.js';
import { WORLD_NOW } from '../world.js';
import { linesIn } from './archive-world.js';

const FILE = 'ledger-2026-11.ndjson.gz';
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** `nationalReference` is searched for by value: it names one record. */
const PAGE = `query { borderCrossings(first: 50, purpose: BORDER_SURVEILLANCE) { nodes { nationalReference detectedAt borderSection } } }`;

let world: WorldHub;
let folder: string;
const printed: string[] = [];
beforeAll(async () => {
  world = await worldHub();
  folder = mkdtempSync(join(tmpdir(), 'besa-archive-content-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world.close();
});

const unused = (): never => {
  throw new Error('this command has no use for it');
};

/** @param config absent: a rule of a year */
function run(args: readonly string[], config: Partial<CommandConfig> = { ledgerKeptMonths: 12 }): Promise<unknown> {
  const { url } = world.database;
  const context = {
    config: () => config as CommandConfig,
    openDatabase: unused,
    withLedger: (work) => withLedger(url, work),
    archiveLedger: (order) => archiveLedger(url, { ...order, environment: 'test' }),
    withRecordTables: unused,
    withAgreements: unused,
    servedSchema: unused,
    terminal: { print: (line) => void printed.push(line), note: () => {}, interactive: false, color: false },
  } as Partial<CommandContext> as CommandContext;
  printed.length = 0;
  const program = programFor(context);
  const silent = (command: Command): void => {
    command.configureOutput({ writeErr: () => {} });
    command.commands.forEach(silent);
  };
  silent(program);
  return program.parseAsync(['node', 'besa', 'audit', ...args]);
}

describe('`besa audit archive`', () => {
  test('does nothing without a rule, without a folder, or up to what is no month', async () => {
    const refused = run(['archive', '--before', '2027-01', '--out', folder], {});
    await expect(refused).rejects.toThrow('kept for ever');
    await expect(run(['archive', '--before', '2027-01'])).rejects.toThrow(CommandFailure);
    for (const before of ['2027', '2027-13', '2027-1', 'January']) {
      await expect(run(['archive', '--before', before, '--out', folder])).rejects.toThrow('it is a month');
    }
  });

  test('leaves alone what the rule keeps, however far it is told to go', async () => {
    await run(['archive', '--before', '2099-01', '--out', folder]);
    expect(printed).toEqual([expect.stringContaining('nothing to archive')]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('brings an old month into a file that holds no value of any record', async () => {
    const asked = dataOf<{ nodes: readonly Record<string, string | null>[] }>(
      await world.ask(PAGE, 'ME-BP:ANALYST'),
      'borderCrossings',
    );
    const seen = asked.nodes.flatMap((node) => Object.values(node)).filter((value) => value !== null);
    expect(seen.length).toBeGreaterThan(50);
    await world.setClock(new Date(WORLD_NOW.getTime() + 2 * YEAR_MS));
    await run(['archive', '--before', '2027-01', '--out', folder]);
    expect(printed).toEqual([
      expect.stringMatching(/^2026-11 {2}entries 1 to \d+ {2}ledger-2026-11\.ndjson\.gz {2}sha256 [0-9a-f]{64}$/),
    ]);
    const text = linesIn(join(folder, FILE)).join('\n');
    expect(text).toContain('RECORDS');
    expect(seen.filter((value) => text.includes(value))).toEqual([]);
  });

  test('leaves what was archived and what was not to be checked together, files beside the database', async () => {
    await run(['verify', '--archive', join(folder, FILE)]);
    expect(printed.join('\n')).toMatch(/the ledger is intact: [\d,]+ entries/);
    expect(printed.join('\n')).toMatch(/entries in archives/);
    await run(['verify', '--export', join(folder, FILE)]);
    expect(printed[0]).toMatch(/^the export is intact/);
    expect(await checkLedger(world.database.url)).toMatchObject({ kind: 'VERIFIED' });
  });
});
