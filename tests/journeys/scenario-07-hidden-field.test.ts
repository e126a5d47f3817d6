/**
 * Scenario 7: probing a hidden field. Under AGR-2024-002 AL-BMP sees section, day and nationality of ME-BP's events, and no
 * birth dates. It tries every way to learn one all the same; what it gets must not depend on any birth date.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const AS = 'AL-BMP:ANALYST';
const ME = 'purpose: BORDER_SURVEILLANCE, databases: ["ME-BORDER-CROSSINGS"]';
const LINE = 'sources { outcome reason agreements }';
const LIST = `{ nodes { id } pageInfo { hasNextPage endCursor } ${LINE} }`;
const COUNTS = `{ cells { count suppressed } total suppressedCells ${LINE} }`;

/** A root field, and what touches the field in it. */
interface Probe {
  readonly how: string;
  readonly asked: string;
}

/** Well-formed ways to touch it: refused as a whole, with a line that says so. */
const TOUCHING: readonly Probe[] = [
  { how: 'a filter', asked: `borderCrossings(${ME}, where: { birthDate: { eq: "1990-01-01" } }) ${LIST}` },
  { how: 'a range', asked: `borderCrossings(${ME}, where: { birthDate: { lt: "1990-01-01" } }) ${LIST}` },
  {
    how: 'asking whether it is empty',
    asked: `borderCrossings(${ME}, where: { birthDate: { isNull: true } }) ${LIST}`,
  },
  {
    how: 'a filter under `not`',
    asked: `borderCrossings(${ME}, where: { not: { birthDate: { gt: "1990-01-01" } } }) ${LIST}`,
  },
  {
    how: 'a filter behind one that holds anyway',
    asked: `borderCrossings(${ME}, where: { or: [{ borderSection: { eq: "AL-ME" } }, { birthDate: { eq: "1990-01-01" } }] }) ${LIST}`,
  },
  { how: 'an order', asked: `borderCrossings(${ME}, orderBy: [{ field: BIRTH_DATE, direction: ASC }]) ${LIST}` },
  {
    how: 'an order behind another',
    asked: `borderCrossings(${ME}, orderBy: [{ field: NATIONALITY, direction: ASC }, { field: BIRTH_DATE, direction: DESC }]) ${LIST}`,
  },
  { how: 'a group', asked: `borderCrossingStatistics(${ME}, groupBy: [BIRTH_DATE_YEAR]) ${COUNTS}` },
  {
    how: 'a count of a filter',
    asked: `borderCrossingStatistics(${ME}, where: { birthDate: { gte: "2008-01-01" } }, groupBy: []) ${COUNTS}`,
  },
  {
    how: 'a search in the text of another hidden field',
    asked: `borderCrossings(${ME}, where: { fullName: { contains: "A" } }) ${LIST}`,
  },
  {
    how: 'a range closed from both sides',
    asked: `borderCrossings(${ME}, where: { and: [{ birthDate: { gte: "1990-01-01" } }, { birthDate: { lt: "1991-01-01" } }] }) ${LIST}`,
  },
];

/** What the schema knows no words for: refused before anything is read, without a hint of what there is. */
const UNKNOWN: readonly Probe[] = [
  {
    how: 'a typing error in a filter',
    asked: `borderCrossings(${ME}, where: { birthDat: { eq: "1990-01-01" } }) ${LIST}`,
  },
  { how: 'a typing error in a selection', asked: `borderCrossings(${ME}) { nodes { birthDte } }` },
  {
    how: 'a typing error in an order',
    asked: `borderCrossings(${ME}, orderBy: [{ field: BIRTHDATE, direction: ASC }]) ${LIST}`,
  },
  {
    how: 'a relation to step over',
    asked: `borderCrossings(${ME}, where: { database: { birthDate: { eq: "1990-01-01" } } }) ${LIST}`,
  },
  { how: 'a full-text search', asked: `borderCrossings(${ME}, search: "1990-01-01") ${LIST}` },
];

/** It may be selected, by any name: nothing comes, and each row says so. */
const SELECTED: readonly Probe[] = [
  {
    how: 'plainly',
    asked: `borderCrossings(${ME}, first: 20) { nodes { seen: birthDate disclosure { withheld { field reason } } } }`,
  },
  {
    how: 'under the name of a field that is shown',
    asked: `borderCrossings(${ME}, first: 20) { nodes { nationality: birthDate seen: birthDate disclosure { withheld { field reason } } } }`,
  },
  {
    how: 'in a fragment',
    asked: `borderCrossings(${ME}, first: 20) { nodes { ... on BorderCrossing { seen: birthDate } disclosure { withheld { field reason } } } }`,
  },
];

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world.close());

const ask = (asked: string) => world.ask(`{ asked: ${asked} }`, AS);
const everyText = async (): Promise<readonly string[]> => {
  const texts: string[] = [];
  for (const { asked } of [...TOUCHING, ...UNKNOWN, ...SELECTED]) texts.push(withoutIds((await ask(asked)).text));
  return texts;
};
/** An error is found again in the log by a number of its own. */
const withoutIds = (text: string): string => text.replace(/"correlationId":"[^"]+"/g, '');

describe('touching it by', () => {
  test.each(TOUCHING)('$how: no record, no count, and FIELD_NOT_FILTERABLE', async ({ asked }) => {
    const answer = dataOf<Readonly<Record<string, unknown>>>(await ask(asked), 'asked');
    const { nodes, cells, total, pageInfo } = answer;
    expect(nodes ?? cells).toEqual([]);
    expect(total ?? null).toBeNull();
    expect(pageInfo ?? null).toEqual(nodes === undefined ? null : { hasNextPage: false, endCursor: null });
    expect(answer.sources).toEqual([
      { outcome: 'WITHHELD', reason: 'FIELD_NOT_FILTERABLE', agreements: ['AGR-2024-002'] },
    ]);
  });

  test('fifty guesses in one document, each under a name of its own: fifty times the same', async () => {
    const guesses = Array.from({ length: 50 }, (_, number) => {
      const day = new Date(Date.UTC(1990, 0, 1 + number)).toISOString().slice(0, 10);
      return `d${number}: borderCrossings(${ME}, where: { birthDate: { eq: "${day}" } }) { ...Seen }`;
    });
    const seen = `fragment Seen on BorderCrossingConnection ${LIST}`;
    const { body, text } = await world.ask(`{ ${guesses.join(' ')} } ${seen}`, AS);
    if (body.data == null) throw new Error(text);
    const answers = Object.values(body.data).map((answer) => JSON.stringify(answer));
    expect(answers).toHaveLength(50);
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('FIELD_NOT_FILTERABLE');
  });

  test('a cursor of a list ordered by it: there is none to be had', async () => {
    const asked = `borderCrossings(${ME}, orderBy: [{ field: BIRTH_DATE, direction: ASC }], first: 1) ${LIST}`;
    expect(dataOf(await ask(asked), 'asked')).toMatchObject({ pageInfo: { endCursor: null } });
  });
});

describe('asking for it by', () => {
  test.each(UNKNOWN)('$how: refused before anything is read, and nothing is suggested', async ({ asked }) => {
    const { status, body, text } = await ask(asked);
    expect([status, body.data ?? null]).toEqual([400, null]);
    expect(body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(text).not.toMatch(/did you mean/i);
  });
});

describe('selecting it', () => {
  test.each(SELECTED)('$how: null on every row, and FIELD_NOT_SHARED beside it', async ({ asked }) => {
    const { nodes } = dataOf<{ nodes: readonly Readonly<Record<string, unknown>>[] }>(await ask(asked), 'asked');
    expect(nodes.length).toBeGreaterThan(5);
    for (const node of nodes) {
      expect(node).toMatchObject({
        seen: null,
        disclosure: { withheld: [{ field: 'birthDate', reason: 'FIELD_NOT_SHARED' }] },
      });
    }
  });
});

describe('looking as somebody else', () => {
  test('through the eyes of its owner, who sees it: only one’s own databases are looked at so', async () => {
    const asked = `borderCrossings(${ME}, viewAs: "ME-BP") { nodes { birthDate } sources { outcome } }`;
    expect(dataOf(await ask(asked), 'asked')).toEqual({ nodes: [], sources: [] });
  });

  test('in an explanation: it tells that the filter is refused, and not why a value would matter', async () => {
    const query = `{ explainAccess(recordType: "BorderCrossing", ${ME}, touches: ["birthDate"]) { outcome reason fields { field } } }`;
    const [line] = dataOf<readonly { readonly fields: readonly { readonly field: string }[] }[]>(
      await world.ask(query, AS),
      'explainAccess',
    );
    expect(line).toMatchObject({ outcome: 'WITHHELD', reason: 'FIELD_NOT_FILTERABLE' });
    expect(line?.fields.map(({ field }) => field)).not.toContain('birthDate');
  });
});

test('every answer is the same to the byte whatever the birth dates are, and its owner sees that they changed', async () => {
  const own = `{ borderCrossings(${ME}, first: 5) { nodes { birthDate } } }`;
  const [before, ownBefore] = [await everyText(), (await world.ask(own, 'ME-BP:ANALYST')).text];
  for (const value of [`'1990-01-01'`, 'null', `'2010-06-0' || (1 + database_id % 9)`]) {
    await world.owner.query(`update records.border_crossing set birth_date = (${value})::date`);
    expect(await everyText()).toEqual(before);
  }
  expect((await world.ask(own, 'ME-BP:ANALYST')).text).not.toBe(ownBefore);
});
