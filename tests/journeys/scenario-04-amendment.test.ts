/**
 * Scenario 4: an amendment narrows fields. XK-BP shows ME-BP section, day and nationality; from 1 July on section and month. The
 * agreement lets one side narrow with a month's notice, so XK-BP gives it on 31 May. The tests are the steps of one story.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Document, type Parties, partiesOf } from './parties.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const REFERENCE = 'AGR-2026-304';
const VERSION_1: Document = {
  reference: REFERENCE,
  title: 'Events on the border sections of Kosovo',
  parties: ['XK-BP', 'ME-BP'],
  legalBasis: 'Police cooperation treaty, article 7',
  timeZone: 'Europe/Tirane',
  from: '2026-11-01',
  until: '2036-11-01',
  amendmentNotice: 'P1M',
  clauses: [
    {
      article: '1',
      kind: 'PERMISSION',
      assigner: 'XK-BP',
      assignee: 'ME-BP',
      recordType: 'BorderCrossing',
      action: 'READ',
      purposes: ['BORDER_SURVEILLANCE'],
      fields: { borderSection: 'CLEAR', detectedAt: { GENERALISED: 'day' }, nationality: 'CLEAR' },
    },
  ],
};
const VERSION_2 = withFields({ borderSection: 'CLEAR', detectedAt: { GENERALISED: 'month' } });

function withFields(fields: object): Document {
  const [clause] = VERSION_1.clauses as readonly object[];
  return { ...VERSION_1, clauses: [{ ...clause, fields }] };
}

const DAY_MS = 86_400_000;
const FIRST_DAY = new Date('2027-05-01T09:00:00.000Z');
const NOTICE_GIVEN = new Date('2027-05-31T09:00:00.000Z');
/** 1 July, 00:00 in Europe/Tirane */
const JULY = new Date('2027-06-30T22:00:00.000Z');
const LAST_OF_JUNE = new Date(JULY.getTime() - 1);

const XK = 'purpose: BORDER_SURVEILLANCE, databases: ["XK-BORDER-CROSSINGS"]';
const SHOWN = 'borderSection detectedAt nationality';
/** What ME-BP's desk asks each day of May; two of three have to do with what will be narrowed. */
const DAILY: readonly string[] = [
  `borderCrossings(${XK}, first: 2) { nodes { ${SHOWN} } }`,
  `borderCrossings(${XK}, first: 2, where: { nationality: { eq: "SYR" } }) { nodes { borderSection } }`,
  `borderCrossings(${XK}, first: 2) { nodes { borderSection } }`,
];
const DAYS = 30;

interface Crossing {
  readonly borderSection: string | null;
  readonly detectedAt: string | null;
  readonly nationality: string | null;
  readonly disclosure: { readonly clauses: readonly string[]; readonly withheld: readonly { field: string }[] };
}

let world: WorldHub;
let parties: Parties;
beforeAll(async () => {
  world = await worldHub();
  parties = partiesOf(world);
  await parties.conclude(VERSION_1);
  for (let day = 0; day < DAYS; day += 1) {
    await world.setClock(new Date(FIRST_DAY.getTime() + day * DAY_MS));
    for (const asked of DAILY) await world.ask(`{ ${asked} }`, 'ME-BP:ANALYST');
  }
  await world.setClock(NOTICE_GIVEN);
});
afterAll(() => world.close());

const seen = async (): Promise<readonly Crossing[]> => {
  const disclosure = 'disclosure { clauses withheld { field } }';
  const query = `{ borderCrossings(${XK}, first: 1000) { nodes { ${SHOWN} ${disclosure} } } }`;
  return dataOf<{ nodes: readonly Crossing[] }>(await world.ask(query, 'ME-BP:ANALYST'), 'borderCrossings').nodes;
};

const shape = (crossings: readonly Crossing[]): Readonly<Record<string, boolean>> => ({
  byDay: crossings.some(({ detectedAt }) => detectedAt !== null && !isFirstOfMonth(detectedAt)),
  byMonth: crossings.length > 0 && crossings.every(({ detectedAt }) => isFirstOfMonth(detectedAt)),
  nationality: crossings.some(({ nationality }) => nationality !== null),
});
const isFirstOfMonth = (instant: string | null): boolean => instant !== null && /-01T00:00:00/.test(instant);
const WIDE = { byDay: true, byMonth: false, nationality: true };
const NARROW = { byDay: false, byMonth: true, nationality: false };

test('the replay says beforehand: of the 90 requests of the last 30 days 30 would be given less, 30 refused, 30 are the same', async () => {
  const answered = await world.ask(
    `query ($document: DraftAgreementInput!) { simulateAgreement(input: { document: $document }) {
       simulation { replaces replay { isComplete } directions { assigner assignee gains { sentence } losses { sentence }
         replay { requests same less nowRefused more nowAllowed mixed } } } userErrors { code message } } }`,
    'XK-BP:POLICY_OFFICER',
    { document: VERSION_2 },
  );
  const { simulation } = dataOf<{ simulation: { directions: readonly Readonly<Record<string, unknown>>[] } }>(
    answered,
    'simulateAgreement',
  );
  expect(simulation).toMatchObject({ replaces: 1, replay: { isComplete: true } });
  const given = simulation.directions.find(({ assigner }) => assigner === 'XK-BP');
  expect(given).toMatchObject({
    gains: [],
    replay: { requests: 90, same: 30, less: 30, nowRefused: 30, more: 0, nowAllowed: 0, mixed: 0 },
  });
});

test('the difference lists both narrowings and no widening, and that XK-BP may enter it alone', async () => {
  await parties.amend('XK-BP', VERSION_2);
  const answered = await world.ask(
    `{ agreement(reference: "${REFERENCE}") { mayEnterAlone difference { effect article assigner assignee sentence } } }`,
    'XK-BP:POLICY_OFFICER',
  );
  const { mayEnterAlone, difference } = dataOf<{ mayEnterAlone: object; difference: readonly { effect: string }[] }>(
    answered,
    'agreement',
  );
  expect(mayEnterAlone).toContain('XK-BP');
  expect(difference.map(({ effect }) => effect)).toEqual(['NARROWER', 'NARROWER']);
  const sentences = JSON.stringify(difference);
  for (const field of ['detectedAt', 'nationality']) expect(sentences).toContain(field);
});

test('its notice is enough: with XK-BP’s signature alone version 2 is final, to begin on 1 July', async () => {
  await parties.offer('XK-BP', REFERENCE);
  await parties.sign('XK-BP', REFERENCE);
  const answered = await world.ask(
    `{ agreement(reference: "${REFERENCE}") { versions { version status tightenedBy beginsAt signatures { agency } } } }`,
    'ME-BP:POLICY_OFFICER',
  );
  expect(dataOf<{ versions: readonly object[] }>(answered, 'agreement').versions).toMatchObject([
    { version: 1, status: 'IN_FORCE', tightenedBy: null },
    {
      version: 2,
      status: 'NOT_YET_IN_FORCE',
      tightenedBy: 'XK-BP',
      beginsAt: JULY.toISOString(),
      signatures: [{ agency: 'XK-BP' }],
    },
  ]);
});

test('ME-BP is told, with the day', async () => {
  const answered = await world.ask(
    '{ notices(first: 1) { nodes { kind agreement sentence dueAt } } }',
    'ME-BP:POLICY_OFFICER',
  );
  expect(dataOf(answered, 'notices')).toEqual({
    nodes: [
      {
        kind: 'TIGHTENING_ANNOUNCED',
        agreement: REFERENCE,
        sentence: `XK-BP narrows ${REFERENCE} by version 2`,
        dueAt: JULY.toISOString(),
      },
    ],
  });
});

test('until the last millisecond of June ME-BP sees days and nationalities', async () => {
  expect(shape(await seen())).toEqual(WIDE);
  await world.setClock(LAST_OF_JUNE);
  expect(shape(await seen())).toEqual(WIDE);
});

test('from 1 July, 00:00 in the agreement’s time zone, months and no nationality, on the same records', async () => {
  await world.setClock(LAST_OF_JUNE);
  const before = await seen();
  await world.setClock(JULY);
  const after = await seen();
  expect(shape(after)).toEqual(NARROW);
  expect(after).toHaveLength(before.length);
  expect(new Set(after.flatMap(({ disclosure }) => disclosure.withheld.map(({ field }) => field)))).toEqual(
    new Set(['nationality']),
  );
});

test('what has to do with it is refused from then on, as the replay said', async () => {
  const outcomes: unknown[] = [];
  for (const asked of DAILY) {
    const { body } = await world.ask(
      `{ asked: ${asked.replace(/}$/, 'sources { outcome reason } }')} }`,
      'ME-BP:ANALYST',
    );
    outcomes.push((body.data?.asked as { sources: readonly object[] } | undefined)?.sources[0]);
  }
  const answered = { outcome: 'ANSWERED', reason: null };
  expect(outcomes).toEqual([answered, { outcome: 'WITHHELD', reason: 'FIELD_NOT_FILTERABLE' }, answered]);
});

test('what was released before keeps the version under which it was', async () => {
  const answered = await world.ask(
    '{ ledger(first: 200) { nodes { at asks { lines { basis { agreement version } } } } } }',
    'ME-BP:AUDITOR',
  );
  const { nodes } = dataOf<{ nodes: readonly Entry[] }>(answered, 'ledger');
  const versions = (entries: readonly Entry[]): readonly number[] => [
    ...new Set(
      entries.flatMap(({ asks }) =>
        asks.flatMap(({ lines }) =>
          lines.flatMap(({ basis }) =>
            basis.filter(({ agreement }) => agreement === REFERENCE).map(({ version }) => version),
          ),
        ),
      ),
    ),
  ];
  expect(versions(nodes.filter(({ at }) => new Date(at) < JULY))).toEqual([1]);
  expect(versions(nodes.filter(({ at }) => new Date(at) >= JULY))).toEqual([2]);
});

test('back to days is a widening: XK-BP’s signature alone is refused, both make it so at once', async () => {
  await parties.amend('XK-BP', VERSION_1);
  await parties.offer('XK-BP', REFERENCE);
  await expect(parties.sign('XK-BP', REFERENCE)).rejects.toThrow('WRONG_STATE');
  expect(shape(await seen())).toEqual(NARROW);
  await parties.accept('ME-BP', REFERENCE);
  for (const party of VERSION_1.parties) await parties.sign(party, REFERENCE);
  expect(shape(await seen())).toEqual(WIDE);
});

interface Entry {
  readonly at: string;
  readonly asks: readonly {
    readonly lines: readonly { readonly basis: readonly { readonly agreement: string; readonly version: number }[] }[];
  }[];
}
