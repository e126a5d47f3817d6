/** `besa key generate`: what is made here stays here. The other commands speak to a hub and are walked in `cli.test.ts`. */
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { CommandContext } from '../../src/cli/command.js';
import { registerKey } from '../../src/cli/key.js';
import { programFor } from '../../src/cli/program.js';
import { signText } from '../../src/cli/sign-text.js';
import { verifyEd25519 } from '../../src/persistence/cryptography.js';

const folder = mkdtempSync(join(tmpdir(), 'besa-key-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function generate(file: string): Promise<readonly string[]> {
  const printed: string[] = [];
  const terminal = { print: (line: string) => printed.push(line), note: () => 0, interactive: false, color: false };
  const program = programFor({ terminal } as unknown as CommandContext, [registerKey]);
  await program.parseAsync(['key', 'generate', '--out', file], { from: 'user' });
  return printed;
}

describe('besa key generate', () => {
  const file = join(folder, 'signatory.pem');

  test('writes an Ed25519 key that only its owner may read, and prints its public half alone', async () => {
    const printed = await generate(file);
    const pem = readFileSync(file, 'utf8');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(createPrivateKey(pem).asymmetricKeyType).toBe('ed25519');
    expect(printed).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(verifyEd25519(printed[0] ?? '', 'words', signText(pem, 'words'))).toBe(true);
  });

  test('never overwrites a key', async () => {
    const before = readFileSync(file, 'utf8');
    await expect(generate(file)).rejects.toMatchObject({ message: `\`${file}\` exists already` });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('says so where it cannot write', async () => {
    await expect(generate(join(folder, 'none', 'key.pem'))).rejects.toThrow('cannot be written (ENOENT)');
  });
});
