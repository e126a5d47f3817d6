/** What a hub does that cannot look at the heads kept of its ledger: a folder that is gone, or that hangs. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { HubError } from '../../src/domain/errors.js';
import { answer, type Door } from '../../src/hub/answer.js';
import { UNSEEN_MS_MAX, Witnesses } from '../../src/hub/evidence/witnesses.js';
import { FleetingSafekeeping } from '../../src/persistence/safekeeping.js';
import { readinessChecks } from '../../src/start/readiness.js';
import { lookAtStart } from '../../src/start/witness-check.js';

const SIGNED = { size: 7, root: '', at: new Date('2026-11-24T10:00:00Z'), key: '', text: '', signature: '' };
const gone = Object.assign(new Error('not there'), { code: 'EIO' });

let nowMs = 0;
let heads: () => Promise<readonly []>;
let told: (string | undefined)[] = [];
let witnesses: Witnesses;
const treeHeads = { keys: async () => [], tree: async () => ({ size: 7, roots: new Map<number, string>() }) };
const signing = { environment: 'test', verify: () => false };

beforeEach(() => {
  [nowMs, told] = [0, []];
  heads = async () => [];
  witnesses = new Witnesses({
    treeHeads,
    safekeeping: { heads: () => heads(), keepPresented: async () => undefined },
    signing,
    monotonicMs: () => nowMs,
    onBlind: (cause) => void told.push(cause),
  });
});

const fail = () => Promise.reject(gone);

async function witnessesCheck(): Promise<unknown> {
  const safekeeping = Object.assign(new FleetingSafekeeping(), { newestHead: async () => undefined });
  const hub = { witnesses, safekeeping, treeHeads: { latest: async () => undefined } };
  const check = readinessChecks(hub as never).find(({ name }) => name === 'witnesses');
  return check?.check();
}

describe('a hub that cannot look at its witnesses', () => {
  test('answers nothing if it never could', async () => {
    heads = fail;
    expect(await witnesses.doubt()).toBe('LEDGER_UNWITNESSED');
  });

  test('answers nothing once minutes have passed, enters the refusal, and heals by itself', async () => {
    expect(await witnesses.doubt()).toBeUndefined();
    heads = fail;
    nowMs = UNSEEN_MS_MAX - 1;
    expect(await witnesses.doubt()).toBeUndefined();
    nowMs = UNSEEN_MS_MAX;
    expect(await witnesses.doubt()).toBe('LEDGER_UNWITNESSED');

    const entered: (string | null)[] = [];
    const door = {
      witnesses,
      monotonicMs: () => nowMs,
      agreements: { inForce: () => Promise.reject(new Error('not asked for')) },
      ledger: {
        append: async ({ errorCode }: { readonly errorCode: string | null }) => {
          entered.push(errorCode);
          return { kind: 'APPENDED', sequence: 1 };
        },
      },
    } as unknown as Door;
    const request = { requestId: crypto.randomUUID(), action: 'viewer', operation: { name: null, hash: null } };
    const run = () => answer(door, { agency: 'ME-BP', person: 'x', roles: ['ANALYST'] }, request, async () => 'told');
    await expect(run()).rejects.toMatchObject({ code: 'LEDGER_UNWITNESSED' });
    expect(entered).toEqual(['LEDGER_UNWITNESSED']);

    heads = async () => [];
    nowMs += 1_000;
    expect(await run()).toBe('told');
    expect(entered).toEqual(['LEDGER_UNWITNESSED', null]);
  });

  test('tells its operator once, and once that it is over', async () => {
    heads = fail;
    for (nowMs = 0; nowMs < 5_000; nowMs += 1_000) await witnesses.doubt();
    heads = async () => [];
    await witnesses.doubt();
    expect(told).toEqual(['EIO', undefined]);
  });

  test('says so to whoever asks whether it is ready: at once that it will stop, then that it has', async () => {
    expect(await witnessesCheck()).toBeUndefined();
    heads = fail;
    nowMs = 10_000;
    expect(await witnessesCheck()).toEqual({ degraded: expect.stringContaining('in some minutes') });
    nowMs = UNSEEN_MS_MAX;
    expect(await witnessesCheck()).toEqual({ refused: expect.stringContaining('cannot be compared') });
  });

  test('is not ready while it is the database that is away, as before', async () => {
    expect(await witnesses.doubt()).toBeUndefined();
    heads = () => Promise.reject(new HubError('SOURCE_UNAVAILABLE'));
    await expect(witnessesCheck()).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  test('does not wait for a folder that hangs, and refuses over it like over one that is gone', async () => {
    expect(await witnesses.doubt()).toBeUndefined();
    let answerAtLast: (files: readonly []) => void = () => undefined;
    heads = () =>
      new Promise((resolve) => {
        answerAtLast = resolve;
      });
    nowMs = 10_000;
    const hanging = witnesses.doubt();
    // Who comes later does not wait at all.
    nowMs = 12_000;
    expect(await witnesses.doubt()).toBeUndefined();
    nowMs = UNSEEN_MS_MAX;
    expect(await witnesses.doubt()).toBe('LEDGER_UNWITNESSED');
    answerAtLast([]);
    expect(await hanging).toBeUndefined();
    expect(told).toEqual([]);
  });
});

describe('a start', () => {
  const startOver = (changes: object) =>
    lookAtStart({
      witnesses,
      safekeeping: new FleetingSafekeeping(),
      treeHeads: { latest: async () => undefined },
      ...changes,
    } as never);

  test('is refused where heads cannot be read, with the reason and no more', async () => {
    heads = fail;
    await expect(startOver({})).rejects.toMatchObject({
      name: 'StartError',
      message: 'the heads in the safekeeping folder cannot be read (EIO)',
    });
    heads = () => Promise.reject(new HubError('SOURCE_UNAVAILABLE'));
    await expect(startOver({})).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  test('is refused where the folder is empty and heads were signed: that is what a disk leaves that is not mounted', async () => {
    await expect(startOver({ treeHeads: { latest: async () => SIGNED } })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringContaining('has signed one of 7 entries on 2026-11-24T10:00:00.000Z'),
      mends: [expect.stringContaining('BESA_SAFEKEEPING'), expect.stringContaining('accept-loss')],
    });
    expect(await startOver({})).toMatchObject({ contradictions: [] });
  });
});
