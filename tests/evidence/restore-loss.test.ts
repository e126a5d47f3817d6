/** `besa audit accept-loss`, and what a running hub does when its database is set back under it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { headFileText, headText } from '../../src/audit/signed-head.js';
import { registerAuditKey } from '../../src/cli/audit-key.js';
import type { CommandContext } from '../../src/cli/command.js';
import { programFor } from '../../src/cli/program.js';
import { Witnesses } from '../../src/hub/evidence/witnesses.js';
import type { LedgerLook } from '../../src/hub/ports.js';
import { verifyEd25519 } from '../../src/persistence/cryptography.js';
import { LedgerSigner } from '../../src/persistence/ledger-keys.js';
import { FleetingSafekeeping } from '../../src/persistence/safekeeping.js';
import { PostgresTreeHeads } from '../../src/persistence/tree-heads.js';
import { contradictionText, refuseContradicted } from '../../src/start/witness-check.js';
import { type LedgerWorld, ledgerWorld } from '../audit/postgres-ledger.js';
import { sampleEntry } from '../audit/sample-entry.js';
import { LEDGER_KEY } from './test-keys.js';

const signing = { environment: 'test', verify: verifyEd25519 };
const signer = new LedgerSigner(LEDGER_KEY);
let world: LedgerWorld;
let treeHeads: PostgresTreeHeads;
let safekeeping: FleetingSafekeeping;
let witnesses: Witnesses;
let nowMs = 0;
let looks: LedgerLook[] = [];

beforeAll(async () => {
  world = await ledgerWorld();
  for (let times = 0; times < 3; times += 1) await world.ledger.append(sampleEntry());
});
beforeEach(async () => {
  await treeHeads?.close();
  [nowMs, looks] = [0, []];
  safekeeping = new FleetingSafekeeping();
  treeHeads = new PostgresTreeHeads({ url: world.url, key: LEDGER_KEY, signing, safekeeping });
  const onLook = (look: LedgerLook) => void looks.push(look);
  witnesses = new Witnesses({ treeHeads, safekeeping, signing, monotonicMs: () => nowMs, onLook });
  await treeHeads.sign();
});
afterAll(async () => {
  await treeHeads.close();
  await world.close();
});

/** A genuine head of a ledger that went on, or went otherwise. */
function lostHead(size: number) {
  const root = 'ab'.repeat(32);
  const at = new Date('2026-11-24T10:00:00Z');
  const text = headText({ at, environment: 'test', key: signer.fingerprint, root, size });
  return { size, root, text: headFileText({ text, publicKey: signer.publicKey, signature: signer.sign(text) }) };
}

async function acceptLoss(reason: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const context: Partial<CommandContext> = {
    terminal: { print: say, note: say, interactive: false, color: false },
    withEvidence: (work) =>
      work({
        ledger: world.ledger,
        safekeeping,
        treeHeads,
        witnesses,
        rotate: () => Promise.reject(new Error('nothing is rotated here')),
        newKeyPem: () => '',
      }),
  };
  const program = programFor(context as CommandContext, [registerAuditKey]);
  await program.parseAsync(['audit', 'accept-loss', '--reason', reason], { from: 'user' });
  return lines;
}

describe('besa audit accept-loss', () => {
  test('wants a reason, and a loss', async () => {
    await expect(acceptLoss(' ')).rejects.toThrow('a reason has 1 to 2000 characters');
    await expect(acceptLoss('x'.repeat(2_001))).rejects.toThrow('a reason has 1 to 2000 characters');
    await expect(acceptLoss('none')).rejects.toThrow('there is no loss to accept');
  });

  test('sets nothing aside if the ledger cannot be written', async () => {
    await safekeeping.keepPresented(lostHead(9));
    await world.sql(`create function besa.full_disk() returns trigger language plpgsql as 'begin raise disk_full; end';
      create trigger full_disk before insert on besa.ledger_head for each statement execute function besa.full_disk()`);
    await expect(acceptLoss('lost')).rejects.toThrow('the ledger cannot be written');
    await world.sql('drop trigger full_disk on besa.ledger_head');
    expect((await witnesses.look()).contradictions).toHaveLength(1);
  });

  test('writes down the largest head that was witnessed and the size the ledger has, with the reason as it is', async () => {
    const hostile = 'lost\r\n{"reason":"none"}\u202e';
    await safekeeping.keepPresented(lostHead(2));
    await safekeeping.keepPresented(lostHead(9));
    const { size } = await treeHeads.tree([]);
    const lines = await acceptLoss(hostile);
    expect(lines.join('\n')).toContain(`the ledger goes on at ${size}, a head of 9 entries was witnessed`);
    const [row] = await world.sql<{ body: string }>(
      'select body from besa.ledger_entry order by sequence desc limit 1',
    );
    expect(JSON.parse(row?.body.split('\n')[0] ?? '')).toMatchObject({
      request: {
        action: 'acceptLoss',
        subject: { heads: 2, ledgerSize: size, reason: hostile, witnessedRoot: lostHead(9).root, witnessedSize: 9 },
      },
    });
    expect((await witnesses.look()).contradictions).toEqual([]);
    // The own head was in order and is kept.
    expect(await safekeeping.heads()).toHaveLength(1);
  });
});

describe('a running hub', () => {
  test('finds within seconds that its database was set back, without being asked for it', async () => {
    expect(await witnesses.contradiction()).toBeUndefined();
    await safekeeping.keepPresented(lostHead(99));
    nowMs = 4_999;
    expect(await witnesses.contradiction()).toBeUndefined();
    nowMs = 5_000;
    expect(await witnesses.contradiction()).toMatchObject({ size: 99 });
    await safekeeping.supersede([`presented-99-${'ab'.repeat(8)}.json`]);
    nowMs = 10_000;
    expect(await witnesses.contradiction()).toBeUndefined();
    expect(looks.map(({ contradictions }) => contradictions.length)).toEqual([1, 0]);
  });

  test('remembers a contradiction that could not be put into safekeeping', async () => {
    const { text } = lostHead(77);
    safekeeping.keepPresented = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    await expect(witnesses.present(JSON.parse(text))).rejects.toThrow('full');
    nowMs = 5_000;
    expect(await witnesses.contradiction()).toMatchObject({ size: 77 });
  });
});

describe('what a start says', () => {
  const found = { file: 'head.json', size: 9, root: '', at: new Date('2026-11-24T10:00:00Z') };

  test('names both sizes, the instant and the file, and the ways out', () => {
    expect(() => refuseContradicted({ contradictions: [], doubts: [], treeSize: 7 })).not.toThrow();
    const contradictions = [{ ...found, treeSize: 7 }];
    expect(() => refuseContradicted({ contradictions, doubts: [], treeSize: 7 })).toThrow(
      'the ledger ends at entry 7, and a head of 9 entries of 2026-11-24T10:00:00.000Z was witnessed (`head.json` in safekeeping): this is an older database, or another one',
    );
  });

  test('tells another past from an older one', () => {
    expect(contradictionText({ ...found, treeSize: 12 })).toMatch(/^the first 9 entries of the ledger are not those/);
  });
});
