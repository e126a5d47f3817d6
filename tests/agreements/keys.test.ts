/** Signatory keys: one person registers, another one of the agency confirms; nobody signs with anything else. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { countsAt } from '../../src/agreements/key-validity.js';
import * as keys from '../../src/hub/agreements/signatory-keys.js';
import * as acts from '../../src/hub/change-agreement.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { conclude, openHub, operator, party, type RealHub, signatureNow } from './real-hub.js';
import { agreement, publicKeyOf, signatureOf, strangerKey } from './small-world.js';

let database: TestDatabase;
let hub: RealHub;
beforeAll(async () => {
  database = await freshDatabase();
  hub = await openHub(database.url, { isNew: true });
});
afterAll(async () => {
  await hub?.close();
  await database?.drop();
});

const codeOf = (changed: acts.Changed): string =>
  changed.kind === 'REFUSED' ? (changed.userErrors[0]?.code ?? '') : changed.kind;
/** another person of the agency than `party` is */
const second = (
  agency: string,
  ...roles: Parameters<typeof party> extends [string, ...infer R] ? R : never
): acts.Party => {
  const by = party(agency, ...roles);
  return { ...by, identity: { ...by.identity, person: `second officer of ${agency}` } };
};
const propose = (agency: string, by = operator(), more: Partial<keys.KeyProposal> = {}) => {
  const publicKey = more.publicKey ?? strangerKey();
  return keys.registerSignatoryKey(hub, by, { agency, isDemo: false, ...more, publicKey });
};
const keyOf = async (publicKey: string, agency = 'AA-P') =>
  (await hub.agreementStore.keysOf([agency])).find((key) => key.publicKey === publicKey);

describe('a key counts', () => {
  const at = (day: number): Date => new Date(Date.UTC(2025, 0, day));
  const KEY = { id: 1, agency: 'AA-P', publicKey: '', isDemo: false, validFrom: at(1), confirmedAt: at(2) };
  const days = (key: Parameters<typeof countsAt>[0]): readonly number[] =>
    [1, 2, 3, 4, 5].filter((day) => countsAt(key, at(day)));

  test('never before a second person confirmed it', () => {
    const { confirmedAt: _, ...unconfirmed } = KEY;
    expect(days(unconfirmed)).toEqual([]);
  });

  test('from its confirmation or its beginning on, whichever is later, until it ends or is revoked, half-open', () => {
    expect(days(KEY)).toEqual([2, 3, 4, 5]);
    expect(days({ ...KEY, validFrom: at(3) })).toEqual([3, 4, 5]);
    expect(days({ ...KEY, validUntil: at(4) })).toEqual([2, 3]);
    expect(days({ ...KEY, endedAt: at(3) })).toEqual([2]);
    expect(days({ ...KEY, validUntil: at(3), endedAt: at(5) })).toEqual([2]);
  });
});

describe('refused', () => {
  test('registering to whoever is neither operator nor policy officer, or for another agency', async () => {
    await expect(propose('AA-P', party('AA-P', 'SIGNATORY'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(codeOf(await propose('AA-P', party('BB-P', 'POLICY_OFFICER')))).toBe('AGENCY_NOT_YOURS');
  });

  test('a validity that is over before it begins', async () => {
    const validUntil = new Date('2020-01-01T00:00:00Z');
    expect(codeOf(await propose('AA-P', operator(), { validUntil }))).toBe('IN_THE_PAST');
    const validFrom = new Date('2100-01-01T00:00:00Z');
    expect(codeOf(await propose('AA-P', operator(), { validFrom, validUntil: validFrom }))).toBe('IN_THE_PAST');
  });

  test('confirming by the person who registered, by another agency, by the operator, and twice', async () => {
    const publicKey = strangerKey();
    await propose('AA-P', party('AA-P', 'POLICY_OFFICER'), { publicKey });
    const confirm = (by: acts.Party) => keys.confirmSignatoryKey(hub, by, { publicKey });
    expect(codeOf(await confirm(party('AA-P', 'SIGNATORY')))).toBe('SECOND_PERSON_NEEDED');
    expect(codeOf(await confirm(second('BB-P')))).toBe('KEY_UNKNOWN');
    expect(await confirm(second('BB-P'))).toEqual(
      await keys.confirmSignatoryKey(hub, second('BB-P'), { publicKey: strangerKey() }),
    );
    await expect(confirm(operator())).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(confirm(second('AA-P', 'STEWARD'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await keyOf(publicKey))?.confirmedAt).toBeUndefined();
    expect(codeOf(await confirm(second('AA-P', 'SIGNATORY')))).toBe('CHANGED');
    expect(codeOf(await confirm(second('AA-P', 'SIGNATORY')))).toBe('ALREADY_DONE');
  });

  test('by the database itself: a confirmation by the same person or another agency, and any change', async () => {
    await propose('AA-P', party('AA-P', 'POLICY_OFFICER'));
    const run = (text: string) => hub.orm.em.fork().execute(text);
    const confirmation = (person: string, agency: string) =>
      run(`insert into besa.signatory_key_confirmation (key_id, confirmed_by, agency)
        select max(id), '${person}', '${agency}' from besa.signatory_key`);
    await expect(confirmation('officer of AA-P', 'AA-P')).rejects.toThrow('by another person');
    await expect(confirmation('somebody', 'BB-P')).rejects.toThrow('by its own agency');
    for (const table of ['signatory_key', 'signatory_key_confirmation', 'signatory_key_end']) {
      for (const words of [`delete from besa.${table}`, `truncate besa.${table} cascade`]) {
        await expect(run(words)).rejects.toThrow('never changed or removed');
      }
    }
    await expect(run('update besa.signatory_key_confirmation set confirmed_at = now()')).rejects.toThrow(
      'never changed',
    );
  });

  test('revoking without a reason, by a policy officer, or of another agency’s key', async () => {
    const publicKey = publicKeyOf('BB-P');
    const revoke = (by: acts.Party, reason = 'lost') => keys.revokeSignatoryKey(hub, by, { publicKey, reason });
    expect(codeOf(await revoke(party('BB-P'), ' '))).toBe('REASON_MISSING');
    await expect(revoke(party('BB-P', 'POLICY_OFFICER'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(codeOf(await revoke(party('AA-P')))).toBe('KEY_UNKNOWN');
  });
});

describe('a signature', () => {
  test('is refused with a key nobody confirmed, or one that begins later, and taken once it counts', async () => {
    const reference = 'AGR-KEYS';
    const publicKey = publicKeyOf('AA-Q');
    await keys.revokeSignatoryKey(hub, operator(), { publicKey, reason: 'to begin anew' });
    await acts.draftAgreement(hub, party('AA-P'), agreement({ reference, parties: ['AA-P', 'AA-Q', 'BB-P'] }));
    await acts.offerAgreement(hub, party('AA-P'), { reference });
    for (const other of ['AA-Q', 'BB-P']) await acts.acceptAgreement(hub, party(other), { reference });
    const signature = await signatureNow(hub, 'AA-Q', reference);
    const sign = async () => codeOf(await acts.signAgreement(hub, party('AA-Q'), { reference, signature }));
    expect(await sign()).toBe('KEY_MISSING');
    const later = strangerKey();
    await propose('AA-Q', operator(), { publicKey: later, validFrom: new Date('2100-01-01T00:00:00Z') });
    await keys.confirmSignatoryKey(hub, party('AA-Q'), { publicKey: later });
    expect(await sign()).toBe('KEY_MISSING');
  });

  test('given before its key was revoked stays good; nothing new is signed with it', async () => {
    await conclude(hub, agreement({ reference: 'AGR-OLD' }));
    expect(
      codeOf(await keys.revokeSignatoryKey(hub, party('BB-P'), { publicKey: publicKeyOf('BB-P'), reason: 'lost' })),
    ).toBe('CHANGED');
    expect(
      codeOf(await keys.revokeSignatoryKey(hub, operator(), { publicKey: publicKeyOf('BB-P'), reason: 'again' })),
    ).toBe('ALREADY_DONE');
    const { set, doubts } = await hub.agreements.inForce({ refresh: true });
    expect([set.versions.some(({ terms }) => terms.reference === 'AGR-OLD'), doubts]).toEqual([true, []]);
    await acts.draftAgreement(hub, party('AA-P'), agreement({ reference: 'AGR-NEW' }));
    await acts.offerAgreement(hub, party('AA-P'), { reference: 'AGR-NEW' });
    await acts.acceptAgreement(hub, party('BB-P'), { reference: 'AGR-NEW' });
    const signature = signatureOf('BB-P', 'whatever');
    expect(codeOf(await acts.signAgreement(hub, party('BB-P'), { reference: 'AGR-NEW', signature }))).toBe(
      'KEY_MISSING',
    );
  });
});

describe('the database', () => {
  test('refuses a signature whose key was revoked between the check and the act, as a step that came too late', async () => {
    const [ended] = (await hub.agreementStore.keysOf(['BB-P'])).filter(({ endedAt }) => endedAt !== undefined);
    const insert = `insert into besa.agreement_signature (reference, version, revision, agency, key_id, signature)
      values ('AGR-NEW', 1, 1, 'BB-P', ${ended?.id}, repeat('0', 128))`;
    await expect(hub.orm.em.fork().execute(insert)).rejects.toMatchObject({ code: '23505' });
  });

  test('ends no key before what was signed with it', async () => {
    const rows = await hub.orm.em.fork().execute<unknown[]>(`select from besa.signatory_key_end e
      join besa.agreement_signature s on s.key_id = e.key_id where s.signed_at >= e.ended_at`);
    expect(rows).toEqual([]);
  });
});

describe('the list of keys', () => {
  const list = async (by: acts.Party, agency?: string): Promise<readonly string[]> =>
    (await keys.signatoryKeys(hub, by.identity, agency)).map(({ publicKey }) => publicKey);

  test('of an agency that signed nothing with the caller’s is empty, registered or not', async () => {
    expect(await list(party('CC-P'), 'AA-P')).toEqual([]);
    expect(await list(party('CC-P'), 'ZZ-P')).toEqual([]);
  });

  test('of another party holds what it confirmed, without why a key ended; the own one and the operator’s all', async () => {
    const own = await list(party('BB-P'));
    expect(own).toContain(publicKeyOf('BB-P'));
    const ofOther = await keys.signatoryKeys(hub, party('AA-P').identity, 'BB-P');
    const revoked = ofOther.find(({ publicKey }) => publicKey === publicKeyOf('BB-P'));
    expect(revoked).toMatchObject({ endedAt: expect.any(Date) });
    expect(revoked).not.toHaveProperty('endReason');
    const seen = await list(party('BB-P'), 'AA-P');
    const all = await list(operator(), 'AA-P');
    expect(all.length).toBeGreaterThan(seen.length);
    expect(all).toEqual(await list(party('AA-P')));
  });
});
