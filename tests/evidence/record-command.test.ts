import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CommandContext } from '../../src/cli/command.js';
import { programFor } from '../../src/cli/program.js';
import { DATABASE, type OwnRecord, type QualityWorld, qualityWorld } from './quality-world.js';

let world: QualityWorld;
let url: string;
let record: OwnRecord;
beforeAll(async () => {
  world = await qualityWorld();
  url = await world.listen();
  const [first] = await world.own();
  if (first === undefined) throw new Error('the section has no record');
  record = first;
}, 60_000);
afterAll(() => world?.close());

/** Runs `besa record …` as this caller. @returns every line it prints */
async function besa(token: string, ...line: readonly string[]): Promise<readonly string[]> {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const context = {
    config: () => ({ demo: 'off', client: { url, token } }),
    terminal: { print: say, note: say, interactive: false, color: false },
  } as unknown as CommandContext;
  await programFor(context).parseAsync(['record', ...line], { from: 'user' });
  return said;
}

const STEWARD = 'AL-BMP:STEWARD';
const named = (): readonly string[] => [
  '--database',
  DATABASE,
  '--key',
  JSON.stringify({ nationalReference: record.nationalReference }),
];

describe('`besa record`', () => {
  test('says what is wrong with what was typed, before anything is asked', async () => {
    const reason = ['--reason', 'wrong_value'];
    await expect(besa(STEWARD, 'erase', '--database', DATABASE, ...reason)).rejects.toThrow('which record?');
    await expect(besa(STEWARD, 'erase', ...named(), '--id', 'x', ...reason)).rejects.toThrow('which record?');
    await expect(besa(STEWARD, 'erase', '--database', DATABASE, '--key', '{', ...reason)).rejects.toThrow(
      '`--key` is no JSON',
    );
    await expect(besa(STEWARD, 'erase', ...named(), '--reason', 'because')).rejects.toThrow('none of the words');
  });

  test('tells a refusal by its place', async () => {
    const line = ['correct', ...named(), '--changes', '{"nationalty":"SYR"}', '--reason', 'wrong_value'];
    await expect(besa(STEWARD, ...line)).rejects.toThrow('changes.nationalty: unknown key, expected a field of');
  });

  test('disputes, corrects and erases, and tells who was told', async () => {
    await world.read('ME-BP', 'nationality');
    const disputed = await besa(
      STEWARD,
      'dispute',
      ...named(),
      '--reason',
      'disputed_by_subject',
      '--due-within',
      'P7D',
    );
    expect(disputed[0]).toMatch(/^✔ disputed: version 2, id /);
    expect(disputed[1]).toBe('  ME-BP is told, and owes an answer by 2026-11-30T23:00:00.000Z');
    const changes = ['--changes', JSON.stringify({ nationality: 'UNK' }), '--note', 'read again'];
    const corrected = await besa(STEWARD, 'correct', ...named(), ...changes, '--reason', 'wrong_value');
    expect(corrected[0]).toMatch(/^✔ corrected: version 3, id /);
    const id = corrected[0]?.split(' id ')[1] ?? '';
    const erased = await besa(STEWARD, 'erase', '--database', DATABASE, '--id', id, '--reason', 'unlawful');
    expect(erased[0]).toMatch(/^✔ erased: version 3, id /);
  });

  test('lists notices on both sides, and attests one', async () => {
    const received = await besa('ME-BP:STEWARD', 'notices');
    expect(received.filter((line) => line.startsWith('OPEN'))).toHaveLength(3);
    expect(received[0]).toMatch(
      /^OPEN {6}AL-BMP to ME-BP: ERASED \(UNLAWFUL\), 1 record of AL-BORDER-CROSSINGS, due 2026-12-23/,
    );
    const id = received[0]?.split('\n')[1]?.trim() ?? '';
    const statement = ['--statement', 'our copy is gone'];
    expect(await besa('ME-BP:STEWARD', 'attest', id, '--outcome', 'erased', ...statement)).toEqual([
      `✔ ${id} is attested`,
    ]);
    expect(await besa(STEWARD, 'notices', '--issued', '--status', 'attested')).toHaveLength(1);
    const [json = ''] = await besa('ME-BP:STEWARD', 'notices', '--json');
    expect(JSON.parse(json)).toHaveLength(3);
    expect(await besa('RS-BP:STEWARD', 'notices')).toEqual(['there is no notice']);
  });
});
