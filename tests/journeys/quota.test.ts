/**
 * AL-BMP shows ME-BP its crossings, but not all of them at once: 200 different ones a day for a second-line check, 100
 * records a day where documents are looked into, 20 requests a day for readmission. Scenario 11: quota and scraping.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { demoKey } from '../../examples/western-balkans/demo-keys.js';
import { answer } from '../../src/hub/answer.js';
import { type PageAsk, query } from '../../src/hub/query.js';
import { sha256Hex, verifyEd25519 } from '../../src/persistence/cryptography.js';
import { demoDoors } from '../../src/start/demo-doors.js';
import { createHubPorts, type HubPorts } from '../../src/start/hub-ports.js';
import { WORLD_NOW } from '../world.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const SHOWN = {
  kind: 'PERMISSION',
  assigner: 'AL-BMP',
  assignee: 'ME-BP',
  recordType: 'BorderCrossing',
  action: 'READ',
  fields: { nationality: 'CLEAR', detectedAt: 'CLEAR' },
};
const clause = (article: string, purpose: string, quota: object): object => ({
  ...SHOWN,
  article,
  purposes: [purpose],
  quota,
});
const AGREEMENT = {
  reference: 'AGR-2026-111',
  title: 'Checks at the second line',
  parties: ['AL-BMP', 'ME-BP'],
  legalBasis: 'Police cooperation treaty, article 8',
  timeZone: 'Europe/Tirane',
  from: '2026-01-01',
  until: '2036-01-01',
  clauses: [
    clause('1', 'SECOND_LINE_CHECK', { subjects: 200, per: 'day' }),
    clause('2', 'DOCUMENT_FRAUD_DETECTION', { records: 100, per: 'day' }),
    clause('3', 'READMISSION_RETURN', { requests: 20, per: 'day' }),
    { ...clause('4', 'STOLEN_PROPERTY_RECOVERY', { records: 30, per: 'month' }), rowsMax: 15 },
  ],
};
/** local midnight after `WORLD_NOW` */
const MIDNIGHT = '2026-11-23T23:00:00.000Z';
const DAY_MS = 86_400_000;
const AL = 'databases: ["AL-BORDER-CROSSINGS"]';
const SOURCES = 'sources { outcome reason agreements resetsAt }';
const EXHAUSTED = {
  outcome: 'WITHHELD',
  reason: 'QUOTA_EXHAUSTED',
  agreements: ['AGR-2026-111'],
};

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
  const doors = demoDoors(world.hub, world.database.url);
  const { reference } = AGREEMENT;
  await world.beside('the agreement comes through the demo’s doors', async () => {
    await doors.draftAgreement('AL-BMP', AGREEMENT);
    await doors.offerAgreement('AL-BMP', reference);
    await doors.acceptAgreement('ME-BP', reference);
    for (const party of AGREEMENT.parties) await doors.signAgreement(party, reference, demoKey(party));
  });
});
afterAll(() => world.close());
afterEach(() => {
  jest.restoreAllMocks();
});
// Every test has a day of its own.
let day = 0;
beforeEach(async () => {
  day += 1;
  await world.setClock(now());
});
const now = (): Date => new Date(WORLD_NOW.getTime() + day * DAY_MS);
const midnight = (): string => new Date(Date.parse(MIDNIGHT) + day * DAY_MS).toISOString();

interface Page {
  readonly nodes: readonly { readonly id: string; readonly nationality: string | null }[];
  readonly sources: readonly { readonly outcome: string; readonly reason: string | null; readonly resetsAt: string }[];
  readonly pageInfo: { readonly endCursor: string | null };
}

const page = async (purpose: string, args: string, as = 'ME-BP:ANALYST'): Promise<Page> =>
  dataOf(
    await world.ask(
      `{ borderCrossings(purpose: ${purpose}, ${AL}, ${args}) { nodes { id nationality } pageInfo { endCursor } ${SOURCES} } }`,
      as,
    ),
    'borderCrossings',
  );

/** One document that asks for so many pages at once, page after page of the same list. */
const aliases = (count: number, first: number): string => {
  const one = `borderCrossings(purpose: SECOND_LINE_CHECK, ${AL}, first: ${first}) { nodes { id } ${SOURCES} }`;
  return `{ ${Array.from({ length: count }, (_, index) => `a${index}: ${one}`).join(' ')} }`;
};

interface Use {
  readonly used: number;
  readonly refused: number;
  readonly resetsAt: string;
}

/** `1 subjects` → what is used of it */
const uses = async (as = 'ME-BP:ANALYST'): Promise<Readonly<Record<string, Use>>> => {
  const told = dataOf<readonly (Use & { agreement: string; article: string; unit: string })[]>(
    await world.ask('{ quotas { agreement article unit limit used refused resetsAt } }', as),
    'quotas',
  );
  const ours = told.filter(({ agreement }) => agreement === AGREEMENT.reference);
  return Object.fromEntries(
    ours.map(({ article, unit, used, refused, resetsAt }) => [`${article} ${unit}`, { used, refused, resetsAt }]),
  );
};
const used = async (account: string): Promise<number | undefined> => (await uses())[account]?.used;

describe('scraping', () => {
  test('fifty aliases of ten in one document are charged as 500 before anything is read: none is given, none is counted', async () => {
    const { body, status } = await world.ask(aliases(50, 10), 'ME-BP:ANALYST');
    expect(status).toBe(200);
    const pages = Object.values(body.data ?? {}) as readonly Page[];
    expect(pages).toHaveLength(50);
    for (const one of pages) expect(one).toEqual({ nodes: [], sources: [{ ...EXHAUSTED, resetsAt: midnight() }] });
    expect(await uses()).toMatchObject({ '1 subjects': { used: 0, refused: 1, resetsAt: midnight() } });
  });

  test('what one document may cost is bounded whatever the quota has left', async () => {
    const { body } = await world.ask(aliases(21, 1000), 'ME-BP:ANALYST');
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(await uses()).toMatchObject({ '1 subjects': { used: 0, refused: 0 } });
  });

  test('what was left before stays left, down to the last one', async () => {
    expect((await page('SECOND_LINE_CHECK', 'first: 100')).nodes).toHaveLength(100);
    await world.ask(aliases(11, 10), 'ME-BP:ANALYST');
    expect(await used('1 subjects')).toBe(100);
    const { body } = await world.ask(aliases(10, 10), 'ME-BP:ANALYST');
    const pages = Object.values(body.data ?? {}) as readonly Page[];
    expect(pages.flatMap(({ nodes }) => nodes)).toHaveLength(100);
  });

  test('all asks of a request are one charge, whichever comes first', async () => {
    const charge = jest.spyOn(world.hub.quotas, 'charge');
    const pages = await inOneRequest(world.hub, 50, { size: 10 });
    expect(pages.map(({ rows, sources }) => [rows.length, sources[0]?.reason])).toEqual(
      pages.map(() => [0, 'QUOTA_EXHAUSTED']),
    );
    const amounts = charge.mock.calls.map(([charges]) => charges.map((one) => one.amounts));
    // The first may have found that the day is over.
    expect(new Set(amounts.map((one) => JSON.stringify(one)))).toEqual(new Set(['[{"subjects":500}]']));
    expect(await used('1 subjects')).toBe(0);
  });

  test('the day after, it opens again without a restart', async () => {
    await page('SECOND_LINE_CHECK', 'first: 150');
    expect((await page('SECOND_LINE_CHECK', 'first: 60')).sources).toEqual([{ ...EXHAUSTED, resetsAt: midnight() }]);
    await world.setClock(new Date(Date.parse(midnight()) - 1));
    expect((await page('SECOND_LINE_CHECK', 'first: 60')).nodes).toHaveLength(0);
    await world.setClock(new Date(midnight()));
    expect((await page('SECOND_LINE_CHECK', 'first: 60')).nodes).toHaveLength(60);
    expect(await used('1 subjects')).toBe(60);
    day += 1;
  });
});

describe('what is counted', () => {
  test('a subject counts once a day however often it is read, a record each time', async () => {
    const first = await page('SECOND_LINE_CHECK', 'first: 10');
    await page('SECOND_LINE_CHECK', 'first: 10');
    expect(await used('1 subjects')).toBe(10);
    await page('SECOND_LINE_CHECK', `first: 10, after: "${first.pageInfo.endCursor}"`);
    expect(await used('1 subjects')).toBe(20);
    await page('DOCUMENT_FRAUD_DETECTION', 'first: 10');
    await page('DOCUMENT_FRAUD_DETECTION', 'first: 10');
    expect(await used('2 records')).toBe(20);
  });

  test('a page is charged in full and brought down to what it showed', async () => {
    const none = 'where: { nationality: { eq: "ZZZ" } }';
    expect((await page('DOCUMENT_FRAUD_DETECTION', `first: 100, ${none}`)).sources[0]?.outcome).toBe('ANSWERED');
    expect(await used('2 records')).toBe(0);
    expect((await page('DOCUMENT_FRAUD_DETECTION', `first: 101, ${none}`)).sources[0]?.reason).toBe('QUOTA_EXHAUSTED');
  });

  test('no more is charged than the clause lets into one answer', async () => {
    for (const left of [15, 15, 0]) {
      expect((await page('STOLEN_PROPERTY_RECOVERY', 'first: 1000')).nodes).toHaveLength(left);
    }
    expect(await used('4 records')).toBe(30);
  });

  test('a record by its id counts one, an id that is none of the caller counts nothing', async () => {
    const purpose = 'purpose: DOCUMENT_FRAUD_DETECTION';
    const id = (await page('DOCUMENT_FRAUD_DETECTION', 'first: 1')).nodes[0]?.id;
    const one = await world.ask(`{ borderCrossing(id: "${id}", ${purpose}) { nationality } }`, 'ME-BP:ANALYST');
    expect(one.body.data?.borderCrossing).not.toBeNull();
    expect(await used('2 records')).toBe(2);
    await world.ask(`{ borderCrossing(id: "AAAAAAAAAAAAAAAAAAAAAA", ${purpose}) { nationality } }`, 'ME-BP:ANALYST');
    expect(await used('2 records')).toBe(2);
  });

  test('statistics count as requests and disclose no record', async () => {
    const count = async (purpose: string): Promise<number | null> =>
      dataOf<{ total: number | null }>(
        await world.ask(
          `{ borderCrossingStatistics(purpose: ${purpose}, ${AL}, groupBy: []) { total } }`,
          'ME-BP:ANALYST',
        ),
        'borderCrossingStatistics',
      ).total;
    expect(await count('DOCUMENT_FRAUD_DETECTION')).toBeGreaterThan(100);
    expect(await used('2 records')).toBe(0);
    for (let asked = 0; asked < 20; asked += 1) expect(await count('READMISSION_RETURN')).toBeGreaterThan(100);
    expect(await count('READMISSION_RETURN')).toBeNull();
    expect(await uses()).toMatchObject({ '3 requests': { used: 20, refused: 1 } });
  });

  test('a request that breaks off after it was charged stays charged', async () => {
    const identity = { agency: 'ME-BP', person: 'test', roles: ['ANALYST' as const] };
    const failing = answer(world.hub, identity, REQUEST(), async (journal) => {
      await query(world.hub, journal, pageAsk({ size: 30 }));
      throw new Error('the process ends here');
    });
    await expect(failing).rejects.toThrow('the process ends here');
    expect(await used('1 subjects')).toBe(30);
  });

  test('an attempt that has to be made again pays nothing again', async () => {
    const identity = { agency: 'ME-BP', person: 'test', roles: ['ANALYST' as const] };
    await page('BORDER_SURVEILLANCE', 'first: 1');
    const append = jest.spyOn(world.hub.ledger, 'append').mockResolvedValueOnce({ kind: 'STALE' });
    const charge = jest.spyOn(world.hub.quotas, 'charge');
    const given = await answer(world.hub, identity, REQUEST(), (journal) =>
      query(world.hub, journal, pageAsk({ size: 30 })),
    );
    expect(given.rows).toHaveLength(30);
    expect(append).toHaveBeenCalledTimes(2);
    expect(charge).toHaveBeenCalledTimes(1);
    expect(await used('1 subjects')).toBe(30);
  });

  test('where no clause has a quota nobody asks what is left', async () => {
    const calls = [jest.spyOn(world.hub.quotas, 'charge'), jest.spyOn(world.hub.quotas, 'settle')] as const;
    const looked = jest.spyOn(world.hub.quotas, 'usesOf');
    expect((await page('BORDER_SURVEILLANCE', 'first: 5')).nodes).toHaveLength(5);
    expect([...calls, looked].map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0]);
  });
});

describe('who is told', () => {
  const explained = async (first: number): Promise<unknown> => {
    const asked = `recordType: "BorderCrossing", purpose: SECOND_LINE_CHECK, ${AL}, first: ${first}`;
    const told = dataOf<readonly { readonly quotas: readonly Use[] }[]>(
      await world.ask(
        `{ explainAccess(${asked}) { outcome reason agreements resetsAt quotas { used refused resetsAt } } }`,
        'ME-BP:ANALYST',
      ),
      'explainAccess',
    );
    return told.map(({ quotas, ...line }) => line);
  };

  test('an explanation says what a page would be answered, charges nothing, and tells what is used', async () => {
    await page('SECOND_LINE_CHECK', 'first: 190');
    for (const first of [10, 11, 10]) {
      const before = await uses();
      const told = await explained(first);
      expect(await uses()).toEqual(before);
      expect(told).toEqual((await page('SECOND_LINE_CHECK', `first: ${first}`)).sources);
    }
    const asked = `recordType: "BorderCrossing", purpose: SECOND_LINE_CHECK, ${AL}`;
    const { body } = await world.ask(`{ explainAccess(${asked}) { quotas { unit limit used } } }`, 'ME-BP:ANALYST');
    expect(body.data?.explainAccess).toEqual([{ quotas: [{ unit: 'subjects', limit: 200, used: 190 }] }]);
  });

  test('the owner that looks as the recipient sees what the recipient is answered, and uses nothing of its quota', async () => {
    for (const size of [150, 150]) await page('SECOND_LINE_CHECK', `first: ${size}`);
    const before = await uses();
    for (const size of [50, 51]) {
      const seen = await page('SECOND_LINE_CHECK', `first: ${size}, viewAs: "ME-BP"`, 'AL-BMP:ANALYST');
      expect(await uses()).toEqual(before);
      const live = await page('SECOND_LINE_CHECK', `first: ${size}`);
      expect(seen.nodes.length).toBe(live.nodes.length);
      expect(seen.sources).toEqual(live.sources);
    }
  });

  test('giver and receiver see what is used, nobody else sees that there is a quota', async () => {
    await page('SECOND_LINE_CHECK', 'first: 10');
    const seen = { '1 subjects': { used: 10 }, '2 records': { used: 0 }, '3 requests': { used: 0 } } as const;
    expect(await uses('AL-BMP:POLICY_OFFICER')).toMatchObject(seen);
    expect(await uses('ME-BP:AUDITOR')).toMatchObject(seen);
    for (const stranger of ['XK-BP:ANALYST', 'AL-MOI:ANALYST', 'RS-BP:AUDITOR'])
      expect(await uses(stranger)).toEqual({});
  });

  test('the owner is told that somebody asked beyond the quota, how often and until when; nobody else is', async () => {
    const told = async (agency: string): Promise<readonly object[]> => {
      const query = '{ notices { nodes { kind agreement sentence dueAt } } }';
      const { nodes } = dataOf<{ nodes: readonly { readonly dueAt: string | null }[] }>(
        await world.ask(query, `${agency}:POLICY_OFFICER`),
        'notices',
      );
      return nodes.filter(({ dueAt }) => dueAt === midnight());
    };
    expect(await told('AL-BMP')).toEqual([]);
    for (let asked = 0; asked < 2; asked += 1) await world.ask(aliases(50, 10), 'ME-BP:ANALYST');
    const { reference: agreement } = AGREEMENT;
    const sentence = `ME-BP asked beyond the quota of article 1 of ${agreement} 2 times`;
    expect(await told('AL-BMP')).toEqual([{ kind: 'QUOTA_REFUSED', agreement, sentence, dueAt: midnight() }]);
    for (const other of ['ME-BP', 'XK-BP']) expect(await told(other)).toEqual([]);
  });

  test('to a stranger the source says the same whether the quota is used up or not', async () => {
    const before = await page('SECOND_LINE_CHECK', 'first: 1', 'RS-BP:ANALYST');
    await world.ask(aliases(20, 30), 'ME-BP:ANALYST');
    expect(await page('SECOND_LINE_CHECK', 'first: 1', 'RS-BP:ANALYST')).toEqual(before);
    expect(before.sources).toEqual([expect.objectContaining({ reason: 'ACTION_NOT_PERMITTED', resetsAt: null })]);
  });
});

describe('many at once', () => {
  test('of 64 requests to two hubs at the same moment exactly 20 are answered', async () => {
    const second = await anotherHub();
    try {
      const asked = Array.from({ length: 64 }, (_, index) =>
        inOneRequest(index % 2 === 0 ? world.hub : second, 1, { size: 1, purpose: 'READMISSION_RETURN' }),
      );
      const outcomes = (await Promise.all(asked)).flatMap((pages) => pages.map(({ sources }) => sources[0]?.outcome));
      expect(outcomes.filter((outcome) => outcome === 'ANSWERED')).toHaveLength(20);
      expect(outcomes.filter((outcome) => outcome === 'WITHHELD')).toHaveLength(44);
      expect(await uses()).toMatchObject({ '3 requests': { used: 20, refused: 44 } });
    } finally {
      await second.close();
    }
  });

  test('of 64 pages of ten at the same moment no more than 200 different records leave, and what is used is what left', async () => {
    const second = await anotherHub();
    try {
      const asked = Array.from({ length: 64 }, (_, index) =>
        inOneRequest(index % 2 === 0 ? world.hub : second, 1, { size: 10 }),
      );
      const rows = (await Promise.all(asked)).flatMap((pages) => pages.flatMap((one) => one.rows));
      expect(new Set(rows.map(({ id }) => id)).size).toBeLessThanOrEqual(200);
      expect(await used('1 subjects')).toBe(new Set(rows.map(({ id }) => id)).size);
    } finally {
      await second.close();
    }
  });
});

const REQUEST = () => {
  world.owe();
  return { requestId: randomUUID(), action: 'test', operation: { name: null, hash: null } };
};

function pageAsk({ size, purpose = 'SECOND_LINE_CHECK' }: { size: number; purpose?: string }): PageAsk {
  return {
    agency: 'ME-BP',
    action: 'READ',
    purpose,
    recordType: 'BorderCrossing',
    databases: ['AL-BORDER-CROSSINGS'],
    fields: ['nationality'],
    orderBy: [],
    page: { direction: 'FORWARD', size },
    envelope: [],
    withCursors: false,
  };
}

/** So many pages in one request, through the hub's own door. */
function inOneRequest(hub: HubPorts, count: number, ask: { size: number; purpose?: string }) {
  const identity = { agency: 'ME-BP', person: 'test', roles: ['ANALYST' as const] };
  return answer(hub, identity, REQUEST(), (journal) =>
    Promise.all(Array.from({ length: count }, () => query(hub, journal, pageAsk(ask)))),
  );
}

function anotherHub(): Promise<HubPorts> {
  const { standard, timeZone } = world.hub;
  return createHubPorts({
    standard,
    timeZone,
    databaseUrl: world.database.url,
    readerUrl: world.database.readerUrl,
    secret: Buffer.alloc(32, 1),
    signing: { environment: 'test', acceptsDemoKeys: true, sha256: sha256Hex, verify: verifyEd25519 },
    onLedgerFault: () => {},
    onDoubt: () => {},
  });
}
