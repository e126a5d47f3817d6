import { describe, expect, test } from '@jest/globals';
import { SharedTurns } from '../../src/persistence/shared-turns.js';

/** Turns that a test lets end. */
function turnsOf(everyMs: number) {
  const begun: { readonly end: (value: string) => void; readonly fail: (error: Error) => void }[] = [];
  const work = () =>
    new Promise<string>((resolve, reject) => {
      begun.push({ end: resolve, fail: reject });
    });
  return { begun, turns: new SharedTurns(work, everyMs) };
}

const settled = () => new Promise(setImmediate);

describe('signing on demand', () => {
  test('whoever asks while a signing is under way waits for the next one, which sees what came meanwhile', async () => {
    const { begun, turns } = turnsOf(0);
    const first = turns.next();
    await settled();
    const later = [turns.next(), turns.next(), turns.next()];
    await settled();
    expect(begun).toHaveLength(1);
    begun[0]?.end('one');
    expect(await first).toBe('one');
    await settled();
    expect(begun).toHaveLength(2);
    begun[1]?.end('two');
    expect(await Promise.all(later)).toEqual(['two', 'two', 'two']);
  });

  test('one that fails fails for those who asked for it, and for nobody after', async () => {
    const { begun, turns } = turnsOf(0);
    const failing = [turns.next(), turns.next()];
    await settled();
    begun[0]?.fail(new Error('the database is away'));
    for (const one of failing) await expect(one).rejects.toThrow('the database is away');
    const next = turns.next();
    await settled();
    begun[1]?.end('back');
    expect(await next).toBe('back');
  });

  test('however many ask, heads are signed no more often than said', async () => {
    const times: number[] = [];
    const turns = new SharedTurns(async () => times.push(performance.now()), 60);
    for (let asked = 0; asked < 4; asked += 1) await Promise.all(Array.from({ length: 50 }, () => turns.next()));
    expect(times).toHaveLength(4);
    // A timer may ring a millisecond early.
    for (const [index, at] of times.entries()) expect(at - (times[index - 1] ?? -100)).toBeGreaterThan(58);
  });
});
