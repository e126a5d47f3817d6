import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rootOf } from '../../src/audit/merkle-tree.js';
import { registerAuditExport } from '../../src/cli/audit-export.js';
import { registerAudit } from '../../src/cli/audit-verify.js';
import type { CommandConfig, CommandContext } from '../../src/cli/command.js';
import { programFor } from '../../src/cli/program.js';
import type { SignedHead } from '../../src/domain/evidence.js';
import { withLedger } from '../../src/persistence/ledger-reader.js';
import { type LedgerWorld, ledgerWorld, tampering } from './postgres-ledger.js';
import { sampleEntry } from './sample-entry.js';
import { ENVIRONMENT, HUB, headFile, type Signer, signedHead, signer } from './signed-ledger.js';

let world: LedgerWorld;
let folder: string;
let firstHead: SignedHead;

/** Signs the head of now and keeps it as the hub does. */
async function signNow(hub: Signer): Promise<SignedHead> {
  const [row] = await world.sql<{ size: string; hashes: readonly Uint8Array[] }>(
    'select size, peaks as hashes from besa.ledger_head order by size desc limit 1',
  );
  const head = signedHead({ size: Number(row?.size), hashes: row?.hashes ?? [] }, hub);
  await world.sql(
    `insert into besa.signed_head (size, root, at, key, text, signature) values ($1, decode($2, 'hex'), $3, $4, $5, $6)`,
    [head.size, head.root, head.at, head.key, head.text, head.signature],
  );
  return head;
}

async function storeKey({ key }: Signer, previous: Signer | null): Promise<void> {
  await world.sql(
    `insert into besa.ledger_key (fingerprint, public_key, since, previous, introduction, by_previous, by_itself)
      values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      ...[key.fingerprint, key.publicKey, key.since, previous?.key.fingerprint ?? null],
      ...[key.introduction?.text ?? null, key.introduction?.byPrevious ?? null, key.introduction?.byItself ?? null],
    ],
  );
}

const append = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) await world.ledger.append(sampleEntry());
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besa-audit-export-'));
  world = await ledgerWorld();
  await storeKey(HUB, null);
  await append(5);
  firstHead = await signNow(HUB);
  const next = signer(2, { by: HUB, size: 5 });
  await storeKey(next, HUB);
  await append(6);
  await signNow(next);
  await append(2);
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const inFolder = (name: string): string => join(folder, name);

/** Runs `besa audit …`. `isOffline`: the database must not be touched. @throws CommandFailure where it would end with exit code 1 */
async function run(options: readonly string[], isOffline = false): Promise<readonly string[]> {
  const printed: string[] = [];
  const unused = (): never => {
    throw new Error('not asked for');
  };
  const context: CommandContext = {
    config: () => ({ signingEnvironment: ENVIRONMENT }) as CommandConfig,
    openDatabase: unused,
    withLedger: (work) => (isOffline ? unused() : withLedger(world.url, work)),
    archiveLedger: unused,
    withEvidence: unused,
    withLedgerViews: unused,
    withRecordTables: unused,
    withAgreements: unused,
    servedSchema: unused,
    terminal: { print: (line) => printed.push(line), note: () => {}, interactive: false, color: false },
  };
  const program = programFor(context, [registerAudit, registerAuditExport]).configureOutput({ writeErr: () => {} });
  for (const group of program.commands)
    for (const command of group.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  await program.parseAsync(['audit', ...options], { from: 'user' });
  return printed;
}

const verifyFile = (path: string, ...options: readonly string[]) => run(['verify', '--export', path, ...options], true);

async function exported(name: string, ...options: readonly string[]): Promise<string> {
  await run(['export', '--out', inFolder(name), ...options]);
  return inFolder(name);
}

function written(name: string, text: string): string {
  writeFileSync(inFolder(name), text);
  return inFolder(name);
}

describe('besa audit verify --export', () => {
  test('names the first bad entry of the file, and what is wrong with it', async () => {
    const text = readFileSync(await exported('whole.ndjson'), 'utf8');
    const changed = written('changed.ndjson', text.replace(/officer-7(?=[^\n]*"sequence":8\})/, 'officer-8'));
    await expect(verifyFile(changed)).rejects.toThrow(/is broken: entry 8: CHANGED/);
    const cut = written('cut.ndjson', text.slice(0, -10));
    await expect(verifyFile(cut)).rejects.toThrow(/cannot be checked: the last line of the file has no end/);
    const shorter = written('shorter.ndjson', text.split('\n').slice(0, 9).join('\n').concat('\n'));
    await expect(verifyFile(shorter)).rejects.toThrow(/entry 8, or one up to 13: CUT/);
    await expect(verifyFile(inFolder('nowhere.ndjson'))).rejects.toThrow(/there is no file/);
    await expect(verifyFile(written('none.ndjson', 'hello\n'))).rejects.toThrow(/cannot be checked/);
    await expect(verifyFile(written('empty.ndjson', ''))).rejects.toThrow(/the file is empty/);
  });

  test('a head or a key that was kept elsewhere is believed more than the file', async () => {
    const path = await exported('kept.ndjson');
    const kept = written('head.json', headFile(firstHead));
    expect((await verifyFile(path, '--head', kept))[0]).toBe('the export is intact: 13 entries');
    expect((await verifyFile(path, '--key', HUB.key.fingerprint))[0]).toBe('the export is intact: 13 entries');
    const strangers = signer(9);
    await expect(verifyFile(path, '--key', strangers.key.fingerprint)).rejects.toThrow(
      /entry 1, or one up to 5: FORGED/,
    );
    const other = written(
      'other.json',
      headFile(signedHead({ size: 5, hashes: [new Uint8Array(32), new Uint8Array(32)] })),
    );
    await expect(verifyFile(path, '--head', other)).rejects.toThrow(/entry 1, or one up to 5: FORKED/);
    const later = written('later.json', headFile(signedHead({ size: 99, hashes: [new Uint8Array(32)] })));
    await expect(verifyFile(path, '--head', later)).rejects.toThrow(/entry 14, or one up to 99: ROLLED_BACK/);
    const forged = written(
      'forged.json',
      headFile({ ...firstHead, text: firstHead.text.replace('"size":5', '"size":4') }),
    );
    await expect(verifyFile(path, '--head', forged)).rejects.toThrow(/is no signed head: its signature does not hold/);
    await expect(verifyFile(path, '--key', 'abc')).rejects.toThrow(/fingerprint/);
  });

  test('says to whom the file must be believed if nothing was kept', async () => {
    const lines = await verifyFile(await exported('alone.ndjson.gz'));
    expect(lines[0]).toBe('the export is intact: 13 entries');
    expect(lines[1]).toMatch(/^witness 13:[0-9a-f]{64}$/);
    expect(lines[2]).toBe('signed up to entry 11');
    expect(lines[3]).toContain(`by the key ${HUB.key.fingerprint}`);
    expect(
      gunzipSync(readFileSync(inFolder('alone.ndjson.gz')))
        .toString()
        .split('\n'),
    ).toHaveLength(1 + 13 + 2 + 1 + 1);
    const damaged = gzipSync('hello\nworld').subarray(0, 20);
    writeFileSync(inFolder('damaged.gz'), damaged);
    await expect(verifyFile(inFolder('damaged.gz'))).rejects.toThrow(/cannot be checked/);
  });

  test('takes parts in their order, and only those that stand on each other', async () => {
    const whole = readFileSync(await exported('parts.ndjson'), 'utf8').split('\n');
    const rest = await exported('rest.ndjson', '--from', '8');
    expect(await verifyFile(rest)).toContain('the export from entry 8 on is intact: 13 entries');
    const header = JSON.parse(whole[0] ?? '{}') as object;
    const own = { ...header, size: 7 };
    // The first seven entries as an archive would hold them: with the root the rest stands on.
    const begin = JSON.parse(readFileSync(rest, 'utf8').split('\n')[0] ?? '{}') as { peaks: readonly string[] };
    const hashes = begin.peaks.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
    const root = Buffer.from(rootOf({ size: 7, hashes })).toString('hex');
    const end = { end: { root, signedHead: null, size: 7 } };
    const lines = [JSON.stringify(own), ...whole.slice(1, 9), JSON.stringify(end), ''];
    const first = written('first.ndjson', lines.join('\n'));
    expect((await run(['verify', '--export', first, '--export', rest], true)).length).toBeGreaterThan(2);
    expect(await run(['verify', '--archive', first])).toContain('the ledger is intact: 13 entries');
    await expect(run(['verify', '--export', rest, '--export', first], true)).rejects.toThrow(/does not begin where/);
    const witness = `12:${'0'.repeat(64)}`;
    await expect(run(['verify', '--export', first, '--export', rest, '--witness', witness], true)).rejects.toThrow(
      /12/,
    );
  });
});

describe('besa audit verify', () => {
  test('compares the database with the signed heads in it and with those kept elsewhere', async () => {
    const kept = written('own.json', headFile(firstHead));
    expect((await run(['verify', '--head', kept])).slice(0, 1)).toEqual(['the ledger is intact: 13 entries']);
    await expect(run(['verify', '--key', signer(9).key.fingerprint])).rejects.toThrow(/FORGED/);
    await expect(run(['verify', '--archive', inFolder('nowhere')])).rejects.toThrow(/there is no file/);
  });

  test('a text that is gone without an archive is a change', async () => {
    const [row] = await world.sql<{ body: string }>('select body from besa.ledger_entry where sequence = 3');
    await world.sql(tampering('update besa.ledger_entry set body = null where sequence = 3'));
    await expect(run(['verify'])).rejects.toThrow(/entry 3: CHANGED: the text is gone/);
    const quoted = (row?.body ?? '').replaceAll("'", "''");
    await world.sql(tampering(`update besa.ledger_entry set body = '${quoted}' where sequence = 3`));
    expect((await run(['verify']))[0]).toBe('the ledger is intact: 13 entries');
  });
});

describe('besa audit export', () => {
  test('leaves nothing behind that could be taken for an export if it fails', async () => {
    await expect(run(['export', '--out', inFolder('late.ndjson'), '--from', '15'])).rejects.toThrow(/has no entry 15/);
    await expect(run(['export', '--out', join(folder, 'no', 'such', 'folder')])).rejects.toThrow(/was not written/);
    await expect(run(['export', '--out', inFolder('x'), '--from', '0'])).rejects.toThrow(/from 1/);
    expect(readdirSync(folder).filter((name) => name.includes('partial') || name.startsWith('late.'))).toEqual([]);
  });

  test('writes each entry, the keys, and each signed head behind the last entry it counts', async () => {
    const path = await exported('read.ndjson');
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ export: 'LEDGER', format: 1, environment: ENVIRONMENT, from: 1, size: 13 });
    expect(lines.findIndex((line) => 'head' in line)).toBe(6);
    expect(lines.at(-1)).toMatchObject({ end: { size: 13, signedHead: null } });
    expect(readFileSync(path, 'utf8')).not.toContain('partial');
  });
});
