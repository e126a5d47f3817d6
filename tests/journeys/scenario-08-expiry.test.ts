/**
 * Scenario 8: an agreement ends on 31 March, 24:00, in Europe/Tirane. In 2030 that is the Sunday on which the clocks go forward.
 * One of two such agreements is renewed in time. That no way out whatever answers any longer is held by boundary-instants.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Document, type Parties, partiesOf } from './parties.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const agreement = (reference: string, recipient: string): Document => ({
  reference,
  title: 'Events on the border sections of Kosovo',
  // in their order, as a signed wording has them
  parties: ['XK-BP', recipient].sort(),
  legalBasis: 'Police cooperation treaty, article 7',
  timeZone: 'Europe/Tirane',
  from: '2026-04-01',
  until: '2030-04-01',
  clauses: [
    {
      article: '1',
      kind: 'PERMISSION',
      assigner: 'XK-BP',
      assignee: recipient,
      recordType: 'BorderCrossing',
      action: 'READ',
      purposes: ['BORDER_SURVEILLANCE'],
      fields: { borderSection: 'CLEAR', detectedAt: { GENERALISED: 'day' } },
    },
  ],
});
const ENDING = agreement('AGR-2026-308', 'ME-BP');
const RENEWED = agreement('AGR-2026-318', 'BA-BP');

/** The day has 23 hours: its end is 24 hours after its first instant only on the clocks. */
const FIRST_INSTANT = new Date('2030-03-30T23:00:00.000Z');
const END = new Date('2030-03-31T22:00:00.000Z');
const LAST_INSTANT = new Date(END.getTime() - 1);

let world: WorldHub;
let parties: Parties;
beforeAll(async () => {
  world = await worldHub();
  parties = partiesOf(world);
  for (const document of [ENDING, RENEWED]) await parties.conclude(document);
});
afterAll(() => world.close());

const XK = 'purpose: BORDER_SURVEILLANCE, databases: ["XK-BORDER-CROSSINGS"]';

interface Ways {
  readonly id: string | undefined;
  readonly shown: readonly unknown[];
}

/** A list, one record by its id, a count, an explanation, and the list of one's own rights: what each says at `at`. */
async function everyWay(at: Date, as: string, known = ''): Promise<Ways> {
  await world.setClock(at);
  const { body, text } = await world.ask(
    `{ list: borderCrossings(${XK}, first: 1) { nodes { id } sources { outcome reason } }
       one: borderCrossing(id: "${known}", purpose: BORDER_SURVEILLANCE) { id }
       counts: borderCrossingStatistics(${XK}, groupBy: []) { total sources { outcome reason } }
       explained: explainAccess(recordType: "BorderCrossing", ${XK}) { outcome reason }
       viewer { mayAsk { database action purpose } } }`,
    `${as}:ANALYST`,
  );
  const data = body.data as unknown as Answered | null | undefined;
  if (data == null) throw new Error(text);
  const { list, one, counts, explained, viewer } = data;
  const mayAsk = viewer.mayAsk.some(({ database, purpose }) => /^XK-BORDER/.test(database) && /^BORDER_/.test(purpose));
  const lines = [list.sources[0], counts.sources[0], explained[0]].map((line) => line?.reason ?? line?.outcome);
  return {
    id: list.nodes[0]?.id,
    shown: [list.nodes.length > 0, one !== null, (counts.total ?? 0) > 0, mayAsk, ...lines],
  };
}

const ANSWERED = [true, true, true, true, 'ANSWERED', 'ANSWERED', 'ANSWERED'];
const EXPIRED = [false, false, false, false, 'EXPIRED', 'EXPIRED', 'EXPIRED'];

interface Notice {
  readonly kind: string;
  readonly at: string;
  readonly agreement: string;
  readonly sentence: string;
  readonly dueAt: string | null;
  readonly renewal: Document | null;
}

async function notices(at: Date, agency: string): Promise<readonly Notice[]> {
  await world.setClock(at);
  const query = '{ notices(first: 1000) { nodes { kind at agreement sentence dueAt renewal } } }';
  const { nodes } = dataOf<{ nodes: readonly Notice[] }>(await world.ask(query, `${agency}:POLICY_OFFICER`), 'notices');
  return nodes.filter(({ kind }) => kind === 'EXPIRES_SOON' || kind === 'ENDED');
}

describe('before the end', () => {
  test('both sides are told 90, 30, 7 and 1 days before, at the first instant of the local day', async () => {
    for (const agency of ENDING.parties) {
      const told = await notices(LAST_INSTANT, agency);
      const ours = told.filter((one) => one.agreement === ENDING.reference);
      expect(ours.map(({ at, sentence }) => `${at} ${sentence}`)).toEqual([
        '2030-03-30T23:00:00.000Z AGR-2026-308 ends in 1 day, at the beginning of 2030-04-01',
        '2030-03-24T23:00:00.000Z AGR-2026-308 ends in 7 days, at the beginning of 2030-04-01',
        '2030-03-01T23:00:00.000Z AGR-2026-308 ends in 30 days, at the beginning of 2030-04-01',
        '2029-12-31T23:00:00.000Z AGR-2026-308 ends in 90 days, at the beginning of 2030-04-01',
      ]);
      expect(new Set(ours.map(({ dueAt }) => dueAt))).toEqual(new Set([END.toISOString()]));
    }
    expect(await notices(LAST_INSTANT, 'MK-BP')).not.toContainEqual(
      expect.objectContaining({ agreement: ENDING.reference }),
    );
  });

  test('the notice brings the renewal along, ready to be drafted: the same words from the end on, for as long again', async () => {
    const [notice] = (await notices(FIRST_INSTANT, 'BA-BP')).filter((one) => one.agreement === RENEWED.reference);
    expect(notice?.renewal).toMatchObject({ ...RENEWED, from: '2030-04-01', until: '2034-04-01' });
    const renewal = notice?.renewal;
    if (renewal == null) throw new Error('no renewal is prepared');
    await parties.amend('BA-BP', renewal);
    await parties.offer('BA-BP', RENEWED.reference);
    await parties.accept('XK-BP', RENEWED.reference);
    for (const party of RENEWED.parties) await parties.sign(party, RENEWED.reference);
  });
});

describe('in the night', () => {
  test('at 23:59:59.999 every way out answers; at 24:00 none does, but where the agreement was renewed', async () => {
    const [ending, renewed] = [await everyWay(FIRST_INSTANT, 'ME-BP'), await everyWay(FIRST_INSTANT, 'BA-BP')];
    expect((await everyWay(LAST_INSTANT, 'ME-BP', ending.id)).shown).toEqual(ANSWERED);
    expect((await everyWay(LAST_INSTANT, 'BA-BP', renewed.id)).shown).toEqual(ANSWERED);
    expect((await everyWay(END, 'ME-BP', ending.id)).shown).toEqual(EXPIRED);
    // Without a gap, and the same record under the same id.
    expect((await everyWay(END, 'BA-BP', renewed.id)).shown).toEqual(ANSWERED);
  });

  test('two hours later, where a clock that was not set forward shows the same hour, nothing has come back', async () => {
    expect((await everyWay(new Date(END.getTime() + 7_200_000), 'ME-BP')).shown).toEqual(EXPIRED);
  });

  test('its parties are told that the other one has ended, and of the renewed one nothing', async () => {
    const ended = (await notices(END, 'XK-BP')).filter(({ kind }) => kind === 'ENDED');
    const ours = ended.filter((one) => [ENDING.reference, RENEWED.reference].includes(one.agreement));
    expect(ours).toMatchObject([
      { agreement: ENDING.reference, at: END.toISOString(), sentence: 'AGR-2026-308 has expired' },
    ]);
  });
});

interface Line {
  readonly outcome: string;
  readonly reason: string | null;
}
interface Answered {
  readonly list: { readonly nodes: readonly { readonly id: string }[]; readonly sources: readonly Line[] };
  readonly one: object | null;
  readonly counts: { readonly total: number | null; readonly sources: readonly Line[] };
  readonly explained: readonly Line[];
  readonly viewer: { readonly mayAsk: readonly { readonly database: string; readonly purpose: string }[] };
}
