import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OWNERS, worldFiles } from '../world.js';
import {
  type CountedRow,
  cellsOf,
  countsOf,
  crossingsOf,
  type Knowledge,
  monthOf,
  quarterOf,
  yearOf,
} from './count-oracle.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world?.close());

type Group = Readonly<Record<'detectedAt' | 'nationality' | 'database' | 'borderSection', string | null>>;
interface Cell {
  readonly group: Group;
  readonly count: number | null;
  readonly sum?: { readonly personsCount: number } | null;
  readonly suppressed: boolean;
}
interface Table {
  readonly cells: readonly Cell[];
  readonly total: number | null;
  readonly suppressedCells: number;
  readonly sources: readonly {
    readonly outcome: string;
    readonly reason: string | null;
    readonly agreements: string[];
  }[];
}

interface Question {
  readonly as: string;
  readonly of: readonly string[];
  readonly groupBy: string;
  readonly purpose?: string;
  readonly where?: string;
  readonly sums?: boolean;
}

const codeOf = (owner: string): string => `${owner.slice(0, 2)}-BORDER-CROSSINGS`;
const ALL = OWNERS.map(codeOf);
const [AL, RS, XK] = [codeOf('AL-BMP'), codeOf('RS-BP'), codeOf('XK-BP')];

async function table({ as, of, groupBy, purpose = 'RISK_ANALYSIS', where, sums = false }: Question): Promise<Table> {
  const filter = where === undefined ? '' : `where: ${where},`;
  const answered = await world.ask(
    `{ borderCrossingStatistics(purpose: ${purpose}, databases: ${JSON.stringify(of)}, ${filter} groupBy: [${groupBy}]) {
      cells { group { detectedAt nationality database borderSection } count ${sums ? 'sum { personsCount }' : ''} suppressed }
      total suppressedCells sources { outcome reason agreements } } }`,
    `${as}:REPORTER`,
  );
  return dataOf<Table>(answered, 'borderCrossingStatistics');
}

/** Cells by what they have in common: `SYR`, `2023-05 SYR`. */
const told = ({ cells }: Table): Readonly<Record<string, number | null>> =>
  Object.fromEntries(
    cells.map(({ group: { database, detectedAt, borderSection, nationality }, count }) => [
      [database, detectedAt, borderSection, nationality].filter((part) => part !== null).join(' '),
      count,
    ]),
  );

const nothing: Knowledge = { countMin: 5, isRead: () => false, isKnown: () => false };
/** ME-BP: its own rows, and of Albania's those of the common section, by AGR-2024-002. */
const isReadByMe = ({ database, borderSection }: CountedRow): boolean =>
  database === codeOf('ME-BP') || (database === AL && borderSection === 'AL-ME');
const me: Knowledge = { countMin: 5, isRead: isReadByMe, isKnown: isReadByMe };

describe('refused', () => {
  test('a day where months are shown, and fields no clause shows: nothing of the source is counted', async () => {
    for (const groupBy of [
      'DETECTED_AT_DAY',
      'DETECTED_AT',
      'FULL_NAME',
      'NATIONALITY, BIRTH_DATE_YEAR',
      'MINOR_STATUS',
    ]) {
      const { cells, total, sources } = await table({ as: 'MK-BP', of: [AL], groupBy });
      expect([groupBy, cells, total]).toEqual([groupBy, [], null]);
      expect(sources).toEqual([{ outcome: 'WITHHELD', reason: 'FIELD_NOT_FILTERABLE', agreements: ['AGR-2024-001'] }]);
    }
  });

  test('a purpose of the assigner’s other clauses only', async () => {
    const { cells, sources } = await table({
      as: 'EU-BCG',
      of: [AL],
      groupBy: 'NATIONALITY',
      purpose: 'STATISTICS_REPORTING',
    });
    expect(cells).toEqual([]);
    expect(sources).toMatchObject([{ outcome: 'WITHHELD', reason: 'PURPOSE_NOT_PERMITTED' }]);
  });
});

describe('small cells', () => {
  test('below the minimum are suppressed, count and sum, and the total with them', async () => {
    const answer = await table({ as: 'MK-BP', of: [AL], groupBy: 'NATIONALITY', sums: true });
    const expected = cellsOf(crossingsOf(AL), ({ nationality }) => nationality, nothing);
    expect(told(answer)).toEqual(expected);
    const suppressed = answer.cells.filter((cell) => cell.suppressed);
    expect(suppressed.length).toBeGreaterThan(3);
    expect(suppressed.length).toBeLessThan(answer.cells.length);
    for (const { count, sum } of suppressed) expect([count, sum]).toEqual([null, null]);
    expect(answer).toMatchObject({ total: null, suppressedCells: suppressed.length });
  });

  test('are the owner’s own to see', async () => {
    const answer = await table({ as: 'AL-BMP', of: [AL], groupBy: 'NATIONALITY', sums: true });
    const rows = crossingsOf(AL);
    expect(told(answer)).toEqual(countsOf(rows, ({ nationality }) => nationality));
    expect(answer).toMatchObject({ total: rows.length, suppressedCells: 0 });
    const persons = rows.filter(({ nationality }) => nationality === 'SYR').map(({ personsCount }) => personsCount);
    expect(answer.cells.find(({ group }) => group.nationality === 'SYR')?.sum).toEqual({
      personsCount: persons.reduce((sum, one) => sum + one, 0),
    });
  });

  test('are fewer than ten to the European agency, fewer than five to a neighbour', async () => {
    const keyOf = ({ nationality }: CountedRow): string => nationality;
    const toEurope = told(await table({ as: 'EU-BCG', of: [AL], groupBy: 'NATIONALITY' }));
    const toNeighbour = told(await table({ as: 'MK-BP', of: [AL], groupBy: 'NATIONALITY' }));
    expect(toEurope).toEqual(cellsOf(crossingsOf(AL), keyOf, { ...nothing, countMin: 10 }));
    const between = Object.keys(toEurope).filter((key) => toEurope[key] === null && toNeighbour[key] !== null);
    expect(between.length).toBeGreaterThan(0);
    for (const key of between) expect([5, 6, 7, 8, 9]).toContain(toNeighbour[key]);
  });

  test('with no suppressed cell the total is told', async () => {
    const answer = await table({ as: 'MK-BP', of: [AL], groupBy: '' });
    expect(answer).toMatchObject({ total: crossingsOf(AL).length, suppressedCells: 0 });
    const rare = Object.entries(countsOf(crossingsOf(AL), ({ nationality }) => nationality)).find(
      ([, count]) => count < 5,
    );
    const narrow = { as: 'MK-BP', of: [AL], groupBy: '', where: `{ nationality: { eq: "${rare?.[0]}" } }` };
    expect(await table(narrow)).toMatchObject({ cells: [{ count: null, suppressed: true }], total: null });
  });
});

describe('what the caller may read anyway', () => {
  test('makes rows known: a small cell of them alone is told, one with few others is not', async () => {
    const keyOf = (row: CountedRow): string => `${monthOf(row)} ${row.borderSection} ${row.nationality}`;
    const rows = crossingsOf(AL);
    const groupBy = 'DETECTED_AT_MONTH, BORDER_SECTION, NATIONALITY';
    const answer = told(await table({ as: 'ME-BP', of: [AL], groupBy }));
    expect(answer).toEqual(cellsOf(rows, keyOf, me));
    const counts = countsOf(rows, keyOf);
    const small = Object.keys(counts).filter((key) => (counts[key] ?? 0) < 5);
    const isOfSection = (key: string): boolean => key.includes(' AL-ME ');
    expect(small.filter(isOfSection).length).toBeGreaterThan(0);
    expect(small.filter((key) => !isOfSection(key)).length).toBeGreaterThan(0);
    for (const key of small) expect([key, answer[key]]).toEqual([key, isOfSection(key) ? counts[key] : null]);
    const stranger = told(await table({ as: 'MK-BP', of: [AL], groupBy }));
    for (const key of small) expect([key, stranger[key]]).toEqual([key, null]);
  });

  test('counts for nothing where a touched field is not shown to it', async () => {
    const keyOf = (row: CountedRow): string => `${row.borderSection} ${row.nationality}`;
    const question = { as: 'ME-BP', of: [AL], groupBy: 'BORDER_SECTION, NATIONALITY' };
    const summed = told(await table({ ...question, sums: true }));
    expect(summed).toEqual(cellsOf(crossingsOf(AL), keyOf, { ...me, isKnown: () => false }));
    expect(Object.keys(summed).filter((key) => key.startsWith('AL-ME '))).not.toEqual([]);
    for (const [key, count] of Object.entries(summed)) if (key.startsWith('AL-ME ')) expect(count).toBeNull();
  });

  test('is counted without a minimum under the clause that lets it be read', async () => {
    const answer = await table({ as: 'ME-BP', of: [AL], groupBy: 'DETECTED_AT_DAY', purpose: 'BORDER_SURVEILLANCE' });
    const rows = crossingsOf(AL).filter(isReadByMe);
    expect(told(answer)).toEqual(countsOf(rows, ({ day }) => day));
    expect(answer).toMatchObject({
      total: rows.length,
      suppressedCells: 0,
      sources: [{ agreements: ['AGR-2024-002'] }],
    });
  });
});

describe('groups', () => {
  test.each([
    ['DETECTED_AT_MONTH', monthOf],
    ['DETECTED_AT_QUARTER', quarterOf],
    ['DETECTED_AT_YEAR', yearOf],
  ] as const)('by %s over all owners, own rows among them, months where the hub counts', async (groupBy, keyOf) => {
    const rows = crossingsOf(...ALL);
    expect(told(await table({ as: 'ME-BP', of: ALL, groupBy }))).toEqual(cellsOf(rows, keyOf, me));
  });

  test('by DATABASE tell the owners apart, each under its own minimum', async () => {
    const rows = crossingsOf(...ALL);
    const keyOf = (row: CountedRow): string => `${row.database} ${row.nationality}`;
    const apart = told(await table({ as: 'ME-BP', of: ALL, groupBy: 'DATABASE, NATIONALITY' }));
    expect(apart).toEqual(cellsOf(rows, keyOf, me));
    // Together few are small: a cell of several owners holds enough rows that the caller does not read.
    const together = told(await table({ as: 'ME-BP', of: ALL, groupBy: 'NATIONALITY' }));
    expect(together).toEqual(cellsOf(rows, ({ nationality }) => nationality, me));
    const suppressed = (cells: Readonly<Record<string, number | null>>): number =>
      Object.values(cells).filter((count) => count === null).length;
    expect(suppressed(together)).toBeGreaterThan(0);
    expect(suppressed(together)).toBeLessThan(suppressed(apart));
  });

  test('of a source that is withheld are missing, and its line says why', async () => {
    const answer = await table({ as: 'RS-BP', of: [RS, XK], groupBy: 'DATABASE' });
    expect(told(answer)).toEqual({ [RS]: crossingsOf(RS).length });
    expect(answer.sources.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['ANSWERED', 'NO_AGREEMENT']);
  });
});

describe('filters of statistics', () => {
  const count = async (where: string): Promise<number | null> =>
    (await table({ as: 'MK-BP', of: [AL], groupBy: '', where })).total;
  const counted = (isMeant: (row: CountedRow) => boolean): number => crossingsOf(AL).filter(isMeant).length;

  test('compare shown months, whatever instant within one is given', async () => {
    for (const at of ['2023-09-01T00:00:00+02:00', '2023-09-17T09:00:00Z', '2023-09-30T23:59:59+02:00']) {
      const at_ = `"${at}"`;
      expect(await count(`{ detectedAt: { eq: ${at_} } }`)).toBe(counted((row) => monthOf(row) === '2023-09'));
      expect(await count(`{ detectedAt: { gte: ${at_} } }`)).toBe(counted((row) => monthOf(row) >= '2023-09'));
      expect(await count(`{ detectedAt: { lt: ${at_} } }`)).toBe(counted((row) => monthOf(row) < '2023-09'));
    }
  });

  test('on other shown fields, joined as records’ filters are', async () => {
    const where = '{ or: [{ borderSection: { eq: "AL-ME" } }, { not: { nationality: { in: ["SYR", "TUR"] } } }] }';
    const isMeant = ({ borderSection, nationality }: CountedRow): boolean =>
      borderSection === 'AL-ME' || !['SYR', 'TUR'].includes(nationality);
    expect(await count(where)).toBe(counted(isMeant));
  });
});

describe('the published counts of 2023, read under AGR-2024-005', () => {
  const { byMonth, byNationality } = worldFiles().figures;
  const detections = async (groupBy: string): Promise<Readonly<Record<string, number>>> => {
    const answered = await world.ask(
      `{ detectionCountStatistics(purpose: STATISTICS_REPORTING, groupBy: [${groupBy}], where: {
          route: { eq: "Western Balkan Route" }, detectedMonth: { gte: "2023-01-01", lt: "2024-01-01" } }) {
        cells { group { nationality detectedMonth } sum { detections } } suppressedCells sources { outcome agreements } } }`,
      'AL-BMP:REPORTER',
    );
    const { cells, ...rest } = dataOf<{
      cells: { group: { nationality: string | null; detectedMonth: string | null }; sum: { detections: number } }[];
    }>(answered, 'detectionCountStatistics');
    expect(rest).toEqual({ suppressedCells: 0, sources: [{ outcome: 'ANSWERED', agreements: ['AGR-2024-005'] }] });
    return Object.fromEntries(
      cells.map(({ group, sum }) => [group.nationality ?? group.detectedMonth ?? 'all', sum.detections]),
    );
  };

  test('are 99,002 together', async () => {
    expect(await detections('')).toEqual({ all: 99_002 });
  });

  test('equal the published ones nationality by nationality', async () => {
    const published = Object.entries(byNationality[2023] ?? {}).filter(([, count]) => count > 0);
    expect(published.length).toBeGreaterThan(50);
    const told = await detections('NATIONALITY');
    expect(told).toEqual(Object.fromEntries(published));
    expect(told).toMatchObject({ SYR: 72_937, TUR: 8_930, AFG: 7_349 });
  });

  test('equal the published ones month by month', async () => {
    const published = byMonth[2023]?.map((count, index) => [`2023-${String(index + 1).padStart(2, '0')}`, count]);
    expect(await detections('DETECTED_MONTH_MONTH')).toEqual(Object.fromEntries(published ?? []));
  });
});
