// "View as": an owner looks at its own records through a recipient's eyes, and sees what that recipient sees.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AGENCIES, OWNERS } from '../world.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world.close());

const FIELDS = `database { code } borderSection detectedAt nationality sex personsCount fullName documentNumber birthDate
  nationalReference recordedAt handlingCode
  disclosure { agreements clauses handlingCode generalised { field step } withheld { field reason } masked }`;
const SOURCES = 'sources { database { code } outcome reason agreements }';

const databaseOf = (owner: string): string => `${owner.slice(0, 2)}-BORDER-CROSSINGS`;

interface Page {
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
  readonly sources: readonly {
    readonly outcome: string;
    readonly reason: string | null;
    readonly database: { readonly code: string };
  }[];
}

/** What a root field answers of one owner's border crossings; `ARGS` stands for the arguments that say whose, and whose eyes. */
const FIELDS_ASKED = {
  page: `borderCrossings(ARGS, first: 15) { nodes { ${FIELDS} } ${SOURCES} pageInfo { hasNextPage } }`,
  counts: `borderCrossingStatistics(ARGS, groupBy: [DETECTED_AT_MONTH]) {
    cells { group { detectedAt } count suppressed } total suppressedCells ${SOURCES} }`,
  filtered: `borderCrossings(ARGS, where: { nationality: { eq: "SYR" } },
    orderBy: [{ field: DETECTED_AT, direction: ASC }], first: 5) { nodes { ${FIELDS} } ${SOURCES} }`,
  named: `borderCrossings(ARGS, where: { fullName: { isNull: false } }, first: 5) { nodes { ${FIELDS} } ${SOURCES} }`,
} as const;

/** Answers by owner and recipient: the recipient asks of each owner, or the owner asks as each recipient. */
async function answers(as: string, purpose: string, field: keyof typeof FIELDS_ASKED, isViewed: boolean) {
  const others = (isViewed ? AGENCIES : OWNERS).filter((agency) => agency !== as);
  const parts = others.map((other, index) => {
    const [owner, recipient] = isViewed ? [as, other] : [other, as];
    const args = `purpose: ${purpose}, justification: "case 12", databases: ["${databaseOf(owner)}"]`;
    const whose = isViewed ? `${args}, viewAs: "${recipient}"` : args;
    return { key: `${owner} ${recipient}`, text: `a${index}: ${FIELDS_ASKED[field].replace('ARGS', whose)}` };
  });
  const answered = await world.ask(`{ ${parts.map(({ text }) => text).join(' ')} }`, `${as}:ANALYST`);
  if (answered.body.errors !== undefined) throw new Error(answered.text);
  return parts.map(({ key }, index): readonly [string, Page] => [key, dataOf<Page>(answered, `a${index}`)]);
}

async function asked(as: string, query: string) {
  const { body } = await world.ask(query, as);
  return body.errors?.[0] as { readonly message: string; readonly extensions: { readonly code: string } } | undefined;
}

describe('what nobody gets by it', () => {
  test('databases of others are not in the answer, whatever the agency viewed as may see of them', async () => {
    const args = 'purpose: RISK_ANALYSIS, viewAs: "ME-BP"';
    const answered = await world.ask(
      `{ statistics: borderCrossingStatistics(${args}, groupBy: [DATABASE]) { cells { group { database } } ${SOURCES} }
         page: borderCrossings(${args}) { nodes { id } ${SOURCES} } }`,
      'AL-BMP:ANALYST',
    );
    for (const name of ['statistics', 'page']) {
      expect(dataOf<Page>(answered, name).sources.map(({ database }) => database.code)).toEqual([
        'AL-BORDER-CROSSINGS',
      ]);
    }
    const named = await world.ask(
      `{ page: borderCrossings(${args}, databases: ["ME-BORDER-CROSSINGS", "XK-BORDER-CROSSINGS"]) { nodes { id } ${SOURCES} } }`,
      'AL-BMP:ANALYST',
    );
    expect(dataOf<Page>(named, 'page')).toEqual({ nodes: [], sources: [] });
  });

  test('an agency without databases of its own sees nothing through anybody', async () => {
    for (const recipient of AGENCIES) {
      const answered = await world.ask(
        `{ page: borderCrossings(purpose: RISK_ANALYSIS, viewAs: "${recipient}") { nodes { id } ${SOURCES} } }`,
        'AL-MOI:ANALYST',
      );
      expect(dataOf<Page>(answered, 'page')).toEqual({ nodes: [], sources: [] });
    }
  });

  test('an agency nobody registered is the caller’s error at each of the root fields', async () => {
    const args = 'purpose: RISK_ANALYSIS, viewAs: "ZZ-NOBODY"';
    for (const query of [
      `{ borderCrossings(${args}) { nodes { id } } }`,
      `{ borderCrossing(id: "x", ${args}) { id } }`,
      `{ borderCrossingStatistics(${args}, groupBy: []) { total } }`,
    ]) {
      expect(await asked('AL-BMP:ANALYST', query)).toMatchObject({
        message: 'no agency is called `ZZ-NOBODY`',
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
  });

  test('an id made for the recipient opens nothing for the owner, and a cursor of one eye none of another', async () => {
    const args = 'purpose: BORDER_SURVEILLANCE, databases: ["AL-BORDER-CROSSINGS"]';
    const page = (viewAs: string, rest: string): string =>
      `{ page: borderCrossings(${args}${viewAs}, ${rest}) { nodes { id } pageInfo { endCursor } } }`;
    const got = async (as: string, query: string) =>
      dataOf<{ nodes: readonly { id: string }[]; pageInfo: { endCursor: string } }>(await world.ask(query, as), 'page');
    const own = await got('ME-BP:ANALYST', page('', 'first: 3'));
    const viewed = await got('AL-BMP:ANALYST', page(', viewAs: "ME-BP"', 'first: 3'));
    expect(viewed.nodes).toHaveLength(3);
    expect(own.nodes.map(({ id }) => id)).not.toEqual(viewed.nodes.map(({ id }) => id));
    const opened = await world.ask(
      `{ borderCrossing(id: "${own.nodes[0]?.id}", purpose: BORDER_SURVEILLANCE, viewAs: "ME-BP") { id } }`,
      'AL-BMP:ANALYST',
    );
    expect(opened.body).toEqual({ data: { borderCrossing: null } });
    const after = `first: 3, after: "${viewed.pageInfo.endCursor}"`;
    expect((await got('AL-BMP:ANALYST', page(', viewAs: "ME-BP"', after))).nodes).toHaveLength(3);
    for (const [as, viewAs] of [
      ['AL-BMP:ANALYST', ''],
      ['AL-BMP:ANALYST', ', viewAs: "XK-BP"'],
      ['ME-BP:ANALYST', ''],
    ] as const) {
      expect((await asked(as, page(viewAs, after)))?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

test('for every owner, recipient and purpose the owner sees what the recipient is answered', async () => {
  const seen = new Set<string>();
  let rows = 0;
  for (const { name: purpose } of world.hub.standard.purposes) {
    for (const field of ['page', 'counts', 'filtered', 'named'] as const) {
      const live = new Map<string, Page>();
      for (const recipient of AGENCIES) {
        for (const [key, page] of await answers(recipient, purpose, field, false)) live.set(key, page);
      }
      for (const owner of OWNERS) {
        for (const [key, viewed] of await answers(owner, purpose, field, true)) {
          expect([key, viewed]).toEqual([key, live.get(key)]);
          rows += viewed.nodes?.length ?? 0;
          for (const { outcome, reason } of viewed.sources) seen.add(reason ?? outcome);
        }
      }
      expect(live.size).toBe(OWNERS.length * (AGENCIES.length - 1));
    }
  }
  // Worth something only if there was something to see, and something to be refused.
  expect([...seen].sort()).toEqual(expect.arrayContaining(['ANSWERED', 'FIELD_NOT_FILTERABLE', 'SUSPENDED']));
  expect(rows).toBeGreaterThan(100);
}, 120_000);

test('one record of its own: as the recipient sees it, or null where the recipient does not', async () => {
  const listed = await world.ask(
    '{ page: borderCrossings(purpose: BORDER_SURVEILLANCE, databases: ["AL-BORDER-CROSSINGS"], first: 200) { nodes { id borderSection fullName } } }',
    'AL-BMP:ANALYST',
  );
  const { nodes } = dataOf<Page>(listed, 'page');
  const inside = nodes.find(({ borderSection }) => borderSection === 'AL-ME');
  const outside = nodes.find(({ borderSection }) => borderSection !== 'AL-ME');
  const viewed = async (id: unknown) =>
    (
      await world.ask(
        `{ one: borderCrossing(id: "${id}", purpose: BORDER_SURVEILLANCE, viewAs: "ME-BP") { id borderSection fullName disclosure { agreements } } }`,
        'AL-BMP:ANALYST',
      )
    ).body.data?.one;
  expect(inside?.fullName).not.toBeNull();
  expect(await viewed(inside?.id)).toEqual({
    id: inside?.id,
    borderSection: 'AL-ME',
    fullName: null,
    disclosure: { agreements: ['AGR-2024-002'] },
  });
  expect(await viewed(outside?.id)).toBeNull();
});

test('the owner’s ledger says through whose eyes it looked; the recipient’s says nothing', async () => {
  await world.ask(
    '{ borderCrossings(purpose: RISK_ANALYSIS, viewAs: "XK-BP", first: 1) { nodes { id } } }',
    'AL-BMP:ANALYST',
  );
  const newest = async (as: string) =>
    dataOf<{ nodes: readonly Record<string, unknown>[] }>(
      await world.ask('{ ledger(first: 1) { nodes { action subject asks { viewAs } } } }', as),
      'ledger',
    ).nodes[0];
  expect(await newest('AL-BMP:AUDITOR')).toEqual({
    action: 'READ',
    subject: { viewAs: 'XK-BP' },
    asks: [{ viewAs: 'XK-BP' }],
  });
  expect(await newest('XK-BP:AUDITOR')).not.toMatchObject({ subject: { viewAs: 'XK-BP' } });
});
