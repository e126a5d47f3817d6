import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world.close());

const SOURCES = 'sources { database { code } outcome reason agreements }';
const AL = 'purpose: BORDER_SURVEILLANCE, databases: ["AL-BORDER-CROSSINGS"]';
const PAGE = `{ nodes { id borderSection } pageInfo { hasNextPage endCursor } ${SOURCES} }`;

/** Every way to touch a field that AGR-2024-002 withholds, as a root field of its own. */
const PROBES: readonly (readonly [how: string, query: string])[] = [
  ['filter', `borderCrossings(${AL}, where: { fullName: { eq: "X" } }) ${PAGE}`],
  ['filter with a right guess', `borderCrossings(${AL}, where: { fullName: { startsWith: "" } }) ${PAGE}`],
  ['negated filter', `borderCrossings(${AL}, where: { not: { fullName: { eq: "X" } } }) ${PAGE}`],
  [
    'filter under or',
    `borderCrossings(${AL}, where: { or: [{ borderSection: { eq: "AL-ME" } }, { fullName: { isNull: true } }] }) ${PAGE}`,
  ],
  ['order', `borderCrossings(${AL}, orderBy: [{ field: BIRTH_DATE, direction: ASC }]) ${PAGE}`],
  [
    'second order',
    `borderCrossings(${AL}, orderBy: [{ field: BORDER_SECTION, direction: ASC }, { field: FULL_NAME, direction: DESC }]) ${PAGE}`,
  ],
  [
    'group',
    `borderCrossingStatistics(${AL}, groupBy: [FULL_NAME]) { cells { count } total suppressedCells ${SOURCES} }`,
  ],
  [
    'finer step than shown',
    `borderCrossingStatistics(${AL}, groupBy: [DETECTED_AT]) { cells { count } total suppressedCells ${SOURCES} }`,
  ],
  [
    'sum',
    `borderCrossingStatistics(${AL}, groupBy: []) { cells { sum { personsCount } } total suppressedCells ${SOURCES} }`,
  ],
  [
    'filter of statistics',
    `borderCrossingStatistics(${AL}, where: { documentNumber: { isNull: false } }, groupBy: []) { cells { count } total suppressedCells ${SOURCES} }`,
  ],
];

describe('touching a withheld field', () => {
  test.each(PROBES)('%s: no row of the source, and its line says so', async (_, probe) => {
    const { body, text } = await world.ask(`{ asked: ${probe} }`, 'ME-BP:ANALYST');
    const answer = body.data?.asked as { nodes?: unknown[]; cells?: unknown[]; sources: unknown[] } | undefined;
    if (answer === undefined) throw new Error(text);
    expect(answer.nodes ?? answer.cells).toEqual([]);
    expect(answer.sources).toEqual([
      {
        database: { code: 'AL-BORDER-CROSSINGS' },
        outcome: 'WITHHELD',
        reason: 'FIELD_NOT_FILTERABLE',
        agreements: ['AGR-2024-002'],
      },
    ]);
  });

  test('the answer is the same whatever the hidden values are', async () => {
    const before = await Promise.all(PROBES.map(([, probe]) => world.ask(`{ asked: ${probe} }`, 'ME-BP:ANALYST')));
    await world.owner.query(
      `update records.border_crossing set full_name = 'X', birth_date = '2001-02-03', document_number = null, persons_count = 99`,
    );
    const after = await Promise.all(PROBES.map(([, probe]) => world.ask(`{ asked: ${probe} }`, 'ME-BP:ANALYST')));
    expect(after.map(({ text }) => text)).toEqual(before.map(({ text }) => text));
  });

  test('a list without touching is the same too: only what is shown can move it', async () => {
    const list = `{ borderCrossings(${AL}, first: 50) { nodes { id borderSection detectedAt nationality fullName } ${SOURCES} } }`;
    const before = await world.ask(list, 'ME-BP:ANALYST');
    // Shown by day: an hour within the day is hidden, and so is everything the clause does not name.
    await world.owner.query(
      `update records.border_crossing set full_name = 'Y', detected_at = detected_at + interval '1 millisecond'
       where (detected_at + interval '1 millisecond') at time zone 'Europe/Tirane' < detected_at_day + 1`,
    );
    expect((await world.ask(list, 'ME-BP:ANALYST')).text).toBe(before.text);
  });

  test('a guess at the day is compared with the day, not with the instant behind it', async () => {
    const of = (op: string, at: string) =>
      `{ borderCrossings(${AL}, first: 1000, where: { detectedAt: { ${op}: "${at}" } }) { nodes { id } } }`;
    const ids = async (query: string): Promise<readonly unknown[]> =>
      dataOf<{ nodes: readonly unknown[] }>(await world.ask(query, 'ME-BP:ANALYST'), 'borderCrossings').nodes;
    const first = dataOf<{ nodes: readonly { detectedAt: string }[] }>(
      await world.ask(`{ borderCrossings(${AL}, first: 1) { nodes { detectedAt } } }`, 'ME-BP:ANALYST'),
      'borderCrossings',
    ).nodes[0]?.detectedAt;
    if (first === undefined) throw new Error('the world shows nothing');
    const day = new Date(first).getTime();
    const hours = [0, 1, 7, 13, 22].map((hour) => new Date(day + hour * 3_600_000).toISOString());
    const answers = await Promise.all(hours.map((at) => ids(of('gte', at))));
    expect(answers[0]?.length).toBeGreaterThan(0);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

describe('pages', () => {
  interface Page {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: Readonly<
      Record<'hasNextPage' | 'hasPreviousPage', boolean> & Record<'startCursor' | 'endCursor', string | null>
    >;
  }
  const page = async (args: string): Promise<Page> =>
    dataOf<Page>(
      await world.ask(
        `{ borderCrossings(purpose: BORDER_SURVEILLANCE, ${args}) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
        'ME-BP:ANALYST',
      ),
      'borderCrossings',
    );
  const ORDERS = [
    '',
    'orderBy: [{ field: NATIONALITY, direction: DESC }],',
    'orderBy: [{ field: DETECTED_AT, direction: ASC }],',
  ];

  test.each(ORDERS)(
    'walked forwards and backwards (%s) they are the whole list once, over exact and generalised rows',
    async (order) => {
      const whole = (await page(`${order} first: 1000`)).nodes.map(({ id }) => id);
      expect(whole.length).toBeGreaterThan(100);
      const forwards: string[] = [];
      for (let after: string | null = null; ; ) {
        const one: Page = await page(`${order} first: 37${after === null ? '' : `, after: "${after}"`}`);
        forwards.push(...one.nodes.map(({ id }) => id));
        after = one.pageInfo.endCursor;
        if (!one.pageInfo.hasNextPage) break;
      }
      expect(forwards).toEqual(whole);
      const backwards: string[] = [];
      for (let before: string | null = null; ; ) {
        const one: Page = await page(`${order} last: 41${before === null ? '' : `, before: "${before}"`}`);
        backwards.unshift(...one.nodes.map(({ id }) => id));
        before = one.pageInfo.startCursor;
        if (!one.pageInfo.hasPreviousPage) break;
      }
      expect(backwards).toEqual(whole);
    },
  );

  test('a cursor of another caller, purpose, filter or order is no cursor', async () => {
    const { endCursor } = (await page('first: 5')).pageInfo;
    const uses: readonly (readonly [string, string])[] = [
      ['AL-BMP:ANALYST', `purpose: BORDER_SURVEILLANCE, first: 5, after: "${endCursor}"`],
      ['ME-BP:ANALYST', `purpose: RISK_ANALYSIS, first: 5, after: "${endCursor}"`],
      [
        'ME-BP:ANALYST',
        `purpose: BORDER_SURVEILLANCE, where: { nationality: { eq: "SYR" } }, first: 5, after: "${endCursor}"`,
      ],
      [
        'ME-BP:ANALYST',
        `purpose: BORDER_SURVEILLANCE, orderBy: [{ field: NATIONALITY, direction: ASC }], first: 5, after: "${endCursor}"`,
      ],
      ['ME-BP:ANALYST', 'purpose: BORDER_SURVEILLANCE, first: 5, after: "made up"'],
    ];
    for (const [as, args] of uses) {
      const { body } = await world.ask(`{ borderCrossings(${args}) { nodes { id } } }`, as);
      expect(body.errors?.[0]).toMatchObject({
        message: '`after` is no cursor of this query',
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
  });
});
