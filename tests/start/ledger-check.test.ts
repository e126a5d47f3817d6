import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkLedger } from '../../src/start/ledger-check.js';
import { type LedgerWorld, ledgerWorld, tampering } from '../audit/postgres-ledger.js';
import { sampleEntry } from '../audit/sample-entry.js';

let world: LedgerWorld;
beforeAll(async () => {
  world = await ledgerWorld();
  for (let times = 0; times < 3; times++) await world.ledger.append(sampleEntry());
});
afterAll(() => world.close());

describe('the ledger at a start', () => {
  test('one that was tampered with is named as broken, with the entry', async () => {
    await world.sql(
      tampering(`update besa.ledger_entry set body = replace(body, 'ANALYST', 'ANALYSX') where sequence = 2`),
    );
    expect(await checkLedger(world.url)).toEqual({
      kind: 'BROKEN',
      explanation: expect.stringMatching(/^entry 2: CHANGED: /),
    });
    await world.sql(
      tampering(`update besa.ledger_entry set body = replace(body, 'ANALYSX', 'ANALYST') where sequence = 2`),
    );
  });

  test('one that is intact is verified to its last entry', async () => {
    expect(await checkLedger(world.url)).toEqual({ kind: 'VERIFIED', entries: 3 });
  });

  test('one that would take too long is counted only, and not called verified', async () => {
    expect(await checkLedger(world.url, 2)).toEqual({ kind: 'NOT_CHECKED', entries: 3 });
  });
});
