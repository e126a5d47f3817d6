/** `besa audit open`: whoever was handed commitment, opening and values checks them alone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { commitmentTo } from '../../src/audit/commitment.js';
import { registerAuditOpen } from '../../src/cli/audit-open.js';
import type { CommandContext } from '../../src/cli/command.js';
import { programFor } from '../../src/cli/program.js';

const SALT = '00'.repeat(16);
const SHOWN = { documentNumber: 'AL900001', reportedAt: null };
const COMMITMENT = commitmentTo(SHOWN, SALT);

const folder = mkdtempSync(join(tmpdir(), 'besa-open-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function open(text: string, opening = SALT, commitment = COMMITMENT): Promise<readonly string[]> {
  const file = join(folder, 'fields.json');
  writeFileSync(file, text);
  const printed: string[] = [];
  const terminal = { print: (line: string) => printed.push(line), note: () => 0, interactive: false, color: false };
  const program = programFor({ terminal } as unknown as CommandContext, [registerAuditOpen]);
  const words = ['audit', 'open', '--commitment', commitment, '--opening', opening, '--fields', file];
  await program.parseAsync(words, { from: 'user' });
  return printed;
}

describe('besa audit open', () => {
  test.each([
    { name: 'another value', text: JSON.stringify({ ...SHOWN, documentNumber: 'AL900002' }) },
    { name: 'a null left out', text: '{"documentNumber":"AL900001"}' },
  ])('refuses $name, and repeats no value', async ({ text }) => {
    const refused = open(text);
    await expect(refused).rejects.toMatchObject({ name: 'CommandFailure' });
    await expect(refused).rejects.not.toThrow(/AL9/);
  });

  test('refuses an opening of something else', async () => {
    await expect(open(JSON.stringify(SHOWN), 'ff'.repeat(16))).rejects.toThrow('not the values that were shown');
    await expect(open(JSON.stringify(SHOWN), 'none')).rejects.toThrow('not the values that were shown');
  });

  test('says what is wrong with the file, and nothing of what is in it', async () => {
    await expect(open('documentNumber: AL900001')).rejects.toThrow(/^`.*fields\.json` cannot be read as JSON$/);
    await expect(open('["AL900001"]')).rejects.toThrow(/holds no object$/);
  });

  test('says yes to the values that were shown, in any order and spelling of the hexadecimals', async () => {
    const printed = await open('{ "reportedAt": null, "documentNumber": "AL900001" }', SALT, COMMITMENT.toUpperCase());
    expect(printed).toEqual(['✔ exactly these 2 fields were shown, with these values']);
  });
});
