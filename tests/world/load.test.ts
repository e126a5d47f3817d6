import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { localDate } from '../../examples/western-balkans/calendar.js';
import { demoKey, isDemoKey, signAsDemo } from '../../examples/western-balkans/demo-keys.js';
import type { AgreementProgress } from '../../examples/western-balkans/journey.js';
import {
  type LoadProgress,
  loadWorld,
  type Registered,
  type WorldDoors,
  withDates,
} from '../../examples/western-balkans/load.js';
import { AGENCIES, STATUS_OF_AGREEMENT, testWorld, WORLD_NOW, WORLD_TIME_ZONE, worldFiles } from '../world.js';

const OPTIONS = { size: 'tests', timeZone: WORLD_TIME_ZONE, now: WORLD_NOW } as const;

/** A hub that only remembers what it was asked to do; it can be told to fail at one of the acts. */
class RememberingHub implements WorldDoors {
  readonly acts: string[] = [];
  readonly codes = new Set<string>();
  readonly keys = new Set<string>();
  records = new Map<string, number>();
  agreements = new Map<string, AgreementProgress>();
  failsAt: string | undefined;
  registered?: () => Promise<Registered>;

  registerPartner = async ({ code }: { code: string }) => this.add(code);
  registerAgency = async ({ code }: { code: string }) => this.add(code);
  registerSharedDatabase = async ({ code }: { code: string }) => this.add(code);
  registerTechnology = async ({ code }: { code: string }) => this.add(code);
  registerSignatoryKey = async ({ agency }: { agency: string }) => void this.keys.add(agency);
  recordCount = async (database: string) => this.records.get(database) ?? 0;
  agreementProgress = async (reference: string) => this.agreements.get(reference);

  importStream = async (database: string, lines: AsyncIterable<string>) => {
    let count = 0;
    for await (const chunk of lines) count += chunk.split('\n').length - 1;
    this.did(`import ${database}`);
    this.records.set(database, count);
  };

  draftAgreement = async (agency: string, document: Readonly<Record<string, unknown>>) =>
    this.change(`draft ${document.reference} by ${agency}`, String(document.reference), {
      state: 'DRAFT',
      accepted: [],
      signed: [],
      wasSuspended: false,
    });
  offerAgreement = async (agency: string, reference: string) =>
    this.change(`offer ${reference} by ${agency}`, reference, { state: 'OFFERED' });
  acceptAgreement = async (agency: string, reference: string) => {
    const accepted = [...(this.agreements.get(reference)?.accepted ?? []), agency];
    this.change(`accept ${reference} by ${agency}`, reference, { state: 'OFFERED', accepted });
  };
  signAgreement = async (agency: string, reference: string) => {
    const signed = [...(this.agreements.get(reference)?.signed ?? []), agency];
    const parties = worldFiles().agreements[reference]?.parties as string[];
    const state = signed.length === parties.length ? 'FINALIZED' : 'AGREED';
    this.change(`sign ${reference} by ${agency}`, reference, { state, signed });
  };
  suspendAgreement = async (agency: string, reference: string, reason: string) => {
    expect(reason).not.toBe('');
    this.change(`suspend ${reference} by ${agency}`, reference, { wasSuspended: true });
  };

  private add(code: string): boolean {
    if (this.codes.has(code)) return false;
    this.did(`register ${code}`);
    this.codes.add(code);
    return true;
  }

  private change(act: string, reference: string, change: Partial<AgreementProgress>): void {
    this.did(act);
    this.agreements.set(reference, { ...(this.agreements.get(reference) as AgreementProgress), ...change });
  }

  private did(act: string): void {
    if (act === this.failsAt) throw new Error('the power went');
    this.acts.push(act);
  }
}

describe('loading the demo world', () => {
  test('a world that is loaded already is left alone', async () => {
    const hub = new RememberingHub();
    expect(await loadWorld(hub, OPTIONS)).toMatchObject({ isNew: true });
    const acts = hub.acts.length;
    const seen: LoadProgress[] = [];
    const again = await loadWorld(hub, { ...OPTIONS, onProgress: (progress) => seen.push(progress) });
    expect(again).toMatchObject({ isNew: false });
    expect([hub.acts.length, seen]).toEqual([acts, []]);
  });

  test('a hub that says what is registered is not asked to register it again', async () => {
    const hub = new RememberingHub();
    await loadWorld(hub, OPTIONS);
    const { partners, agencies, databases, technologies } = worldFiles().registry;
    const codes = (all: readonly { readonly code: string }[]) => all.map(({ code }) => code);
    const again = new RememberingHub();
    again.records = hub.records;
    again.agreements = hub.agreements;
    again.registered = async () => ({
      partners: codes(partners),
      agencies: codes(agencies),
      databases: codes(databases),
      technologies: codes(technologies),
      keys: codes(agencies),
    });
    expect(await loadWorld(again, OPTIONS)).toMatchObject({ isNew: false });
    expect([again.acts, again.keys.size]).toEqual([[], 0]);
  });

  test('a load that was cut off anywhere goes on and takes no step twice', async () => {
    const whole = new RememberingHub();
    await loadWorld(whole, OPTIONS);
    for (const failsAt of whole.acts.filter((_, at) => at % 19 === 0)) {
      const hub = new RememberingHub();
      hub.failsAt = failsAt;
      await expect(loadWorld(hub, OPTIONS)).rejects.toThrow('the power went');
      hub.failsAt = undefined;
      await loadWorld(hub, OPTIONS);
      expect(hub.acts).toEqual(whole.acts);
    }
  }, 120_000);

  test('what users did with the agreements since is not undone', async () => {
    const hub = new RememberingHub();
    await loadWorld(hub, OPTIONS);
    hub.agreements.set('AGR-2024-009', { state: 'TERMINATED', accepted: [], signed: [], wasSuspended: false });
    hub.agreements.set('AGR-2024-002', { state: 'FINALIZED', accepted: [], signed: [], wasSuspended: true });
    const acts = hub.acts.length;
    await loadWorld(hub, OPTIONS);
    expect(hub.acts).toHaveLength(acts);
  });

  test('everybody is registered, with a demo key, before anything is agreed or imported', async () => {
    const hub = new RememberingHub();
    await loadWorld(hub, OPTIONS);
    expect([...hub.keys]).toEqual([...AGENCIES]);
    const lastRegistered = hub.acts.findLastIndex((act) => act.startsWith('register'));
    expect(hub.acts.slice(lastRegistered + 1).some((act) => act.startsWith('register'))).toBe(false);
    expect(hub.acts.slice(0, lastRegistered + 1).every((act) => act.startsWith('register'))).toBe(true);
  });

  test('each agreement comes as far as the demo says', async () => {
    const hub = new RememberingHub();
    await loadWorld(hub, OPTIONS);
    for (const [reference, status] of Object.entries(STATUS_OF_AGREEMENT)) {
      const progress = hub.agreements.get(reference);
      expect([reference, progress?.state]).toEqual([reference, status === 'OFFERED' ? 'OFFERED' : 'FINALIZED']);
      expect([reference, progress?.wasSuspended]).toEqual([reference, status === 'SUSPENDED']);
    }
  });

  test('progress counts each record once and ends at the total', async () => {
    const seen: LoadProgress[] = [];
    const world = await loadWorld(new RememberingHub(), { ...OPTIONS, onProgress: (progress) => seen.push(progress) });
    const total = testWorld().reduce((sum, database) => sum + database.records, 0);
    expect(world.records).toBe(total);
    expect(seen.at(-1)).toMatchObject({ records: total, recordsTotal: total });
    expect(seen.every((progress, at) => at === 0 || progress.records >= (seen[at - 1]?.records ?? 0))).toBe(true);
  });
});

describe('dates that count from loading', () => {
  test('an agreement with fixed dates is loaded as it stands', () => {
    const document = { reference: 'X', timeZone: 'Europe/Tirane', until: '2034-05-01' };
    expect(withDates(document, WORLD_NOW)).toBe(document);
  });

  test('12 days after loading is a date in the agreement’s own time zone', () => {
    const document = { timeZone: 'Europe/Tirane', until: '+12d' };
    expect(withDates(document, new Date('2026-11-23T12:00:00Z'))).toMatchObject({ until: '2026-12-05' });
    expect(withDates(document, new Date('2026-11-23T23:30:00Z'))).toMatchObject({ until: '2026-12-06' });
  });

  test('days later are counted over the end of a month, a year and a change of the clocks', () => {
    expect(localDate(new Date('2024-02-28T12:00:00Z'), 'Europe/Tirane', 2)).toBe('2024-03-01');
    expect(localDate(new Date('2024-12-31T23:30:00Z'), 'Europe/Tirane')).toBe('2025-01-01');
    expect(localDate(new Date('2024-10-26T22:30:00Z'), 'Europe/Tirane', 1)).toBe('2024-10-28');
  });
});

describe('demo keys', () => {
  test('another key than the agency’s demo key is not taken for one', () => {
    expect(isDemoKey('AL-BMP', demoKey('ME-BP').publicKey)).toBe(false);
  });

  test('are the same each time, and what they sign verifies under the public key the hub registers', () => {
    const key = demoKey('AL-BMP');
    expect(demoKey('AL-BMP')).toEqual(key);
    expect(isDemoKey('AL-BMP', key.publicKey)).toBe(true);
    const x = Buffer.from(key.publicKey, 'hex').toString('base64url');
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const signature = Buffer.from(signAsDemo('AL-BMP', 'text'), 'hex');
    expect(verify(null, Buffer.from('text'), publicKey, signature)).toBe(true);
    expect(verify(null, Buffer.from('texT'), publicKey, signature)).toBe(false);
  });
});
