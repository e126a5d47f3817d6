import { describe, expect, test } from '@jest/globals';
import { readSource, sourceFiles } from './sources.js';

/** Servers of tests are made here, and here their requests are counted. */
const COUNTING = ['tests/api/harness.ts', 'tests/evidence/inbox-node.mjs', 'tests/journeys/hub-node.mjs'];
const HARNESS = [
  ...COUNTING,
  'tests/api/reckoning.ts',
  'tests/journeys/world-hub.ts',
  'tests/evidence/quality-world.ts',
  'tests/house/reconciled.test.ts',
];

const files = sourceFiles(['tests'], ['.ts', '.mjs']).filter((path) => !path.startsWith('tests/long/'));
const times = (text: string, what: RegExp): number => [...text.matchAll(what)].length;

describe('authenticated requests made = entries in the ledger', () => {
  test('no test makes an HTTP server past the harness that counts them', () => {
    const makers = files.filter((path) => times(readSource(path), /\bcreateHttp\(/g) > 0);
    expect(makers.filter((path) => path !== 'tests/house/reconciled.test.ts')).toEqual(COUNTING);
  });

  test('whatever a test opens it closes, for closing is where they are compared', () => {
    const opening = /await (?:worldHub|emptyHub|testServer|uploadDoor|tamperingHub|revocationWorld|qualityWorld)\(/g;
    const opened = files.filter((path) => !HARNESS.includes(path) && times(readSource(path), opening) > 0);
    expect(opened.length).toBeGreaterThan(20);
    const left = opened.filter((path) => {
      const text = readSource(path);
      return times(text, /\bclose\b/g) < times(text, opening);
    });
    expect(left).toEqual([]);
  });
});
