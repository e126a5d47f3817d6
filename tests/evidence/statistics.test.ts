/** Counts of the ledger are counts of what the list shows: worked out here once more, from the nodes. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dataOf, type WorldHub, worldHub } from '../journeys/world-hub.js';
import { WORLD_NOW, WORLD_TIME_ZONE } from '../world.js';
import { AGENCIES, DATABASE, type Node, nodesOf, OTHER, OWNER, RECIPIENT, type Scene, traffic } from './views-scene.js';

let world: WorldHub;
let scene: Scene;
let newest: number;
beforeAll(async () => {
  world = await worldHub();
  await traffic(world);
  // Half an hour before midnight UTC it is tomorrow already where the hub is.
  await world.setClock(new Date(WORLD_NOW.getTime() + 86_400_000 - (WORLD_NOW.getTime() % 86_400_000) - 1_800_000));
  scene = await traffic(world);
  newest = scene.counted;
});
afterAll(() => world?.close());

interface Cell {
  readonly group: Readonly<Record<string, string | null>>;
  readonly entries: number;
  readonly records: number;
}

async function cellsOf(agency: string, groupBy: readonly string[], where = ''): Promise<readonly Cell[]> {
  const query = `{ ledgerStatistics(where: { untilSequence: ${newest + 1} ${where} }, groupBy: [${groupBy.join()}]) {
    cells { group { ${Object.values(NAMES).join(' ')} } entries records } } }`;
  return dataOf<{ cells: readonly Cell[] }>(await world.ask(query, `${agency}:AUDITOR`), 'ledgerStatistics').cells;
}

const NAMES: Readonly<Record<string, string>> = {
  AGENCY: 'agency',
  PURPOSE: 'purpose',
  OUTCOME: 'outcome',
  ACTION: 'action',
  DATABASE: 'database',
  RECORD_TYPE: 'recordType',
  DAY: 'day',
  MONTH: 'month',
};

const localDay = (at: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: WORLD_TIME_ZONE, dateStyle: 'short' }).format(new Date(at));

interface Counted {
  readonly sequence: number;
  readonly keys: Readonly<Record<string, string | null>>;
  readonly records: number;
}

/** One row for each line of a node; one for a node without lines. */
function rowsOf({ sequence, at, agency, purpose, outcome, action, asks }: Node): readonly Counted[] {
  const keys = { agency, purpose, outcome, action, day: localDay(at), month: localDay(at).slice(0, 7) };
  const rows = asks.flatMap(({ recordType, lines }) =>
    lines.map(({ database, records }) => ({
      sequence,
      keys: { ...keys, database, recordType },
      records: records ?? 0,
    })),
  );
  return rows.length > 0 ? rows : [{ sequence, keys: { ...keys, database: null, recordType: null }, records: 0 }];
}

function counted(nodes: readonly Node[], groupBy: readonly string[]): readonly Cell[] {
  const cells = new Map<string, { group: Cell['group']; sequences: Set<number>; records: number }>();
  for (const { sequence, keys, records } of nodes.flatMap(rowsOf)) {
    const asked = groupBy.map((dimension) => [NAMES[dimension] ?? '', keys[NAMES[dimension] ?? ''] ?? null] as const);
    const unasked = Object.values(NAMES).map((name) => [name, null] as const);
    const group = Object.fromEntries([...unasked, ...asked]);
    const cell = cells.get(JSON.stringify(group)) ?? { group, sequences: new Set(), records: 0 };
    cell.sequences.add(sequence);
    cells.set(JSON.stringify(group), { ...cell, records: cell.records + records });
  }
  return [...cells.values()].map(({ group, sequences, records }) => ({ group, entries: sequences.size, records }));
}

const sorted = (cells: readonly Cell[]): readonly string[] => cells.map((cell) => JSON.stringify(cell)).sort();

describe('statistics of the ledger', () => {
  test.each([
    { groupBy: [] },
    { groupBy: ['AGENCY'] },
    { groupBy: ['PURPOSE', 'OUTCOME'] },
    { groupBy: ['DATABASE'] },
    { groupBy: ['RECORD_TYPE', 'ACTION'] },
    { groupBy: ['DAY'] },
    { groupBy: ['MONTH', 'AGENCY', 'DATABASE'] },
  ])('by $groupBy are those of the list, for every agency', async ({ groupBy }) => {
    for (const agency of AGENCIES) {
      const nodes = await nodesOf(world, agency, `{ untilSequence: ${newest + 1} }`);
      expect(nodes.length).toBeGreaterThan(0);
      expect([agency, sorted(await cellsOf(agency, groupBy))]).toEqual([agency, sorted(counted(nodes, groupBy))]);
    }
  });

  test('fall on the days of the hub’s time zone', async () => {
    const days = (await cellsOf(OWNER, ['DAY'], 'perspective: OWNER')).map(({ group }) => group.day);
    const tomorrow = new Date(WORLD_NOW.getTime() + 86_400_000).toISOString().slice(0, 10);
    expect(days).toContain(tomorrow);
  });

  test('count of a filtered database its records alone', async () => {
    const [cell] = await cellsOf(RECIPIENT, [], `database: "${DATABASE}", fromSequence: ${scene.page}`);
    // The page and the statistics; of the latter its databases are not told apart.
    expect(cell).toMatchObject({ entries: 2, records: scene.given.length });
  });

  test('tell an owner nothing of who did not ask it', async () => {
    const askers = (await cellsOf(OTHER, ['AGENCY'], `fromSequence: ${scene.page}`)).map(({ group }) => group.agency);
    // RECIPIENT's statistics asked OTHER's database too; OWNER asked nobody.
    expect(askers).toEqual([RECIPIENT, OTHER]);
  });

  test('name each dimension once', async () => {
    const { body } = await world.ask(
      '{ ledgerStatistics(groupBy: [DAY, DAY]) { cells { entries } } }',
      `${OWNER}:AUDITOR`,
    );
    expect(body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});
