/**
 * Scenario 2: suspension bites at once. MK-BP and AL-BMP show each other events of their common section. At 10:00:00 MK-BP
 * suspends what it gives, with AL-BMP in the middle of a list. The tests are the steps of one story, in their order.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Parties, partiesOf } from './parties.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const REFERENCE = 'AGR-2026-302';
const AGREEMENT = {
  reference: REFERENCE,
  title: 'Events on the common section of Albania and North Macedonia',
  parties: ['MK-BP', 'AL-BMP'],
  legalBasis: 'Police cooperation treaty, article 7',
  timeZone: 'Europe/Tirane',
  from: '2026-11-01',
  until: '2036-11-01',
  clauses: [
    {
      article: '1',
      kind: 'PERMISSION',
      assigner: 'MK-BP',
      assignee: 'AL-BMP',
      mutual: true,
      recordType: 'BorderCrossing',
      action: 'READ',
      purposes: ['BORDER_SURVEILLANCE'],
      rows: { field: 'borderSection', op: 'eq', value: 'AL-MK' },
      fields: { borderSection: 'CLEAR', detectedAt: { GENERALISED: 'day' } },
    },
  ],
};
/** 09:59:58, 10:00:00, 10:00:01 and 12:00:00 in the agreement's time zone */
const BEFORE = new Date('2026-11-24T08:59:58.000Z');
const SUSPENDED_AT = new Date('2026-11-24T09:00:00.000Z');
const AFTER = new Date('2026-11-24T09:00:01.000Z');
const RESUMED_AT = new Date('2026-11-24T11:00:00.000Z');
const REASON = 'data protection audit';
const PAGES = 5;

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  readonly sources: readonly object[];
}

const ANSWERED = { outcome: 'ANSWERED', reason: null, agreements: [REFERENCE] };
const SUSPENDED = { outcome: 'WITHHELD', reason: 'SUSPENDED', agreements: [REFERENCE] };
const of = (owner: string): string => `purpose: BORDER_SURVEILLANCE, databases: ["${owner}-BORDER-CROSSINGS"]`;

let world: WorldHub;
let parties: Parties;
/** everything MK-BP shows, and what AL-BMP has of it so far */
let whole: readonly string[] = [];
let size = 0;
let first: Page;

beforeAll(async () => {
  world = await worldHub();
  parties = partiesOf(world);
  await parties.conclude(AGREEMENT);
  await world.setClock(BEFORE);
  whole = idsOf(await page('AL-BMP', 'MK', 'first: 1000'));
  size = Math.ceil(whole.length / PAGES);
});
afterAll(() => world.close());

async function page(as: string, owner: string, more: string): Promise<Page> {
  const answered = await world.ask(
    `{ borderCrossings(${of(owner)}, ${more}) { nodes { id } pageInfo { endCursor hasNextPage } sources { outcome reason agreements } } }`,
    `${as}:ANALYST`,
  );
  return dataOf<Page>(answered, 'borderCrossings');
}

const idsOf = ({ nodes }: Page): readonly string[] => nodes.map(({ id }) => id);

test('at 09:59:58 AL-BMP has page 1 of 5', async () => {
  first = await page('AL-BMP', 'MK', `first: ${size}`);
  expect(idsOf(first)).toEqual(whole.slice(0, size));
  expect(first.pageInfo.hasNextPage).toBe(true);
  expect(first.sources).toEqual([ANSWERED]);
});

test('at 10:00:00 MK-BP suspends what it gives, and says why', async () => {
  await world.setClock(SUSPENDED_AT);
  await expect(parties.suspend('MK-BP', REFERENCE, ' ', { assigner: 'MK-BP' })).rejects.toThrow('REASON_MISSING');
  await parties.suspend('MK-BP', REFERENCE, REASON, { assigner: 'MK-BP' });
});

test('at 10:00:01 page 2 is refused: no record, and a line that says SUSPENDED', async () => {
  await world.setClock(AFTER);
  const second = await page('AL-BMP', 'MK', `first: ${size}, after: "${first.pageInfo.endCursor}"`);
  expect(second).toEqual({ nodes: [], pageInfo: { endCursor: null, hasNextPage: false }, sources: [SUSPENDED] });
});

test('so is a record by the id it was listed under, and every count', async () => {
  const { body } = await world.ask(
    `{ one: borderCrossing(id: "${whole[0]}", purpose: BORDER_SURVEILLANCE) { id }
       counts: borderCrossingStatistics(${of('MK')}, groupBy: []) { cells { count } total sources { outcome reason agreements } } }`,
    'AL-BMP:ANALYST',
  );
  expect(body.data).toEqual({ one: null, counts: { cells: [], total: null, sources: [SUSPENDED] } });
});

test('an explanation adds the reason, the number of the act, since when, and by whom', async () => {
  const explained = await world.ask(
    `{ explainAccess(recordType: "BorderCrossing", ${of('MK')}) { outcome reason agreements trace { step outcome sentence } } }`,
    'AL-BMP:ANALYST',
  );
  const [line] = dataOf<readonly { readonly trace: readonly object[] }[]>(explained, 'explainAccess');
  expect(line).toMatchObject(SUSPENDED);
  expect(line?.trace).toContainEqual({
    step: 'STATUS',
    outcome: 'SUSPENDED',
    sentence: expect.stringMatching(
      new RegExp(`since ${SUSPENDED_AT.toISOString()} by MK-BP, act \\d+ \\("${REASON}"\\)`),
    ),
  });
});

test('what AL-BMP gives goes on: only one direction was suspended', async () => {
  const reverse = await page('MK-BP', 'AL', 'first: 3');
  expect(reverse.nodes).toHaveLength(3);
  expect(reverse.sources).toEqual([ANSWERED]);
});

test('both are told, and nobody else', async () => {
  const told = async (agency: string): Promise<readonly object[]> => {
    const answered = await world.ask(
      '{ notices { nodes { kind at agreement sentence } } }',
      `${agency}:POLICY_OFFICER`,
    );
    const { nodes } = dataOf<{ nodes: readonly { readonly kind: string; readonly agreement: string }[] }>(
      answered,
      'notices',
    );
    return nodes.filter(({ kind, agreement }) => kind === 'SUSPENDED' && agreement === REFERENCE);
  };
  const notice = {
    kind: 'SUSPENDED',
    at: SUSPENDED_AT.toISOString(),
    agreement: REFERENCE,
    sentence: `MK-BP suspends ${REFERENCE}, as far as MK-BP gives: ${REASON}`,
  };
  expect(await told('AL-BMP')).toEqual([notice]);
  expect(await told('MK-BP')).toEqual([notice]);
  for (const stranger of ['ME-BP', 'AL-MOI', 'RS-BP']) expect(await told(stranger)).toEqual([]);
});

test('AL-BMP cannot lift it; MK-BP can, alone', async () => {
  await world.setClock(RESUMED_AT);
  const scope = { assigner: 'MK-BP' };
  await expect(parties.resume('AL-BMP', REFERENCE, 'we are ready', scope)).rejects.toThrow('NOT_SUSPENDED');
  expect((await page('AL-BMP', 'MK', 'first: 1')).sources).toEqual([SUSPENDED]);
  await parties.resume('MK-BP', REFERENCE, 'the audit is done', scope);
});

test('the list goes on behind page 1, where it was: five pages are the whole of it, each record once', async () => {
  const ids = [...idsOf(first)];
  let pages = 1;
  for (let { endCursor, hasNextPage } = first.pageInfo; hasNextPage; pages += 1) {
    const next = await page('AL-BMP', 'MK', `first: ${size}, after: "${endCursor}"`);
    ids.push(...idsOf(next));
    ({ endCursor, hasNextPage } = next.pageInfo);
  }
  expect(pages).toBe(PAGES);
  expect(ids).toEqual(whole);
});

test('the timeline tells both acts, and the matrix what held at any instant between', async () => {
  const answered = await world.ask(
    `{ agreement(reference: "${REFERENCE}") { events { kind agency reason at } acts { kind by assigner effectiveAt } } }`,
    'AL-BMP:POLICY_OFFICER',
  );
  const { events, acts } = dataOf<{ events: readonly object[]; acts: readonly object[] }>(answered, 'agreement');
  expect(events.slice(-2)).toEqual([
    { kind: 'SUSPEND', agency: 'MK-BP', reason: REASON, at: SUSPENDED_AT.toISOString() },
    { kind: 'RESUME', agency: 'MK-BP', reason: 'the audit is done', at: RESUMED_AT.toISOString() },
  ]);
  expect(acts).toEqual([
    { kind: 'SUSPEND', by: 'MK-BP', assigner: 'MK-BP', effectiveAt: SUSPENDED_AT.toISOString() },
    { kind: 'RESUME', by: 'MK-BP', assigner: 'MK-BP', effectiveAt: RESUMED_AT.toISOString() },
  ]);
  const statuses = [];
  for (const at of [BEFORE, SUSPENDED_AT, new Date(RESUMED_AT.getTime() - 1), RESUMED_AT]) {
    statuses.push(await statusAt(at));
  }
  expect(statuses).toEqual(['IN_FORCE', 'SUSPENDED', 'SUSPENDED', 'IN_FORCE']);
});

async function statusAt(at: Date): Promise<string | undefined> {
  const answered = await world.ask(
    `{ accessMatrix(at: "${at.toISOString()}") { cells { owner recipient action status agreements } } }`,
    'AL-BMP:POLICY_OFFICER',
  );
  const { cells } = dataOf<{ cells: readonly Readonly<Record<string, unknown>>[] }>(answered, 'accessMatrix');
  const cell = cells.find(
    ({ owner, recipient, agreements }) =>
      owner === 'MK-BP' && recipient === 'AL-BMP' && (agreements as readonly string[]).includes(REFERENCE),
  );
  return cell?.status as string | undefined;
}
