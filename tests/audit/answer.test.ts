import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { HubError } from '../../src/domain/errors.js';
import type { Identity } from '../../src/domain/identity.js';
import type { LedgerAsk, LedgerEntry } from '../../src/domain/ledger.js';
import { ATTEMPTS_MAX, answer, type Door } from '../../src/hub/answer.js';
import type { Journal, LedgerRequest } from '../../src/hub/journal.js';
import type { Appended, LedgerGuard } from '../../src/hub/ports.js';
import { sampleEntry } from './sample-entry.js';

const OFFICER: Identity = { agency: 'ME-BP', person: 'officer-7', roles: ['ANALYST'] };
const request = (): LedgerRequest => ({
  requestId: randomUUID(),
  action: 'viewer',
  operation: { name: 'Q', hash: 'ab' },
});
const ASK = sampleEntry().asks[0] as LedgerAsk;
const guard = (changes: Partial<LedgerGuard> = {}): LedgerGuard => ({
  setVersion: '7',
  validFrom: null,
  validUntil: null,
  ...changes,
});

interface Appending {
  readonly entry: LedgerEntry;
  readonly guard: LedgerGuard | undefined;
}

/** A hub whose ledger answers in turn what it is told, then that it has appended. */
function hubWith(
  ...results: readonly (Appended | HubError)[]
): Door & { readonly appended: Appending[]; refreshes: number } {
  const [turns, appended] = [[...results], [] as Appending[]];
  let nowMs = 0;
  const hub = {
    appended,
    refreshes: 0,
    monotonicMs: () => (nowMs += 5),
    agreements: {
      inForce: async () => {
        hub.refreshes += 1;
        return { set: { version: '8', versions: [], acts: [] }, databases: [], now: new Date(0) };
      },
    },
    witnesses: { doubt: async () => undefined },
    ledger: {
      list: async () => [],
      append: async (entry: LedgerEntry, held?: LedgerGuard): Promise<Appended> => {
        const result = turns.shift() ?? { kind: 'APPENDED', sequence: 1 };
        if (result instanceof HubError) throw result;
        if (result.kind === 'APPENDED') appended.push({ entry, guard: held });
        return result;
      },
    },
  };
  return hub;
}

/** One whose process stands still while its entry is written. */
function slowHub(): { readonly hub: ReturnType<typeof hubWith>; readonly slow: Door } {
  const hub = hubWith();
  let stoodMs = 0;
  const append: Door['ledger']['append'] = (entry, held) => {
    stoodMs = 600;
    return hub.ledger.append(entry, held);
  };
  return { hub, slow: { ...hub, monotonicMs: () => hub.monotonicMs() + stoodMs, ledger: { ...hub.ledger, append } } };
}

const STALE: Appended = { kind: 'STALE' };
const told = (journal: Journal, held = guard()): string => {
  journal.ask(ASK, held);
  return 'rows';
};

describe('a request at the door', () => {
  test('is refused if its entry cannot be written, whatever it found', async () => {
    const hub = hubWith(new HubError('LEDGER_UNAVAILABLE'));
    await expect(answer(hub, OFFICER, request(), async (journal) => told(journal))).rejects.toMatchObject({
      code: 'LEDGER_UNAVAILABLE',
    });
  });

  test.each([
    { name: 'under a set that has changed since', held: guard() },
    { name: 'by a decision that has ended since', held: guard({ setVersion: '8', validUntil: new Date(0) }) },
  ])('entered long ago $name is held back; its entry stays', async ({ held }) => {
    const { hub, slow } = slowHub();
    const late = answer(slow, OFFICER, request(), async (journal) => told(journal, held));
    await expect(late).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(hub.appended).toHaveLength(1);
  });

  test('entered long ago leaves if its decision holds still', async () => {
    const { hub, slow } = slowHub();
    const late = answer(slow, OFFICER, request(), async (journal) => told(journal, guard({ setVersion: '8' })));
    expect(await late).toBe('rows');
    expect(hub.refreshes).toBe(1);
  });

  test('whose refusal cannot be written fails with the ledger’s error, not with its own', async () => {
    const hub = hubWith(new HubError('LEDGER_UNAVAILABLE'));
    const refused = answer(hub, OFFICER, request(), async () => {
      throw new HubError('BAD_USER_INPUT', 'something telling');
    });
    await expect(refused).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  });

  test('leaves only after its entry is durable', async () => {
    const order: string[] = [];
    const hub = hubWith();
    const slow = {
      ...hub,
      ledger: {
        ...hub.ledger,
        append: async (entry: LedgerEntry) => {
          await new Promise((resolve) => setImmediate(resolve));
          order.push('entry');
          return hub.ledger.append(entry);
        },
      },
    };
    await answer(slow, OFFICER, request(), async (journal) => told(journal)).then(() => order.push('answer'));
    expect(order).toEqual(['entry', 'answer']);
  });

  test.each([
    [new HubError('FORBIDDEN'), 'REFUSED', 'FORBIDDEN'],
    [new HubError('BAD_USER_INPUT'), 'REFUSED', 'BAD_USER_INPUT'],
    [new HubError('SOURCE_UNAVAILABLE'), 'FAILED', 'SOURCE_UNAVAILABLE'],
    [new TypeError('our bug, with a value in it'), 'FAILED', 'INTERNAL'],
  ])('that ends with %s is one entry: %s, %s', async (error, outcome, errorCode) => {
    const hub = hubWith();
    const failed = answer(hub, OFFICER, request(), async (journal) => {
      told(journal);
      throw error;
    });
    await expect(failed).rejects.toBe(error);
    expect(hub.appended).toHaveLength(1);
    expect(hub.appended[0]?.entry).toMatchObject({ outcome, errorCode, asks: [{ ...ASK, lines: [] }] });
    expect(hub.appended[0]?.guard).toBeUndefined();
    expect(JSON.stringify(hub.appended)).not.toContain('value in it');
  });

  test('answered under agreements that have changed is answered again, and only the second answer leaves', async () => {
    const hub = hubWith(STALE);
    const answers = ['old', 'new'];
    const result = await answer(hub, OFFICER, request(), async (journal) => told(journal) && answers.shift());
    expect(result).toBe('new');
    expect(hub.appended).toHaveLength(1);
    expect(hub.refreshes).toBe(1);
  });

  test('under which the agreements keep changing is given up after a few attempts, as one failed entry', async () => {
    const hub = hubWith(...Array.from({ length: ATTEMPTS_MAX }, () => STALE));
    let attempts = 0;
    const given = answer(hub, OFFICER, request(), async (journal) => {
      attempts += 1;
      return told(journal);
    });
    await expect(given).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(attempts).toBe(ATTEMPTS_MAX);
    expect(hub.appended.map(({ entry }) => [entry.outcome, entry.asks])).toEqual([['FAILED', []]]);
  });

  test('with two asks under different versions is answered again before anything is written', async () => {
    const hub = hubWith();
    let attempt = 0;
    await answer(hub, OFFICER, request(), async (journal) => {
      attempt += 1;
      told(journal, guard({ setVersion: attempt === 1 ? '6' : '7' }));
      return told(journal);
    });
    expect(attempt).toBe(2);
    expect(hub.appended).toHaveLength(1);
  });

  test('with several asks is held to the tightest stretch of all', async () => {
    const hub = hubWith();
    const [early, late] = [new Date(1_000), new Date(2_000)];
    await answer(hub, OFFICER, request(), async (journal) => {
      told(journal, guard({ validFrom: early, validUntil: null }));
      told(journal, guard({ validFrom: late, validUntil: late }));
      told(journal, guard({ validFrom: null, validUntil: early }));
    });
    expect(hub.appended[0]?.guard).toEqual({ setVersion: '7', validFrom: late, validUntil: early });
  });

  test('whose act wrote its entry itself writes no second one, even if it fails afterwards', async () => {
    const hub = hubWith();
    const act = async (journal: Journal): Promise<string> => {
      journal.act('suspendAgreement', { reference: 'AGR-2024-002' });
      await hub.ledger.append(journal.entry());
      journal.close();
      return 'done';
    };
    expect(await answer(hub, OFFICER, request(), act)).toBe('done');
    await expect(
      answer(hub, OFFICER, request(), async (journal) => Promise.reject(new Error(await act(journal)))),
    ).rejects.toThrow('done');
    expect(hub.appended.map(({ entry }) => entry.action)).toEqual(['suspendAgreement', 'suspendAgreement']);
  });

  test('is told with who, what for, what and how long', async () => {
    const hub = hubWith();
    const asked = request();
    await answer(hub, OFFICER, asked, async (journal) => {
      journal.state({ purpose: 'BORDER_SURVEILLANCE', regime: 'LED', justification: 'case 7' });
      told(journal);
      journal.ask({ ...ASK, action: 'AGGREGATE' }, guard());
    });
    expect(hub.appended[0]?.entry).toEqual({
      ...{
        requestId: asked.requestId,
        agency: 'ME-BP',
        person: 'officer-7',
        roles: ['ANALYST'],
        operation: asked.operation,
      },
      ...{ purpose: 'BORDER_SURVEILLANCE', regime: 'LED', justification: 'case 7', action: 'READ,AGGREGATE' },
      ...{
        outcome: 'ANSWERED',
        errorCode: null,
        asks: [ASK, { ...ASK, action: 'AGGREGATE' }],
        subject: {},
        durationMs: 5,
      },
    });
  });

  test('that carries an error is refused, failed or answered in part, as the error and the rest of it say', async () => {
    const hub = hubWith();
    for (const [code, hasAnswer] of [
      ['FORBIDDEN', false],
      ['INTERNAL', false],
      ['FORBIDDEN', true],
    ] as const) {
      await answer(hub, OFFICER, request(), async (journal) => journal.fault(code, hasAnswer));
    }
    await answer(hub, { person: 'operator', roles: ['OPERATOR'] }, request(), async () => undefined);
    expect(hub.appended.map(({ entry }) => [entry.outcome, entry.errorCode, entry.action, entry.agency])).toEqual([
      ['REFUSED', 'FORBIDDEN', 'viewer', 'ME-BP'],
      ['FAILED', 'INTERNAL', 'viewer', 'ME-BP'],
      ['ANSWERED', 'FORBIDDEN', 'viewer', 'ME-BP'],
      ['ANSWERED', null, 'viewer', null],
    ]);
  });
});
