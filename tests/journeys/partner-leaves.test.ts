/**
 * Scenario 18: a partner leaves. BA-BP gives AL-BMP three months' notice of the agreement between them. Until then everything goes
 * on and nothing new begins; then reading stops, and both owe the other that they erase what they received. The tests are the
 * steps of one story; programme items and published reports come with their own journeys.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Document, type Parties, partiesOf } from './parties.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const REFERENCE = 'AGR-2026-318';
const CROSSINGS = { assigner: 'BA-BP', assignee: 'AL-BMP', recordType: 'BorderCrossing' };
const READING = {
  ...CROSSINGS,
  article: '1',
  kind: 'PERMISSION',
  mutual: true,
  action: 'READ',
  purposes: ['BORDER_SURVEILLANCE'],
  fields: { borderSection: 'CLEAR', detectedAt: { GENERALISED: 'day' }, nationality: 'CLEAR', sex: 'CLEAR' },
  duties: [{ duty: 'report the use', every: 'P6M' }],
};
const NO_NAMES = { ...CROSSINGS, article: '2', kind: 'PROHIBITION', mutual: true, fields: ['sex'] };
const AGREEMENT: Document = {
  reference: REFERENCE,
  title: 'Events at the borders of Albania and Bosnia and Herzegovina',
  parties: ['AL-BMP', 'BA-BP'],
  legalBasis: 'Police cooperation treaty, article 7',
  timeZone: 'Europe/Tirane',
  from: '2026-11-01',
  until: '2036-11-01',
  terminationNotice: 'P3M',
  afterEffects: { received: 'ERASE', within: 'P30D' },
  clauses: [READING, NO_NAMES],
};

const NOTICE_GIVEN = new Date('2027-01-15T10:00:00.000Z');
/** Whole days: three months after 15 January, and the day of the notice does not count. */
const END = new Date('2027-04-15T22:00:00.000Z');
const LAST_INSTANT = new Date(END.getTime() - 1);
const ERASED_BY = new Date('2027-05-16T22:00:00.000Z');
const REASON = 'BA leaves the exchange';

const of = (owner: string): string => `databases: ["${owner}-BORDER-CROSSINGS"]`;
const SURVEILLANCE = 'purpose: BORDER_SURVEILLANCE';
const LINES = 'sources { outcome reason agreements }';
const ANSWERED = { outcome: 'ANSWERED', reason: null, agreements: [REFERENCE] };
const TERMINATED = { outcome: 'WITHHELD', reason: 'TERMINATED', agreements: [REFERENCE] };

let world: WorldHub;
let parties: Parties;
/** the counts that another agreement shares with AL-BMP, before there was this one */
let published = '';
/** id of a record that AL-BMP sees of BA-BP's */
let known = '';

beforeAll(async () => {
  world = await worldHub();
  parties = partiesOf(world);
  published = await statistics();
  await parties.conclude(AGREEMENT);
  await world.setClock(NOTICE_GIVEN);
});
afterAll(() => world.close());

interface Page {
  readonly nodes: readonly { readonly id: string; readonly sex: string | null }[];
  readonly sources: readonly object[];
}

async function page(as: string, owner: string): Promise<Page> {
  const query = `{ borderCrossings(${SURVEILLANCE}, ${of(owner)}, first: 3) { nodes { id sex } ${LINES} } }`;
  return dataOf<Page>(await world.ask(query, `${as}:ANALYST`), 'borderCrossings');
}

/** Under AGR-2024-001, which BA-BP stays in. */
async function statistics(): Promise<string> {
  const query = `{ borderCrossingStatistics(purpose: STATISTICS_REPORTING, ${of('BA')}, groupBy: [DETECTED_AT_MONTH]) {
    cells { group { detectedAt } count suppressed } total ${LINES} } }`;
  return (await world.ask(query, 'AL-BMP:REPORTER')).text;
}

interface Duty {
  readonly id: string;
  readonly kind: string;
  readonly debtor: string;
  readonly creditor: string;
  readonly status: string;
  readonly dueAt: string | null;
  readonly attestation: { readonly person: string; readonly statement: string } | null;
}

async function duties(agency: string, kind: string): Promise<readonly Duty[]> {
  const query = `{ duties(first: 100) { nodes { id agreement kind debtor creditor status dueAt attestation { person statement } } } }`;
  const { nodes } = dataOf<{ nodes: readonly Duty[] }>(await world.ask(query, `${agency}:POLICY_OFFICER`), 'duties');
  return nodes.filter((duty) => duty.kind === kind);
}

async function notices(agency: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const query = '{ notices(first: 100) { nodes { kind at agreement sentence dueAt } } }';
  const answered = await world.ask(query, `${agency}:POLICY_OFFICER`);
  const { nodes } = dataOf<{ nodes: readonly Readonly<Record<string, unknown>>[] }>(answered, 'notices');
  return nodes.filter(({ agreement }) => agreement === REFERENCE);
}

describe('notice is given', () => {
  test('not for an end sooner than agreed, and not without a reason', async () => {
    const tomorrow = { effectiveAt: '2027-01-16T10:00:00.000Z' };
    await expect(parties.terminate('BA-BP', REFERENCE, REASON, tomorrow)).rejects.toThrow('NOTICE_DUE');
    await expect(parties.terminate('BA-BP', REFERENCE, '')).rejects.toThrow('REASON_MISSING');
    await expect(parties.terminate('XK-BP', REFERENCE, REASON)).rejects.toThrow('AGREEMENT_UNKNOWN');
  });

  test('by BA-BP alone: the end is three months away, and both sides see the countdown', async () => {
    await parties.terminate('BA-BP', REFERENCE, REASON);
    for (const agency of AGREEMENT.parties) {
      expect(await notices(agency)).toContainEqual({
        kind: 'TERMINATION_ANNOUNCED',
        at: NOTICE_GIVEN.toISOString(),
        agreement: REFERENCE,
        sentence: `BA-BP terminates ${REFERENCE}: ${REASON}`,
        dueAt: END.toISOString(),
      });
    }
    expect(await notices('ME-BP')).toEqual([]);
  });
});

describe('meanwhile', () => {
  test('no new purpose is agreed on any more: who is leaving is bound to nothing new', async () => {
    const wider = { ...READING, purposes: ['BORDER_SURVEILLANCE', 'RISK_ANALYSIS'] };
    await parties.amend('AL-BMP', { ...AGREEMENT, clauses: [wider, NO_NAMES] });
    await parties.offer('AL-BMP', REFERENCE);
    await parties.accept('BA-BP', REFERENCE);
    await expect(parties.sign('AL-BMP', REFERENCE)).rejects.toThrow('NOTICE_RUNS');
  });

  test('what was agreed goes on, both ways, until the last millisecond', async () => {
    expect(await statistics()).not.toContain('"suppressed":true');
    for (const at of [NOTICE_GIVEN, LAST_INSTANT]) {
      await world.setClock(at);
      for (const [as, owner] of [['BA-BP', 'AL'] as const, ['AL-BMP', 'BA'] as const]) {
        const { nodes, sources } = await page(as, owner);
        expect(nodes).toHaveLength(3);
        expect(sources).toEqual([ANSWERED]);
        known = nodes[0]?.id ?? '';
      }
    }
  });
});

describe('at the end', () => {
  test('reading stops, both ways, and every way out says TERMINATED', async () => {
    await world.setClock(END);
    expect(await page('AL-BMP', 'BA')).toEqual({ nodes: [], sources: [TERMINATED] });
    expect(await page('BA-BP', 'AL')).toEqual({ nodes: [], sources: [TERMINATED] });
    const { body } = await world.ask(
      `{ one: borderCrossing(id: "${known}", ${SURVEILLANCE}) { id }
         counts: borderCrossingStatistics(${SURVEILLANCE}, ${of('BA')}, groupBy: []) { total ${LINES} }
         told: explainAccess(recordType: "BorderCrossing", ${SURVEILLANCE}, ${of('BA')}) { outcome reason agreements } }`,
      'AL-BMP:ANALYST',
    );
    expect(body.data).toEqual({ one: null, counts: { total: null, sources: [TERMINATED] }, told: [TERMINATED] });
  });

  test('the statistics that another agreement shares go on as before; small cells, which only a reader may count, are hidden again', async () => {
    expect(published).toContain('"ANSWERED"');
    expect(published).toContain('"suppressed":true');
    expect(await statistics()).toBe(published);
  });

  test('what the agreement forbids stays forbidden until its own end: one side cannot lift it by leaving', async () => {
    const reference = 'AGR-2026-319';
    const again = { ...READING, article: '1', purposes: ['RISK_ANALYSIS'], duties: ['report the use'] };
    await parties.conclude({ ...AGREEMENT, reference, clauses: [again] });
    const query = `{ borderCrossings(purpose: RISK_ANALYSIS, ${of('BA')}, first: 50) { nodes { sex nationality } ${LINES} } }`;
    const { nodes } = dataOf<{ nodes: readonly { sex: string | null; nationality: string | null }[] }>(
      await world.ask(query, 'AL-BMP:ANALYST'),
      'borderCrossings',
    );
    expect(nodes.some(({ nationality }) => nationality !== null)).toBe(true);
    expect(nodes.filter(({ sex }) => sex !== null)).toEqual([]);
  });

  test('nothing revives it: no resumption, no amendment, no second end', async () => {
    await expect(parties.amend('BA-BP', AGREEMENT)).rejects.toThrow('TERMINATED');
    await expect(parties.resume('BA-BP', REFERENCE, 'after all')).rejects.toThrow('TERMINATED');
    await expect(parties.terminate('AL-BMP', REFERENCE, 'so be it')).rejects.toThrow('TERMINATED');
  });

  test('the matrix says since when: in force to the last millisecond, then terminated', async () => {
    const statusAt = async (at: Date): Promise<unknown> => {
      const query = `{ accessMatrix(at: "${at.toISOString()}") { cells { owner recipient status agreements } } }`;
      const { cells } = dataOf<{ cells: readonly { status: string; agreements: readonly string[] }[] }>(
        await world.ask(query, 'AL-BMP:POLICY_OFFICER'),
        'accessMatrix',
      );
      return [...new Set(cells.filter(({ agreements }) => agreements.includes(REFERENCE)).map(({ status }) => status))];
    };
    expect(await statusAt(LAST_INSTANT)).toEqual(['IN_FORCE']);
    expect(await statusAt(END)).toEqual(['TERMINATED']);
  });
});

describe('what was received', () => {
  const owed = { kind: 'ERASE', status: 'OPEN', dueAt: ERASED_BY.toISOString(), attestation: null };

  test('is to be erased within thirty days, by each side, and only the two see it', async () => {
    for (const agency of AGREEMENT.parties) {
      const ours = await duties(agency, 'ERASE');
      expect(ours.map(({ debtor, creditor }) => `${debtor} to ${creditor}`).sort()).toEqual([
        'AL-BMP to BA-BP',
        'BA-BP to AL-BMP',
      ]);
      for (const duty of ours) expect(duty).toMatchObject(owed);
    }
    for (const stranger of ['ME-BP', 'AL-MOI']) expect(await duties(stranger, 'ERASE')).toEqual([]);
  });

  test('what the clause asked each half-year is asked no more', async () => {
    await world.setClock(new Date('2027-06-01T00:00:00.000Z'));
    const periods = (await duties('AL-BMP', 'CLAUSE')).filter(
      ({ debtor, id }) => debtor === 'AL-BMP' && id.startsWith(REFERENCE),
    );
    expect(periods).toHaveLength(1);
    await world.setClock(new Date(ERASED_BY.getTime() - 1));
  });

  test('AL-BMP says that it is done: once, in its own words, and BA-BP reads it', async () => {
    const [duty] = (await duties('AL-BMP', 'ERASE')).filter(({ debtor }) => debtor === 'AL-BMP');
    const id = duty?.id ?? '';
    await expect(parties.attest('BA-BP', id, 'they did it')).rejects.toThrow('DUTY_UNKNOWN');
    await expect(parties.attest('ME-BP', id, 'we did it')).rejects.toThrow('DUTY_UNKNOWN');
    await parties.attest('AL-BMP', id, 'erased in all systems, protocol 14/2027');
    await expect(parties.attest('AL-BMP', id, 'once more')).rejects.toThrow('ALREADY_DONE');
    const [seen] = (await duties('BA-BP', 'ERASE')).filter(({ debtor }) => debtor === 'AL-BMP');
    expect(seen).toMatchObject({
      status: 'ATTESTED',
      attestation: { statement: 'erased in all systems, protocol 14/2027' },
    });
  });

  test('BA-BP lets the day pass: both are told that it is overdue', async () => {
    await world.setClock(ERASED_BY);
    expect((await duties('AL-BMP', 'ERASE')).map(({ debtor, status }) => `${debtor} ${status}`).sort()).toEqual([
      'AL-BMP ATTESTED',
      'BA-BP OVERDUE',
    ]);
    for (const agency of AGREEMENT.parties) {
      expect(await notices(agency)).toContainEqual(
        expect.objectContaining({
          kind: 'DUTY_OVERDUE',
          sentence: `overdue: BA-BP owes AL-BMP under ${REFERENCE}: erase what was received`,
        }),
      );
    }
  });

  test('that it ended, and that it was erased, stands in the ledger of who did it', async () => {
    const query = '{ ledger(first: 200) { nodes { action outcome subject } } }';
    for (const [agency, action] of [['BA-BP', 'terminateAgreement'] as const, ['AL-BMP', 'attestDuty'] as const]) {
      const { nodes } = dataOf<{ nodes: readonly { action: string; outcome: string; subject: object }[] }>(
        await world.ask(query, `${agency}:AUDITOR`),
        'ledger',
      );
      const done = nodes.filter((entry) => entry.action === action && entry.outcome === 'ANSWERED');
      expect(done.map(({ subject }) => subject)).toContainEqual(expect.objectContaining({ reference: REFERENCE }));
    }
  });
});
