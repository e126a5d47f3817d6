import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { headFileText, headText } from '../../src/audit/signed-head.js';
import { LedgerSigner } from '../../src/persistence/ledger-keys.js';
import { openSafekeeping } from '../../src/persistence/safekeeping.js';
import { testKey } from './test-keys.js';

const root = mkdtempSync(join(tmpdir(), 'besa-safekeeping-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(root, String(count++));
});

const signer = new LedgerSigner(testKey(1));

function headOf(size: number) {
  const said = { at: new Date('2026-11-24T10:00:00Z'), environment: 'test', key: signer.fingerprint, size };
  const text = headText({ ...said, root: 'ab'.repeat(32) });
  return {
    size,
    root: 'ab'.repeat(32),
    text: headFileText({ publicKey: signer.publicKey, signature: signer.sign(text), text }),
  };
}

const erasure = (recordId: string) => ({
  databaseId: 3,
  recordId,
  at: new Date('2026-11-24T10:00:00Z'),
  version: 2,
  keyHash: 'ab'.repeat(32),
  reason: 'UNLAWFUL' as const,
});

describe('the safekeeping folder', () => {
  test('that cannot be used is told with what to do', async () => {
    await expect(openSafekeeping('/dev/null/safekeeping')).rejects.toMatchObject({
      message: expect.stringContaining('the safekeeping folder `/dev/null/safekeeping` cannot be used'),
      mends: [expect.stringContaining('BESA_SAFEKEEPING')],
    });
  });

  test('keeps the largest own head, private to its owner, and leaves nothing unfinished', async () => {
    const safekeeping = await openSafekeeping(folder);
    expect(await safekeeping.newestHead()).toBeUndefined();
    await safekeeping.keepHead(headOf(9));
    await safekeeping.keepHead(headOf(7));
    expect((await safekeeping.newestHead())?.trim()).toBe(headOf(9).text);
    expect(readdirSync(folder)).toEqual(['head.json']);
    expect(statSync(folder).mode & 0o077).toBe(0);
    expect(statSync(join(folder, 'head.json')).mode & 0o077).toBe(0);
  });

  test('does not write a head again that it has', async () => {
    const safekeeping = await openSafekeeping(folder);
    await safekeeping.keepHead(headOf(9));
    const { ino } = statSync(join(folder, 'head.json'));
    await safekeeping.keepHead(headOf(9));
    expect(statSync(join(folder, 'head.json')).ino).toBe(ino);
  });

  test('a file that is there and cannot be read is no head that may be passed over', async () => {
    const safekeeping = await openSafekeeping(folder);
    mkdirSync(join(folder, 'behind.json'));
    symlinkSync('behind.json', join(folder, 'linked.json'));
    await expect(safekeeping.heads()).rejects.toMatchObject({ code: 'EISDIR' });
    rmSync(join(folder, 'behind.json'), { recursive: true });
    expect(await safekeeping.heads()).toEqual([]);
  });

  test('an own head that somebody overwrote is replaced by the next one', async () => {
    const safekeeping = await openSafekeeping(folder);
    writeFileSync(join(folder, 'head.json'), 'no head');
    await safekeeping.keepHead(headOf(7));
    expect((await safekeeping.newestHead())?.trim()).toBe(headOf(7).text);
  });

  test('lists every other JSON file as a head somebody brought back, the longest of them as unreadable', async () => {
    const safekeeping = await openSafekeeping(folder);
    await safekeeping.keepPresented(headOf(5));
    await safekeeping.keepKeys('{"keys":[]}');
    writeFileSync(join(folder, 'long.json'), 'x'.repeat(20_000));
    const files = (await safekeeping.heads()).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(files.map(({ name, text }) => [name, text.length > 0])).toEqual([
      ['long.json', false],
      [`presented-5-${'ab'.repeat(8)}.json`, true],
    ]);
  });

  test('heads set aside are kept and count no more', async () => {
    const safekeeping = await openSafekeeping(folder);
    await safekeeping.keepHead(headOf(5));
    await safekeeping.supersede(['head.json', 'gone-already.json']);
    expect(await safekeeping.heads()).toEqual([]);
    expect(readdirSync(join(folder, 'superseded'))).toEqual([expect.stringMatching(/^head-[0-9a-f]{8}\.json$/)]);
  });
});

describe('erasures in safekeeping', () => {
  const SECRET = Buffer.alloc(32, 1);
  const file = () => join(folder, 'erasures.ndjson');
  const lines = () => readFileSync(file(), 'utf8').split('\n').slice(0, -1);

  test('are neither read nor written without the secret of the hub', async () => {
    const safekeeping = await openSafekeeping(folder);
    await expect(safekeeping.appendErasures([erasure('1')])).rejects.toThrow('under the secret of the hub');
    await expect(safekeeping.readErasures()).rejects.toThrow('under the secret of the hub');
  });

  test.each([
    { name: 'is no erasure', tampered: () => '{"at":"x"}' },
    { name: 'has no seal', tampered: (line: string) => line.replace(/,"seal":"\w+"/, '') },
    { name: 'has another seal', tampered: (line: string) => line.replace(/"seal":"\w/, '"seal":"x') },
    { name: 'names another record', tampered: (line: string) => line.replace('"recordId":"2"', '"recordId":"3"') },
    { name: 'names another database', tampered: (line: string) => line.replace('"databaseId":3', '"databaseId":4') },
    { name: 'names a later version', tampered: (line: string) => line.replace('"version":2', '"version":9') },
  ])('a line that $name stops whoever reads them, by its number, with what to do', async ({ tampered }) => {
    const safekeeping = await openSafekeeping(folder, SECRET);
    await safekeeping.appendErasures([erasure('1'), erasure('2')]);
    const [first = '', second = ''] = lines();
    expect(tampered(second)).not.toBe(second);
    writeFileSync(file(), `${first}\n${tampered(second)}\n`);
    await expect(safekeeping.readErasures()).rejects.toMatchObject({
      name: 'StartError',
      message: 'line 2 of `erasures.ndjson` in safekeeping was not written by this hub, or not like that',
      mends: [expect.stringContaining('BESA_SECRET'), expect.stringContaining('put back the file')],
    });
  });

  test('are worth nothing to a hub with another secret', async () => {
    await (await openSafekeeping(folder, Buffer.alloc(32, 2))).appendErasures([erasure('1')]);
    await expect((await openSafekeeping(folder, SECRET)).readErasures()).rejects.toThrow('line 1 of `erasures.ndjson`');
  });

  test('a line that was cut off with its process is passed over, and the next one stands apart', async () => {
    const safekeeping = await openSafekeeping(folder, SECRET);
    await safekeeping.appendErasures([erasure('1')]);
    writeFileSync(file(), '{"at":"2026-11-24T', { flag: 'a' });
    await safekeeping.appendErasures([erasure('2'), erasure('-3')]);
    expect(await safekeeping.readErasures()).toEqual(['1', '2', '-3'].map(erasure));
  });

  test('are read in their order, by another process too', async () => {
    const [one, other] = [await openSafekeeping(folder, SECRET), await openSafekeeping(folder, SECRET)];
    await Promise.all([one.appendErasures([erasure('1'), erasure('2')]), other.appendErasures([])]);
    await other.appendErasures([erasure('3')]);
    expect(await one.readErasures()).toEqual(['1', '2', '3'].map(erasure));
    expect(lines()).toHaveLength(3);
  });
});
