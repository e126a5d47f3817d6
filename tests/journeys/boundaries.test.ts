import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { storedEntries } from '../ledger-entries.js';
import { WORLD_NOW } from '../world.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world.close());
beforeEach(() => world.setClock(WORLD_NOW));

const SOURCES = 'sources { database { code } outcome reason agreements }';
const MK = 'purpose: BORDER_SURVEILLANCE, databases: ["MK-BORDER-CROSSINGS"]';
const AL = 'purpose: BORDER_SURVEILLANCE, databases: ["AL-BORDER-CROSSINGS"]';

interface Answer {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly endCursor: string };
  readonly sources: readonly { readonly outcome: string; readonly reason: string | null }[];
}

const list = async (as: string, args: string): Promise<Answer> =>
  dataOf(
    await world.ask(`{ borderCrossings(${args}) { nodes { id } pageInfo { endCursor } ${SOURCES} } }`, as),
    'borderCrossings',
  );

/** Every way out there is, asked by XK-BP of MK-BP: how many records each gives, and what its line says. */
async function everyWayOut(id: string): Promise<readonly unknown[]> {
  const as = 'XK-BP:ANALYST';
  const page = await list(as, `${MK}, first: 10`);
  const one = await world.ask(`{ borderCrossing(id: "${id}", purpose: BORDER_SURVEILLANCE) { id } }`, as);
  const statistics = await world.ask(`{ borderCrossingStatistics(${MK}, groupBy: []) { total ${SOURCES} } }`, as);
  const explained = await world.ask(
    `{ explainAccess(recordType: "BorderCrossing", purpose: BORDER_SURVEILLANCE, databases: ["MK-BORDER-CROSSINGS"]) { outcome reason } }`,
    as,
  );
  const viewer = await world.ask('{ viewer { mayAsk { database purpose action } } }', as);
  const { total, sources } = dataOf<{ total: number; sources: Answer['sources'] }>(
    statistics,
    'borderCrossingStatistics',
  );
  const { mayAsk } = dataOf<{ mayAsk: readonly { database: string; purpose: string }[] }>(viewer, 'viewer');
  return [
    page.nodes.length > 0,
    page.sources[0]?.reason,
    one.body.data?.borderCrossing !== null,
    total > 0,
    sources[0]?.reason,
    explained.body.data?.explainAccess,
    mayAsk.some(({ database, purpose }) => database === 'MK-BORDER-CROSSINGS' && purpose === 'BORDER_SURVEILLANCE'),
  ];
}

describe('the last instant of an agreement', () => {
  // AGR-2024-006 ends twelve days after loading, at local midnight.
  const END = new Date('2026-12-04T23:00:00.000Z');

  test('one millisecond before it every way out answers, at it none does', async () => {
    const id = (await list('XK-BP:ANALYST', `${MK}, first: 1`)).nodes[0]?.id ?? '';
    await world.setClock(new Date(END.getTime() - 1));
    expect(await everyWayOut(id)).toEqual([
      true,
      null,
      true,
      true,
      null,
      [{ outcome: 'ANSWERED', reason: null }],
      true,
    ]);
    await world.setClock(END);
    const refused = [{ outcome: 'WITHHELD', reason: 'EXPIRED' }];
    expect(await everyWayOut(id)).toEqual([false, 'EXPIRED', false, false, 'EXPIRED', refused, false]);
  });

  test('a clock that jumps back does not revive a decision that the hub has made since', async () => {
    await world.setClock(END);
    expect((await list('XK-BP:ANALYST', `${MK}, first: 1`)).sources[0]?.reason).toBe('EXPIRED');
    await world.setClock(new Date(END.getTime() + 7_200_000));
    expect((await list('XK-BP:ANALYST', `${MK}, first: 1`)).sources[0]?.reason).toBe('EXPIRED');
  });
});

describe('an act bites at once', () => {
  const act = async (mutation: string, as: string, reference: string): Promise<void> => {
    const { body, text } = await world.ask(
      `mutation { ${mutation}(input: { reference: "${reference}", reason: "data protection audit" }) { userErrors { code message } } }`,
      as,
    );
    const payload = body.data?.[mutation] as { userErrors: unknown[] } | undefined;
    if (payload === undefined || payload.userErrors.length > 0) throw new Error(text);
  };

  test('page two of a suspended agreement is a source line, not a cursor error; only the suspending side resumes', async () => {
    const first = await list('ME-BP:ANALYST', `${AL}, first: 3`);
    expect(first.nodes).toHaveLength(3);
    await act('suspendAgreement', 'AL-BMP:SIGNATORY', 'AGR-2024-002');
    const second = await list('ME-BP:ANALYST', `${AL}, first: 3, after: "${first.pageInfo.endCursor}"`);
    expect(second.nodes).toEqual([]);
    expect(second.sources).toMatchObject([{ outcome: 'WITHHELD', reason: 'SUSPENDED' }]);
    await expect(act('resumeAgreement', 'ME-BP:SIGNATORY', 'AGR-2024-002')).rejects.toThrow();
    expect((await list('ME-BP:ANALYST', `${AL}, first: 3`)).nodes).toEqual([]);
    await act('resumeAgreement', 'AL-BMP:SIGNATORY', 'AGR-2024-002');
    const again = await list('ME-BP:ANALYST', `${AL}, first: 3, after: "${first.pageInfo.endCursor}"`);
    expect(again.nodes).toHaveLength(3);
  });

  test('no disclosure stands in the ledger behind the act that forbids it, however many ask meanwhile', async () => {
    const asking = Array.from({ length: 24 }, () => list('ME-BP:ANALYST', `${AL}, first: 5`));
    const acting = act('suspendAgreement', 'AL-BMP:SIGNATORY', 'AGR-2024-002');
    await Promise.all([...asking, acting]);
    const ordered = (await storedEntries(world.owner)).slice(-25).map(({ entry }) => entry);
    const actAt = ordered.findLastIndex(({ action }) => action === 'suspendAgreement');
    expect(ordered.map(({ action }) => action)).toContain('suspendAgreement');
    const behind = ordered.slice(actAt + 1).flatMap(({ asks }) => asks.flatMap(({ lines }) => lines));
    expect(behind.every(({ records }) => records === 0)).toBe(true);
    await act('resumeAgreement', 'AL-BMP:SIGNATORY', 'AGR-2024-002');
  });
});
