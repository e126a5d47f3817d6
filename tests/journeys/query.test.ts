import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world.close());

interface Line {
  readonly database: { readonly code: string };
  readonly outcome: string;
  readonly reason: string | null;
  readonly agreements: readonly string[];
}
interface Page {
  readonly nodes: readonly Record<string, unknown>[];
  readonly sources: readonly Line[];
}

const SOURCES = 'sources { database { code } outcome reason agreements }';
const told = (lines: readonly Line[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines.map(({ database, outcome, reason, agreements }) => [
      database.code.slice(0, 2),
      [outcome, ...(reason === null ? [] : [reason]), ...agreements].join(' '),
    ]),
  );

async function crossings(as: string, args: string, fields = 'id'): Promise<Page> {
  const answered = await world.ask(`{ borderCrossings(${args}) { nodes { ${fields} } ${SOURCES} } }`, as);
  return dataOf<Page>(answered, 'borderCrossings');
}

describe('what a stranger is told', () => {
  test('RS-BP asks XK: NO_AGREEMENT and no reference, though both are party to one', async () => {
    const records = await crossings('RS-BP:ANALYST', 'purpose: RISK_ANALYSIS, databases: ["XK-BORDER-CROSSINGS"]');
    expect(records.nodes).toEqual([]);
    expect(told(records.sources)).toEqual({ XK: 'WITHHELD NO_AGREEMENT' });
    const statistics = dataOf<Page>(
      await world.ask(
        `{ borderCrossingStatistics(purpose: RISK_ANALYSIS, databases: ["XK-BORDER-CROSSINGS"], groupBy: []) { cells { count } total ${SOURCES} } }`,
        'RS-BP:ANALYST',
      ),
      'borderCrossingStatistics',
    );
    expect(statistics).toMatchObject({ cells: [], total: null });
    expect(told(statistics.sources)).toEqual({ XK: 'WITHHELD NO_AGREEMENT' });
  });

  test('without a purpose it is told what is missing, before any record is touched', async () => {
    const { status, body } = await world.ask('{ borderCrossings { nodes { id } } }', 'ME-BP:ANALYST');
    expect(status).toBe(400);
    expect(body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('an unknown database is the caller’s error, and named', async () => {
    const args = 'purpose: RISK_ANALYSIS, databases: ["XX-NOTHING"]';
    const { body } = await world.ask(`{ borderCrossings(${args}) { nodes { id } } }`, 'ME-BP:ANALYST');
    expect(body.errors?.[0]).toMatchObject({
      message: 'no database of `BorderCrossing` is called `XX-NOTHING`',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});

describe('what a party is told', () => {
  test('ME-BP for BORDER_SURVEILLANCE: each source says why', async () => {
    const { sources } = await crossings('ME-BP:ANALYST', 'purpose: BORDER_SURVEILLANCE, first: 1');
    expect(told(sources)).toEqual({
      AL: 'ANSWERED AGR-2024-002',
      BA: 'WITHHELD ACTION_NOT_PERMITTED AGR-2024-001',
      ME: 'ANSWERED',
      MK: 'WITHHELD ACTION_NOT_PERMITTED AGR-2024-001',
      RS: 'WITHHELD EXPIRED AGR-2022-001',
      XK: 'WITHHELD ACTION_NOT_PERMITTED AGR-2024-001',
    });
  });

  test('MK-BP asks RS: the unsigned agreement counts for nothing', async () => {
    const args = 'purpose: BORDER_SURVEILLANCE, databases: ["RS-BORDER-CROSSINGS"]';
    expect(told((await crossings('MK-BP:ANALYST', args)).sources)).toEqual({
      RS: 'WITHHELD ACTION_NOT_PERMITTED AGR-2024-008',
    });
  });

  test('BA-BP asks RS: suspended in both directions', async () => {
    const args = (owner: string): string => `purpose: BORDER_SURVEILLANCE, databases: ["${owner}-BORDER-CROSSINGS"]`;
    expect(told((await crossings('BA-BP:ANALYST', args('RS'))).sources)).toEqual({
      RS: 'WITHHELD SUSPENDED AGR-2023-007',
    });
    expect(told((await crossings('RS-BP:ANALYST', args('BA'))).sources)).toEqual({
      BA: 'WITHHELD SUSPENDED AGR-2023-007',
    });
  });

  test('XK-BP asks AL without the justification the clause demands', async () => {
    const args = 'purpose: SMUGGLING_INVESTIGATION, databases: ["AL-BORDER-CROSSINGS"]';
    const refused = await crossings('XK-BP:ANALYST', args);
    expect(refused.nodes).toEqual([]);
    expect(told(refused.sources)).toEqual({ AL: 'WITHHELD JUSTIFICATION_MISSING AGR-2024-003' });
    const blank = await crossings('XK-BP:ANALYST', `${args}, justification: "   "`);
    expect(told(blank.sources)).toEqual(told(refused.sources));
    const given = await crossings('XK-BP:ANALYST', `${args}, justification: "case 12/2024"`);
    expect(told(given.sources)).toEqual({ AL: 'ANSWERED AGR-2024-003' });
    expect(given.nodes.length).toBeGreaterThan(0);
  });

  test('AL-MOI has no database of its own and reads no rows of its sister agency', async () => {
    const args = 'purpose: RISK_ANALYSIS, databases: ["AL-BORDER-CROSSINGS"]';
    expect(told((await crossings('AL-MOI:ANALYST', args)).sources)).toEqual({
      AL: 'WITHHELD ACTION_NOT_PERMITTED AGR-2024-001',
    });
  });
});

describe('what a party sees of the rows it is shown', () => {
  const FIELDS = `database { code } borderSection detectedAt recordedAt fullName documentNumber birthDate nationalReference
    disclosure { agreements clauses generalised { field step } withheld { field reason } }`;
  const BOTH = 'purpose: BORDER_SURVEILLANCE, databases: ["AL-BORDER-CROSSINGS"], first: 1000';

  test('only the section of the agreement, times by day with the zone’s offset, identifiers null with the reason beside', async () => {
    const { nodes } = await crossings('ME-BP:ANALYST', BOTH, FIELDS);
    expect(nodes.length).toBeGreaterThan(10);
    for (const node of nodes) {
      expect(node).toMatchObject({
        database: { code: 'AL-BORDER-CROSSINGS' },
        borderSection: 'AL-ME',
        fullName: null,
        documentNumber: null,
        birthDate: null,
        nationalReference: null,
        disclosure: {
          agreements: ['AGR-2024-002'],
          clauses: ['3.1'],
          generalised: [{ field: 'detectedAt', step: 'day' }],
        },
      });
      expect(node.detectedAt).toMatch(/^\d{4}-\d{2}-\d{2}T00:00:00\+0[12]:00$/);
      expect(node.recordedAt).toMatch(/T00:00:00\+0[12]:00$/);
      const { withheld } = node.disclosure as { withheld: { field: string; reason: string }[] };
      expect(withheld.map(({ field }) => field).sort()).toEqual([
        'birthDate',
        'documentNumber',
        'fullName',
        'nationalReference',
      ]);
      expect(new Set(withheld.map(({ reason }) => reason))).toEqual(new Set(['FIELD_NOT_SHARED']));
    }
  });

  test('the owner sees its own rows in full, and no gap', async () => {
    const { nodes } = await crossings(
      'ME-BP:ANALYST',
      'purpose: BORDER_SURVEILLANCE, databases: ["ME-BORDER-CROSSINGS"], first: 1000',
      FIELDS,
    );
    expect(new Set(nodes.map((node) => node.borderSection)).size).toBeGreaterThan(1);
    for (const node of nodes) {
      expect(node.fullName).not.toBeNull();
      expect(node.detectedAt).toMatch(/Z$/);
      expect(node.disclosure).toEqual({ agreements: [], clauses: [], generalised: [], withheld: [] });
    }
  });

  test('masked identifiers show their end only', async () => {
    const { nodes } = await crossings(
      'XK-BP:ANALYST',
      'purpose: SMUGGLING_INVESTIGATION, justification: "case 1", databases: ["AL-BORDER-CROSSINGS"], first: 50',
      'fullName nationalReference birthDate disclosure { masked withheld { field } }',
    );
    expect(nodes.length).toBeGreaterThan(0);
    for (const node of nodes) {
      expect(node.nationalReference).toMatch(/^\*\*\*.{3}$/);
      expect(node.birthDate).toBeNull();
      expect(node.disclosure).toMatchObject({ withheld: [{ field: 'birthDate' }] });
    }
  });

  test('the same record has another id for another agency, and for another purpose of the same', async () => {
    const args = 'databases: ["EU-DETECTIONS"], first: 5, orderBy: [{ field: DETECTED_MONTH, direction: ASC }]';
    const ids = async (as: string, purpose: string): Promise<readonly unknown[]> =>
      dataOf<Page>(
        await world.ask(`{ detectionCounts(purpose: ${purpose}, ${args}) { nodes { id } } }`, as),
        'detectionCounts',
      ).nodes.map(({ id }) => id);
    const seen = [
      ...(await ids('AL-BMP:ANALYST', 'RISK_ANALYSIS')),
      ...(await ids('AL-BMP:ANALYST', 'STATISTICS_REPORTING')),
      ...(await ids('ME-BP:ANALYST', 'RISK_ANALYSIS')),
    ];
    expect(new Set(seen).size).toBe(15);
    expect(await ids('AL-BMP:ANALYST', 'RISK_ANALYSIS')).toEqual(seen.slice(0, 5));
  });
});

describe('one record by its id', () => {
  const byId = async (as: string, id: string, purpose: string): Promise<unknown> =>
    (
      await world.ask(
        `{ borderCrossing(id: "${id}", purpose: ${purpose}) { id borderSection detectedAt fullName } }`,
        as,
      )
    ).body.data?.borderCrossing;

  test('of another agency, another purpose, another type, or made up: null', async () => {
    const { nodes } = await crossings('ME-BP:ANALYST', 'purpose: BORDER_SURVEILLANCE, first: 3');
    for (const { id } of nodes as readonly { id: string }[]) {
      expect(await byId('AL-BMP:ANALYST', id, 'BORDER_SURVEILLANCE')).toBeNull();
      expect(await byId('ME-BP:ANALYST', id, 'RISK_ANALYSIS')).toBeNull();
      const other = `{ refusalOfEntry(id: "${id}", purpose: BORDER_SURVEILLANCE) { id } }`;
      expect((await world.ask(other, 'ME-BP:ANALYST')).body).toEqual({ data: { refusalOfEntry: null } });
    }
    for (const id of ['', 'x', 'AAAAAAAAAAAAAAAAAAAAAA', '1']) {
      expect(await byId('ME-BP:ANALYST', id, 'BORDER_SURVEILLANCE')).toBeNull();
    }
  });

  test('shows what the list showed', async () => {
    const { nodes } = await crossings(
      'ME-BP:ANALYST',
      'purpose: BORDER_SURVEILLANCE, first: 20',
      'id borderSection detectedAt fullName',
    );
    for (const node of nodes) {
      expect(await byId('ME-BP:ANALYST', node.id as string, 'BORDER_SURVEILLANCE')).toEqual(node);
    }
  });
});
