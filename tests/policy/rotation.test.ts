import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '../../src/domain/decision.js';
import { PSEUDONYM_ROTATIONS } from '../../src/domain/treatment.js';
import { boundByRotation, rotationPeriodAt } from '../../src/policy/constraints/pseudonym.js';

const SEED = 20_261_123;
// Lord Howe moves its clocks by half an hour; Apia had no 30 December 2011.
const ZONES = ['Europe/Tirane', 'UTC', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Pacific/Apia'];

describe('the periods in which tokens stay the same', () => {
  test('leave no instant out, and none in two: each ends where the next begins, under another name', () => {
    const at = fc.date({ min: new Date('2000-01-01'), max: new Date('2050-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(at, fc.constantFrom(...PSEUDONYM_ROTATIONS), fc.constantFrom(...ZONES), (now, rotation, zone) => {
        const period = rotationPeriodAt(now, rotation, zone);
        expect(period.from <= now && now < period.until).toBe(true);
        const last = rotationPeriodAt(new Date(period.until.getTime() - 1), rotation, zone);
        const next = rotationPeriodAt(period.until, rotation, zone);
        expect(last).toEqual(period);
        expect(next.from).toEqual(period.until);
        expect(next.name).not.toBe(period.name);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  test.each([
    { rotation: 'month', name: '2026-12', from: '2026-11-30T23:00:00.000Z', until: '2026-12-31T23:00:00.000Z' },
    { rotation: 'quarter', name: '2026-Q4', from: '2026-09-30T22:00:00.000Z', until: '2026-12-31T23:00:00.000Z' },
    { rotation: 'year', name: '2026', from: '2025-12-31T23:00:00.000Z', until: '2026-12-31T23:00:00.000Z' },
  ] as const)('are calendar ones of the hub’s time zone: a $rotation', ({ rotation, name, from, until }) => {
    const period = rotationPeriodAt(new Date('2026-12-31T22:59:59.999Z'), rotation, 'Europe/Tirane');
    expect(period).toEqual({ name, from: new Date(from), until: new Date(until) });
  });
});

describe('a decision that shows tokens', () => {
  const decision = (validFrom: Date | null, validUntil: Date | null): Decision => ({
    setVersion: '1',
    validFrom,
    validUntil,
    grants: [],
    digest: 'd',
  });
  const NOW = new Date('2026-11-23T12:00:00.000Z');
  const [FROM, UNTIL] = [new Date('2025-12-31T23:00:00.000Z'), new Date('2026-12-31T23:00:00.000Z')];
  const bound = (one: Decision) => boundByRotation(one, NOW, { rotation: 'year', timeZone: 'Europe/Tirane' });

  test('ends where they change, and did not hold before they began', () => {
    const far = decision(new Date('2001-01-01'), new Date('2099-01-01'));
    for (const one of [decision(null, null), far]) {
      expect(bound(one)).toMatchObject({ validFrom: FROM, validUntil: UNTIL, pseudonymPeriod: '2026' });
    }
  });

  test('ends sooner where a clause does', () => {
    const [from, until] = [new Date('2026-11-01'), new Date('2026-11-24')];
    expect(bound(decision(from, until))).toMatchObject({ validFrom: from, validUntil: until });
  });
});
