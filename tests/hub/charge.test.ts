/** How the asks of one request are charged together, whatever their order. */
import { describe, expect, test } from '@jest/globals';
import type { QuotaAccount } from '../../src/domain/decision.js';
import { type AskCharges, RequestCharges } from '../../src/hub/charge.js';
import type { Charged, QuotaCharge, QuotaSettlement, Quotas } from '../../src/hub/ports.js';

const ACCOUNT: QuotaAccount = {
  key: 'AGR-1|1|AA|BB|day',
  limits: { subjects: 20, per: 'day' },
  from: new Date('2024-06-01T00:00:00Z'),
  until: new Date('2024-06-02T00:00:00Z'),
};
const TEN: readonly QuotaCharge[] = [{ account: ACCOUNT, amounts: { subjects: 10 } }];

/** Quotas with 20 left that remember what they were asked. */
class FakeQuotas implements Quotas {
  left = 20;
  readonly charges: (number | undefined)[] = [];
  readonly settlements: QuotaSettlement[] = [];

  async charge([one]: readonly QuotaCharge[]): Promise<Charged> {
    const amount = one?.amounts.subjects ?? 0;
    this.charges.push(amount);
    if (amount > this.left) return { kind: 'EXHAUSTED', keys: [ACCOUNT.key] };
    this.left -= amount;
    return { kind: 'CHARGED' };
  }

  async settle(settlements: readonly QuotaSettlement[]): Promise<void> {
    this.settlements.push(...settlements);
  }

  async usesOf(): Promise<readonly never[]> {
    return [];
  }

  async refusalsSince(): Promise<readonly never[]> {
    return [];
  }
}

const begun = (ask: AskCharges): AskCharges => {
  ask.begin();
  return ask;
};

describe('the asks of one request', () => {
  test('one that still decides holds up the charge of the others, so that none is answered without it', async () => {
    const quotas = new FakeQuotas();
    const charges = new RequestCharges().attempt();
    const [first, second, third] = [begun(charges.ask()), begun(charges.ask()), begun(charges.ask())];
    const early = Promise.all([first.charge(quotas, TEN), second.charge(quotas, TEN)]);
    await new Promise(setImmediate);
    expect(quotas.charges).toEqual([]);
    expect(await Promise.all([early, third.charge(quotas, TEN)])).toEqual([['EXHAUSTED', 'EXHAUSTED'], 'EXHAUSTED']);
    expect(quotas.charges).toEqual([30]);
  });

  test('one that fails or needs no charge holds up nobody', async () => {
    const quotas = new FakeQuotas();
    const charges = new RequestCharges().attempt();
    const [first, second] = [begun(charges.ask()), begun(charges.ask())];
    const charging = first.charge(quotas, TEN);
    second.end();
    expect(await charging).toBe('CHARGED');
  });

  test('one that comes after the others were charged and finds too little tears the request, which is made again', async () => {
    const quotas = new FakeQuotas();
    const request = new RequestCharges();
    const attempt = request.attempt();
    expect(await begun(attempt.ask()).charge(quotas, TEN)).toBe('CHARGED');
    const late = [{ account: ACCOUNT, amounts: { subjects: 11 } }];
    expect(await begun(attempt.ask()).charge(quotas, late)).toBe('EXHAUSTED');
    expect(attempt.isTorn).toBe(true);
    const again = request.attempt();
    expect(again.isTorn).toBe(false);
    expect(await begun(again.ask()).charge(quotas, TEN)).toBe('EXHAUSTED');
    expect(quotas.charges).toEqual([10, 11]);
    await again.settle();
    expect(quotas.settlements).toEqual([{ account: ACCOUNT, recordsBack: 0, subjectsCharged: 10, subjects: [] }]);
  });

  test('an attempt made again pays what is missing, and is settled by what it disclosed itself', async () => {
    const quotas = new FakeQuotas();
    const request = new RequestCharges();
    const stale = request.attempt();
    await begun(stale.ask()).charge(quotas, TEN);
    stale.disclosed(ACCOUNT, [{ databaseId: 1, id: '1' }]);
    const attempt = request.attempt();
    const ask = begun(attempt.ask());
    await ask.charge(quotas, TEN);
    ask.begin();
    expect(await ask.charge(quotas, [{ account: ACCOUNT, amounts: { subjects: 12 } }])).toBe('CHARGED');
    expect(quotas.charges).toEqual([10, 2]);
    attempt.disclosed(ACCOUNT, [{ databaseId: 1, id: '2' }]);
    attempt.disclosed(ACCOUNT, [{ databaseId: 1, id: '2' }]);
    await attempt.settle();
    expect(quotas.settlements).toMatchObject([{ subjectsCharged: 12, subjects: [{ databaseId: 1, id: '2' }] }]);
  });

  test('nothing is given back for a request that was not answered', async () => {
    const quotas = new FakeQuotas();
    const charges = new RequestCharges().attempt();
    await begun(charges.ask()).charge(quotas, TEN);
    charges.forfeit();
    await charges.settle();
    expect(quotas.settlements).toEqual([]);
  });
});
