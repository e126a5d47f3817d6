/** The runbook for the embedded database, walked with real processes: an older copy put back, refused, accepted, served. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readHead } from '../../src/audit/signed-head.js';
import { verify } from '../../src/audit/verify.js';
import { runningUrl } from '../../src/persistence/embedded-postgres.js';
import { createLedger } from '../../src/persistence/ledger.js';
import { withLedger } from '../../src/persistence/ledger-reader.js';
import { sampleEntry } from '../audit/sample-entry.js';
import { ROOT } from '../house/sources.js';
import { cleanUp, dataFolder, spawnProcess, startHub } from '../start/process.js';

afterAll(cleanUp);

const home = dataFolder();
const [data, copy, safekeeping, away] = ['data', 'copy', 'safekeeping', 'away'].map((name) => join(home, name)) as [
  string,
  string,
  string,
  string,
];
const settings = { BESA_DATA: data, BESA_SAFEKEEPING: safekeeping };
const REASON = 'the disk of the database broke; the newest copy is a day old';

async function besa(...args: readonly string[]): Promise<{ readonly code: unknown; readonly output: string }> {
  const command = spawnProcess([join(ROOT, 'dist', 'src', 'cli', 'main.js'), ...args], {
    BESA_DEMO: 'off',
    ...settings,
  });
  return { code: await command.ended, output: command.output() };
}

/** As the runbook does it: PostgreSQL wants the permissions of its folder as they were. */
function copied(from: string, to: string): void {
  expect(spawnSync('cp', ['-a', from, to]).status).toBe(0);
}

/** Serves until `work` is done, then stops as told. */
async function whileServing(work: (url: string) => Promise<void>): Promise<string> {
  const hub = startHub(settings);
  await hub.says('/readyz\n');
  const { url } = JSON.parse(readFileSync(join(data, 'hub.json'), 'utf8')) as { url: string };
  await work(url);
  hub.child.kill('SIGTERM');
  expect(await hub.ended).toBe(0);
  return hub.output();
}

async function append(entries: number): Promise<void> {
  const ledger = createLedger({ url: runningUrl(join(data, 'postgres')) ?? '' });
  for (let index = 0; index < entries; index += 1) await ledger.append(sampleEntry({ agency: null, asks: [] }));
  await ledger.close();
}

const keptHead = () => readHead(readFileSync(join(safekeeping, 'head.json'), 'utf8'));

describe('an older copy of the data folder, put back over a newer one', () => {
  test('is refused with the reason, until its operator accepts the loss in writing', async () => {
    await whileServing(() => append(3));
    copied(data, copy);
    expect(keptHead().size).toBe(3);
    // A disk that is not mounted leaves an empty folder: nobody could tell then that the database is an older one.
    renameSync(safekeeping, away);
    const blind = startHub(settings);
    expect(await blind.ended).toBe(1);
    expect(blind.output()).toContain(
      'the safekeeping folder has no head of this hub, which has signed one of 3 entries',
    );
    rmSync(safekeeping, { recursive: true });
    renameSync(away, safekeeping);
    await whileServing(() => append(4));
    const witnessed = keptHead();
    expect(witnessed.size).toBe(7);

    rmSync(data, { recursive: true });
    copied(copy, data);
    const refused = startHub(settings);
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain('the ledger ends at entry 3, and a head of 7 entries of ');
    expect(refused.output()).toContain('besa audit accept-loss --reason');
    expect(refused.output()).not.toMatch(/^\s+at .*:\d+/m);
    expect(keptHead()).toEqual(witnessed);

    const accepted = await besa('audit', 'accept-loss', '--reason', REASON);
    expect(accepted).toMatchObject({ code: 0, output: expect.stringContaining('a head of 7 entries was witnessed') });
    expect(keptHead().size).toBe(4);
    expect(readdirSync(join(safekeeping, 'superseded'))).toHaveLength(1);

    // A file that is none of ours is named, and stops nobody.
    writeFileSync(join(safekeeping, 'brought-back.json'), '{"publicKey":"","signature":"","text":""}');
    const output = await whileServing(async (url) => {
      const readyz = (await (await fetch(`${url}/readyz`)).json()) as { checks: Record<string, string> };
      expect(readyz).toMatchObject({ status: 'degraded', checks: { witnesses: 'degraded' } });
      // Whoever kept the head of the lost stretch is still told that entries are missing.
      const verdict = await withLedger(runningUrl(join(data, 'postgres')) ?? '', ({ chunks }) =>
        verify(chunks, [witnessed]),
      );
      expect(verdict).toMatchObject({ kind: 'BROKEN', fault: 'ROLLED_BACK', position: 5, until: 7 });
    });
    expect(output).toContain('brought-back.json');
    expect(keptHead().size).toBe(4);
  }, 120_000);
});
