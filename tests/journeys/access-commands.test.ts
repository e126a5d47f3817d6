// The commands that tell who may what: `besa explain --trace`, `besa matrix` and `besa agreement simulate`.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CommandContext } from '../../src/cli/command.js';
import { programFor } from '../../src/cli/program.js';
import { worldFiles } from '../world.js';
import { type WorldHub, worldHub } from './world-hub.js';

let world: WorldHub;
let url: string;
let folder: string;
beforeAll(async () => {
  world = await worldHub();
  url = await world.listen();
  folder = await mkdtemp(join(tmpdir(), 'besa-access-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

/** Runs `besa …` as this caller and gives back what it prints. */
async function besa(token: string, ...line: readonly string[]): Promise<readonly string[]> {
  const printed: string[] = [];
  const unused = (): never => {
    throw new Error('not asked for');
  };
  const context: CommandContext = {
    config: () => ({
      environment: 'test',
      dataFolder: folder,
      recordsFolder: '',
      timeZone: 'Europe/Tirane',
      signingEnvironment: 'test',
      demo: 'off',
      client: { url, token },
    }),
    openDatabase: unused,
    withLedger: unused,
    archiveLedger: unused,
    withEvidence: unused,
    withLedgerViews: unused,
    withRecordTables: unused,
    withAgreements: unused,
    servedSchema: unused,
    terminal: { print: (text) => printed.push(text), note: () => {}, interactive: false, color: false },
  };
  await programFor(context).parseAsync(line, { from: 'user' });
  return printed;
}

test('`explain --trace` tells each clause once, its steps below it', async () => {
  const line = ['explain', '--type', 'BorderCrossing', '--purpose', 'BORDER_SURVEILLANCE', '--trace'];
  const printed = await besa('BA-BP:ANALYST', ...line, '--database', 'RS-BORDER-CROSSINGS');
  expect(printed[0]).toBe('RS-BORDER-CROSSINGS  WITHHELD  SUSPENDED');
  const clause = printed.indexOf('  AGR-2023-007 v1 art. 3.1');
  expect(printed.slice(clause + 1, clause + 3)).toEqual([
    '    SCOPE       HOLDS  it covers BorderCrossing records',
    expect.stringMatching(
      /^ {4}STATUS {6}SUSPENDED {2}its agreement is SUSPENDED: since \S+ by RS-BP, act \d+ \(".+"\)$/,
    ),
  ]);
  expect(printed.at(-1)).toBe('  OUTCOME     WITHHELD  WITHHELD: SUSPENDED');
});

test('`matrix` puts alike on one line, `--mine` says who can see what, and both know other instants', async () => {
  const printed = await besa('XK-BP:POLICY_OFFICER', 'matrix');
  expect(printed).toContain(
    'XK-BP → AL-BMP  XK-BORDER-CROSSINGS  IN_FORCE  AGR-2024-003  READ for SMUGGLING_INVESTIGATION',
  );
  expect(printed.filter((line) => line.includes('RS-BP'))).toEqual([]);
  expect(await besa('XK-BP:POLICY_OFFICER', 'matrix', '--at', '2020-01-01T00:00:00Z')).toEqual([
    'at 2020-01-01T00:00:00.000Z',
  ]);
  const mine = await besa('XK-BP:POLICY_OFFICER', 'matrix', '--mine');
  expect(mine).toContainEqual(
    expect.stringMatching(/^AL-BMP may READ records that meet a condition of XK-BORDER-CROSSINGS for SMUGGLING/),
  );
  expect(await besa('AL-MOI:POLICY_OFFICER', 'matrix', '--mine')).toEqual(['nobody but your agency']);
});

test('`agreement simulate` takes a file or a reference, and says what each side gains and loses', async () => {
  const [reference] = await besa('MK-BP:POLICY_OFFICER', 'agreement', 'simulate', 'AGR-2024-009');
  expect(reference).toBe('AGR-2024-009: a new agreement');
  const file = join(folder, 'amended.json');
  const text = JSON.stringify(worldFiles().agreements['AGR-2024-002']).replace(
    '"nationality":"CLEAR"',
    '"sex":"CLEAR"',
  );
  await writeFile(file, text);
  const printed = await besa('AL-BMP:POLICY_OFFICER', 'agreement', 'simulate', file);
  expect(printed[0]).toBe('AGR-2024-002: instead of version 1');
  expect(printed).toContain('AL-BMP → ME-BP');
  expect(printed).toContain(
    '  + ME-BP is shown `sex` of AL-BORDER-CROSSINGS for BORDER_SURVEILLANCE as CLEAR, now WITHHELD (READ)',
  );
  expect(printed).toContain(
    '  - ME-BP is shown `nationality` of AL-BORDER-CROSSINGS for BORDER_SURVEILLANCE as WITHHELD, now CLEAR (READ)',
  );
});

test('what is refused ends with the fault and its place', async () => {
  const simulate = (named: string) => besa('XK-BP:POLICY_OFFICER', 'agreement', 'simulate', named);
  await expect(simulate('AGR-2024-002')).rejects.toThrow('there is no agreement of this reference [AGREEMENT_UNKNOWN]');
  await expect(simulate('nothing.yaml')).rejects.toThrow('`nothing.yaml` cannot be read');
});
