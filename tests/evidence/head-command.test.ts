import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readKeptHead } from '../../src/audit/head-trust.js';
import type { CommandContext } from '../../src/cli/command.js';
import { programFor } from '../../src/cli/program.js';
import { type WorldHub, worldHub } from '../journeys/world-hub.js';

let world: WorldHub;
let url: string;
let folder: string;
let liar: Server;
beforeAll(async () => {
  world = await worldHub();
  url = await world.listen();
  folder = mkdtempSync(join(tmpdir(), 'besa-head-'));
  liar = createServer((_, response) => response.end('{"publicKey":"00","signature":"00","text":"{}"}'));
  await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => liar?.close(resolve));
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function besa(token: string, out: string, hub = url): Promise<string> {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const context = {
    config: () => ({ demo: 'off', client: { url: hub, token } }),
    terminal: { print: say, note: say, interactive: false, color: false },
  } as unknown as CommandContext;
  await programFor(context).parseAsync(['audit', 'head', '--out', join(folder, out)], { from: 'user' });
  return said.join('\n');
}

describe('`besa audit head`', () => {
  test('writes nothing where there is no head to keep', async () => {
    await expect(besa(':OPERATOR', 'x.json')).rejects.toThrow('[FORBIDDEN]');
    await expect(besa('nobody', 'x.json')).rejects.toThrow('[UNAUTHENTICATED]');
    await expect(besa('ME-BP:AUDITOR', 'x.json', 'http://127.0.0.1:1')).rejects.toThrow('does not answer');
    const { port } = liar.address() as AddressInfo;
    await expect(besa('ME-BP:AUDITOR', 'x.json', `http://127.0.0.1:${port}`)).rejects.toThrow('is no signed head');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('keeps the head of now, whose signature holds, and says how much it stands for', async () => {
    const said = await besa('ME-BP:AUDITOR', 'one.json');
    const { size } = readKeptHead(readFileSync(join(folder, 'one.json'), 'utf8'));
    expect(said).toContain(`one.json: the head of ${size} entries, signed by the key `);
  });

  test('never overwrites one that was kept: it may be the only one that contradicts', async () => {
    const kept = readFileSync(join(folder, 'one.json'), 'utf8');
    await expect(besa('ME-BP:AUDITOR', 'one.json')).rejects.toThrow('exists already');
    expect(readFileSync(join(folder, 'one.json'), 'utf8')).toBe(kept);
  });
});
