import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { registerAudit } from '../../src/cli/audit-verify.js';
import type { CommandContext } from '../../src/cli/command.js';
import { programFor } from '../../src/cli/program.js';
import { withLedger } from '../../src/persistence/ledger-reader.js';
import { type LedgerWorld, ledgerWorld, tampering } from './postgres-ledger.js';
import { sampleEntry } from './sample-entry.js';

let world: LedgerWorld;
beforeAll(async () => {
  world = await ledgerWorld();
  for (let count = 0; count < 8; count += 1) await world.ledger.append(sampleEntry());
});
afterAll(() => world.close());

/** Runs `besa audit verify` and gives back what it prints. @throws CommandFailure where the command would end with exit code 1 */
async function run(...options: readonly string[]): Promise<readonly string[]> {
  const printed: string[] = [];
  const unused = (): never => {
    throw new Error('not asked for');
  };
  const context: CommandContext = {
    config: unused,
    openDatabase: unused,
    withLedger: (work) => withLedger(world.url, work),
    archiveLedger: unused,
    withEvidence: unused,
    withLedgerViews: unused,
    withRecordTables: unused,
    withAgreements: unused,
    servedSchema: unused,
    terminal: { print: (line) => printed.push(line), note: () => {}, interactive: false, color: false },
  };
  const program = programFor(context, [registerAudit]).configureOutput({ writeErr: () => {} });
  for (const group of program.commands)
    for (const command of group.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  await program.parseAsync(['audit', 'verify', ...options], { from: 'user' });
  return printed;
}

describe('besa audit verify', () => {
  test('names the first bad entry, and what is wrong with it', async () => {
    const before = await run();
    await world.sql(
      tampering(`update besa.ledger_entry set body = replace(body, 'ANALYST', 'ANALYSX') where sequence in (4, 6)`),
    );
    await expect(run()).rejects.toMatchObject({
      name: 'CommandFailure',
      message: expect.stringMatching(/^the ledger is broken: entry 4: CHANGED/),
    });
    await world.sql(
      tampering(`update besa.ledger_entry set body = replace(body, 'ANALYSX', 'ANALYST') where sequence in (4, 6)`),
    );
    expect(await run()).toEqual(before);
  });

  test('a witness that saw another ledger is believed', async () => {
    await expect(run('--witness', `5:${'0'.repeat(64)}`)).rejects.toThrow(/entry 1, or one up to 5: REWRITTEN/);
    await expect(run('--witness', `9:${'0'.repeat(64)}`)).rejects.toThrow(/entry 9: ROLLED_BACK/);
  });

  test.each(['', '5', '5:ab', `0:${'0'.repeat(64)}`])('`%s` is no witness', async (text) => {
    await expect(run('--witness', text)).rejects.toThrow(/SIZE:ROOT/);
  });

  test('of an intact ledger prints how many entries there are, and a witness to keep', async () => {
    const [first, second] = await run();
    expect(first).toBe('the ledger is intact: 8 entries');
    const kept = second?.replace('witness ', '') ?? '';
    await world.ledger.append(sampleEntry());
    expect((await run('--witness', kept))[0]).toBe('the ledger is intact: 9 entries');
  });
});
