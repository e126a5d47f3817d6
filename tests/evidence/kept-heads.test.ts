/** An agency's view of the ledger against the heads it kept: what the command says was compared, and what was not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { headFileText, headText, readHead } from '../../src/audit/signed-head.js';
import { registerAudit } from '../../src/cli/audit-verify.js';
import type { CommandContext } from '../../src/cli/command.js';
import { programFor } from '../../src/cli/program.js';
import { LedgerSigner } from '../../src/persistence/ledger-keys.js';
import { type WorldHub, worldHub } from '../journeys/world-hub.js';
import { LEDGER_KEY } from './test-keys.js';

const AUDITOR = 'AL-BMP:AUDITOR';
const QUERY =
  '{ borderCrossings(purpose: BORDER_SURVEILLANCE, databases: ["AL-BORDER-CROSSINGS"], first: 1) { nodes { id } } }';
let world: WorldHub;
let url = '';
let folder = '';
let earlier = '';
let later = '';
let view = '';

const fetched = async (path: string): Promise<string> =>
  (await fetch(`${url}/ledger/v1/${path}`, { headers: { authorization: `Bearer ${AUDITOR}` } })).text();
const kept = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const sizeOf = (head: string): number => readHead(head).size;
const headOfView = (): string => JSON.stringify((JSON.parse(view.split('\n')[0] ?? '') as { head: object }).head);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besa-kept-heads-'));
  world = await worldHub();
  url = await world.listen();
  await world.ask(QUERY, 'ME-BP:ANALYST');
  earlier = await fetched('head.json');
  await world.ask(QUERY, 'ME-BP:ANALYST');
  view = await fetched('entries.ndjson');
  later = await fetched('head.json');
  kept('view.ndjson', view);
  kept('earlier.json', earlier);
  kept('later.json', later);
  kept('same.json', headOfView());
});
afterAll(async () => {
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The answer of the hub as it is, in a file. */
async function proof(from: number, to: number): Promise<string> {
  const { text } = await world.ask(`{ ledgerConsistency(from: ${from}, to: ${to}) { from to hashes } }`, AUDITOR);
  return kept(`proof-${from}-${to}.json`, text);
}

/** @throws CommandFailure where the command would end with exit code 1 */
async function verify(...options: readonly string[]): Promise<readonly string[]> {
  const printed: string[] = [];
  const terminal = {
    print: (line: string) => void printed.push(line),
    note: () => {},
    interactive: false,
    color: false,
  };
  const program = programFor({ terminal } as unknown as CommandContext, [registerAudit]);
  await program.parseAsync(['audit', 'verify', '--export', join(folder, 'view.ndjson'), ...options], { from: 'user' });
  return printed;
}

const head = (name: string): readonly string[] => ['--head', join(folder, `${name}.json`)];

describe('a view and a head that was kept', () => {
  test('is a failure if it could be compared with none, and says what to ask for', async () => {
    const [size, before, after] = [sizeOf(headOfView()), sizeOf(earlier), sizeOf(later)];
    await expect(verify(...head('earlier'), ...head('later'))).rejects.toMatchObject({
      name: 'CommandFailure',
      message: expect.stringMatching(/view\.ndjson holds together, and was compared with no head that was given$/),
      mends: [
        expect.stringContaining(`ledgerConsistency(from: ${before}, to: ${size})`),
        expect.stringContaining(`ledgerConsistency(from: ${size}, to: ${after})`),
      ],
    });
    const unfit = await proof(before, after);
    await expect(verify(...head('earlier'), '--consistency', unfit)).rejects.toThrow('compared with no head');
  });

  test('that saw another history is found with the proof, whatever the hub answers', async () => {
    const signer = new LedgerSigner(LEDGER_KEY);
    const [size, before] = [sizeOf(headOfView()), sizeOf(earlier)];
    const said = { at: new Date('2026-11-20T10:00:00Z'), environment: 'test', key: signer.fingerprint };
    for (const forked of [before, size, sizeOf(later)]) {
      const text = headText({ ...said, root: 'ab'.repeat(32), size: forked });
      const file = headFileText({ publicKey: signer.publicKey, signature: signer.sign(text), text });
      const options = ['--head', kept('forked.json', file), '--consistency', await proof(before, size)];
      const whole = [...options, '--consistency', await proof(size, sizeOf(later))];
      await expect(verify(...whole)).rejects.toThrow('FORKED');
    }
    const emptied = kept('emptied.json', JSON.stringify({ from: before, to: size, hashes: [] }));
    await expect(verify(...head('earlier'), '--consistency', emptied)).rejects.toThrow('FORKED');
  });

  test('is compared by its root where the sizes are the same, and over a proof where they are not', async () => {
    const [size, before, after] = [sizeOf(headOfView()), sizeOf(earlier), sizeOf(later)];
    expect(await verify(...head('same'))).toContain(`agrees with the head of ${size} entries`);
    const both = ['--consistency', await proof(before, size), '--consistency', await proof(size, after)];
    expect(await verify(...head('earlier'), ...head('later'), ...both)).toEqual(
      expect.arrayContaining([`agrees with the head of ${before} entries`, `agrees with the head of ${after} entries`]),
    );
  });

  test('that could not be compared is named beside those that could', async () => {
    const lines = await verify(...head('same'), ...head('earlier'));
    expect(lines).toContain(`agrees with the head of ${sizeOf(headOfView())} entries`);
    expect(lines.join('\n')).toContain(`the head of ${sizeOf(earlier)} entries was not compared`);
  });

  test('what is no proof is said to be none', async () => {
    for (const text of ['', '[]', '{"from":1}', '{"errors":[]}', '{"from":1,"to":2,"hashes":["x"]}']) {
      const options = [...head('earlier'), '--consistency', kept('none.json', text)];
      await expect(verify(...options)).rejects.toThrow('is no proof');
    }
    await expect(verify('--consistency', join(folder, 'absent.json'))).rejects.toThrow('is no proof');
  });
});
