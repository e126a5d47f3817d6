/** The key for heads of the ledger is replaced, and verification has no gap. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { headFileText, readHead, trustedKeys, verifyHead } from '../../src/audit/signed-head.js';
import { registerAuditKey } from '../../src/cli/audit-key.js';
import type { CommandContext } from '../../src/cli/command.js';
import { programFor } from '../../src/cli/program.js';
import { type Config, readConfig } from '../../src/config.js';
import type { SignedHead } from '../../src/domain/evidence.js';
import { verifyEd25519 } from '../../src/persistence/cryptography.js';
import { LedgerSigner } from '../../src/persistence/ledger-keys.js';
import { openSafekeeping } from '../../src/persistence/safekeeping.js';
import { withEvidence } from '../../src/start/evidence-at-rest.js';
import { createEvidence, type LedgerEvidence } from '../../src/start/ledger-evidence.js';
import { openLedgerKey, privateKeyFrom, refuseOldKey } from '../../src/start/ledger-key.js';
import { type LedgerWorld, ledgerWorld } from '../audit/postgres-ledger.js';
import { sampleEntry } from '../audit/sample-entry.js';
import { testKey } from './test-keys.js';

const root = mkdtempSync(join(tmpdir(), 'besa-rotation-'));
const signing = { environment: 'test', verify: verifyEd25519 };
let world: LedgerWorld;
let folder = '';
let count = 0;
const opened: LedgerEvidence[] = [];
beforeAll(async () => {
  world = await ledgerWorld();
});
beforeEach(async () => {
  folder = join(root, String(count++));
  await world.sql(
    `begin; alter table besa.ledger_key disable trigger append_only; alter table besa.signed_head disable trigger append_only;
     truncate besa.signed_head, besa.ledger_key; alter table besa.ledger_key enable always trigger append_only;
     alter table besa.signed_head enable always trigger append_only; commit`,
  );
});
afterAll(async () => {
  for (const { treeHeads } of opened) await treeHeads.close();
  await world.close();
  rmSync(root, { recursive: true, force: true });
});

/** What a process with this key has. */
async function processWith(seed: number, place = folder): Promise<LedgerEvidence> {
  const evidence = createEvidence(world.url, signing, {
    ledgerKey: testKey(seed),
    safekeeping: await openSafekeeping(place),
  });
  opened.push(evidence);
  return evidence;
}

const entry = () => sampleEntry({ agency: null, action: 'rotateLedgerKey', asks: [] });

describe('the key for heads', () => {
  test('that nobody introduced lets no process start, once there is another', async () => {
    await (await processWith(1)).treeHeads.sign();
    const stranger = await processWith(5);
    expect(() => refuseOldKey({ standing: { kind: 'NEWEST' }, believed: [], ignored: [] })).not.toThrow();
    const known = await stranger.treeHeads.settle();
    expect(() => refuseOldKey(known)).toThrow('is none of the keys of the ledger');
    await expect(stranger.treeHeads.sign()).rejects.toMatchObject({ code: 'STALE_VERSION' });
    await expect(stranger.treeHeads.rotate(testKey(6), entry)).rejects.toMatchObject({ code: 'STALE_VERSION' });
  });

  test('that was replaced signs nothing more, and its process does not start again', async () => {
    const first = await processWith(1);
    await first.treeHeads.sign();
    await first.treeHeads.rotate(testKey(2), entry);
    await expect(first.treeHeads.sign()).rejects.toMatchObject({ code: 'STALE_VERSION' });
    await expect(first.treeHeads.signExport('ab'.repeat(32))).rejects.toMatchObject({ code: 'STALE_VERSION' });
    await expect(first.treeHeads.rotate(testKey(3), entry)).rejects.toMatchObject({ code: 'STALE_VERSION' });
    const known = await first.treeHeads.settle();
    expect(() => refuseOldKey(known)).toThrow(`was replaced on`);
    expect(() => refuseOldKey(known)).toThrow(new LedgerSigner(testKey(2)).fingerprint);
  });

  test('a forged introduction, put into the table, counts for nothing and stops nobody', async () => {
    const first = await processWith(1);
    await first.treeHeads.sign();
    const { fingerprint, publicKey } = new LedgerSigner(testKey(7));
    const own = new LedgerSigner(testKey(1)).fingerprint;
    await world.sql(
      `insert into besa.ledger_key (fingerprint, public_key, since, previous, introduction, by_previous, by_itself)
       values ($1, $2, now(), $3, $4, $5, $5)`,
      [fingerprint, publicKey, own, `{"previous":"${own}"}`, 'ab'.repeat(64)],
    );
    expect(await first.treeHeads.settle()).toMatchObject({ standing: { kind: 'NEWEST' }, ignored: [fingerprint] });
    await expect(first.treeHeads.sign()).resolves.toMatchObject({ key: own });
  });

  test('three keys in a row: whoever knows one verifies the heads of all', async () => {
    const heads: SignedHead[] = [];
    for (const seed of [1, 2, 3]) {
      const { treeHeads } = await processWith(seed);
      await world.ledger.append(sampleEntry());
      heads.push(await treeHeads.sign());
      if (seed < 3) await treeHeads.rotate(testKey(seed + 1), entry);
    }
    const keys = await (await processWith(3)).treeHeads.keys();
    expect(keys.map(({ introduction }) => introduction !== null)).toEqual([false, true, true]);
    for (const seed of [1, 2, 3]) {
      const trusted = trustedKeys(keys, [new LedgerSigner(testKey(seed)).fingerprint], signing);
      expect(heads.map((head) => verifyHead(head, trusted, signing))).toEqual([true, true, true]);
    }
    const cut = keys.filter((_, index) => index !== 1);
    const trusted = trustedKeys(cut, [new LedgerSigner(testKey(3)).fingerprint], signing);
    expect(heads.map((head) => verifyHead(head, trusted, signing))).toEqual([false, false, true]);
  });

  test('a rotation is an entry of the ledger, and a failed entry is no rotation', async () => {
    const first = await processWith(1);
    await first.treeHeads.sign();
    const hostile = () => sampleEntry({ requestId: 'no uuid' });
    await expect(first.treeHeads.rotate(testKey(2), hostile)).rejects.toThrow();
    expect(await first.treeHeads.keys()).toHaveLength(1);
    const before = await first.treeHeads.tree([]);
    await first.treeHeads.rotate(testKey(2), entry);
    expect((await first.treeHeads.tree([])).size).toBe(before.size + 1);
  });

  test('a database set back to before a rotation gets the introduction back from safekeeping', async () => {
    const first = await processWith(1);
    await first.treeHeads.sign();
    const introduced = await first.treeHeads.rotate(testKey(2), entry);
    await world.sql(
      `begin; alter table besa.ledger_key disable trigger append_only; delete from besa.ledger_key where previous is not null;
       alter table besa.ledger_key enable always trigger append_only; commit`,
    );
    expect(await first.treeHeads.settle()).toMatchObject({ standing: { kind: 'REPLACED' } });
    const second = await processWith(2);
    expect(await second.treeHeads.settle()).toMatchObject({ standing: { kind: 'NEWEST' } });
    expect((await second.treeHeads.keys()).at(-1)).toEqual(introduced);
    expect(await world.sql('select fingerprint from besa.ledger_key order by id')).toHaveLength(2);
  });

  test('the kept head is not signed over by a ledger that does not grow out of it', async () => {
    const first = await processWith(1);
    const kept = await first.treeHeads.sign();
    const larger = { ...kept, size: kept.size + 5, root: 'ab'.repeat(32) };
    const text = kept.text.replace(`"size":${kept.size}`, `"size":${larger.size}`).replace(kept.root, larger.root);
    const signer = new LedgerSigner(testKey(1));
    const file = headFileText({ text, signature: signer.sign(text), publicKey: signer.publicKey });
    await first.safekeeping.keepHead({ ...larger, text: file });
    await world.ledger.append(sampleEntry());
    await expect(first.treeHeads.sign()).rejects.toMatchObject({ code: 'LEDGER_CONTRADICTED' });
    expect((await first.safekeeping.newestHead())?.trim()).toBe(file);
  });
});

describe('the private key', () => {
  test('that is none is refused without showing anything of it', async () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----';
    const refused = openLedgerKey({ ledgerKey: pem, dataFolder: folder });
    await expect(refused).rejects.toThrow('`BESA_LEDGER_KEY` holds no private Ed25519 key');
    await expect(refused).rejects.not.toThrow('c2VjcmV0');
  });

  test('is made once in the data folder, readable by its owner alone', async () => {
    const made = await openLedgerKey({ dataFolder: folder });
    expect(statSync(join(folder, 'ledger-key.pem')).mode & 0o077).toBe(0);
    const again = await openLedgerKey({ dataFolder: folder });
    expect(new LedgerSigner(again).fingerprint).toBe(new LedgerSigner(made).fingerprint);
  });
});

describe('besa audit rotate-key', () => {
  const config = (): Config =>
    readConfig({
      BESA_DATA: join(folder, 'data'),
      BESA_SAFEKEEPING: folder,
      BESA_DEMO: 'off',
      BESA_ENVIRONMENT: 'test',
      DATABASE_URL: world.url,
    });

  async function rotate(args: readonly string[]): Promise<{ readonly printed: string[]; readonly noted: string[] }> {
    const [printed, noted]: [string[], string[]] = [[], []];
    const terminal = {
      print: (line: string) => printed.push(line),
      note: (line: string) => noted.push(line),
      interactive: false,
      color: false,
    };
    const context: Partial<CommandContext> = {
      terminal: terminal as never,
      withEvidence: (work) => withEvidence(config(), work),
    };
    const program = programFor(context as CommandContext, [registerAuditKey]);
    await program.parseAsync(['audit', 'rotate-key', ...args], { from: 'user' });
    return { printed, noted };
  }

  test('wants one key, and overwrites none', async () => {
    await expect(rotate([])).rejects.toThrow('which key is it to be?');
    await expect(rotate(['--out', 'a', '--key', 'b'])).rejects.toThrow('which key is it to be?');
    await expect(rotate(['--key', join(folder, 'none.pem')])).rejects.toThrow('cannot be read (ENOENT)');
    const file = join(folder, 'kept.pem');
    writeFileSync(file, 'kept');
    await expect(rotate(['--out', file])).rejects.toThrow('exists already');
    await expect(rotate(['--key', file])).rejects.toThrow('holds no private Ed25519 key');
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });

  test('introduces the key it made, which alone signs from then on', async () => {
    const file = join(folder, 'next.pem');
    const { printed, noted } = await rotate(['--out', file]);
    const next = new LedgerSigner(privateKeyFrom(readFileSync(file, 'utf8'), 'it'));
    expect(printed).toEqual([next.fingerprint]);
    expect(noted.join('\n')).toContain('BESA_LEDGER_KEY_FILE');
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(existsSync(join(folder, 'keys.json'))).toBe(true);
    await expect(rotate(['--out', join(folder, 'again.pem')])).rejects.toThrow('has not the newest key of the ledger');
    const { sequence } = (
      await world.sql<{ sequence: string }>('select max(sequence) as sequence from besa.ledger_entry')
    )[0] ?? {
      sequence: '0',
    };
    const [stored] = await world.sql<{ body: string }>('select body from besa.ledger_entry where sequence = $1', [
      sequence,
    ]);
    expect(stored?.body).toContain('"action":"rotateLedgerKey"');
    expect(stored?.body).toContain(next.fingerprint);
    expect(readHead(headFileText({ ...(await headOf(file)), publicKey: next.publicKey })).key).toBe(next.fingerprint);
  });

  async function headOf(file: string): Promise<SignedHead> {
    const ledgerKey = privateKeyFrom(readFileSync(file, 'utf8'), 'it');
    const evidence = createEvidence(world.url, signing, { ledgerKey, safekeeping: await openSafekeeping(folder) });
    opened.push(evidence);
    return evidence.treeHeads.sign();
  }
});
