/**
 * AL-BMP lets ME-BP and XK-BP recognise documents without knowing them: numbers are shown as tokens, except on the section it
 * shares with XK-BP, where ME-BP sees them too. Read it as what a token can be used for, and what it cannot.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { demoKey } from '../../examples/western-balkans/demo-keys.js';
import { demoDoors } from '../../src/start/demo-doors.js';
import { WORLD_NOW } from '../world.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const TOKENS = { kind: 'PERMISSION', assigner: 'AL-BMP', action: 'READ', purposes: ['RISK_ANALYSIS'] };
const FIELDS = { nationality: 'CLEAR', borderSection: 'CLEAR', documentNumber: 'PSEUDONYM' };
const AGREEMENT = {
  reference: 'AGR-2026-101',
  title: 'Recognising travel documents without their numbers',
  parties: ['AL-BMP', 'ME-BP', 'XK-BP'],
  legalBasis: 'Police cooperation treaty, article 9',
  timeZone: 'Europe/Tirane',
  from: '2026-01-01',
  until: '2036-01-01',
  clauses: [
    { ...TOKENS, article: '1', assignee: 'ME-BP', recordType: 'BorderCrossing', fields: FIELDS },
    {
      ...TOKENS,
      article: '2',
      assignee: 'ME-BP',
      recordType: 'BorderCrossing',
      rows: { field: 'borderSection', op: 'eq', value: 'AL-XK' },
      fields: { documentNumber: 'CLEAR' },
    },
    { ...TOKENS, article: '3', assignee: 'XK-BP', recordType: 'BorderCrossing', fields: FIELDS },
    {
      ...TOKENS,
      article: '4',
      assignee: 'ME-BP',
      recordType: 'TravelDocumentAlert',
      purposes: ['DOCUMENT_FRAUD_DETECTION'],
      fields: { documentNumber: 'PSEUDONYM' },
    },
  ],
};
const NUMBERS = ['AL900001', 'AL900002', 'AL900003', 'Ž', 'AL900005-is-longer-than-a-block'];
const RAW = /AL90000|Ž/;

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
  const doors = demoDoors(world.hub, world.database.url);
  const { reference, parties } = AGREEMENT;
  await world.beside('the agreement comes through the demo’s doors', async () => {
    await doors.draftAgreement('AL-BMP', AGREEMENT);
    await doors.offerAgreement('AL-BMP', reference);
    for (const party of parties.slice(1)) await doors.acceptAgreement(party, reference);
    for (const party of parties) await doors.signAgreement(party, reference, demoKey(party));
  });
  // Every sixth crossing without a number, the others five to choose from.
  await world.owner.query(
    `update records.border_crossing set document_number = ($1::text[])[1 + (abs(id % 6))::int] where database_id = (select id from besa.shared_database where code = 'AL-BORDER-CROSSINGS')`,
    [NUMBERS],
  );
});
afterAll(() => world.close());
beforeEach(() => world.setClock(WORLD_NOW));

interface Row {
  readonly id: string;
  readonly borderSection: string;
  readonly documentNumber: string | null;
  readonly disclosure: { readonly pseudonyms: readonly string[]; readonly clauses: readonly string[] };
}
interface Page {
  readonly nodes: readonly Row[];
  readonly sources: readonly { readonly outcome: string; readonly reason: string | null }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const AL = 'purpose: RISK_ANALYSIS, databases: ["AL-BORDER-CROSSINGS"]';
const SELECTED =
  '{ nodes { id borderSection documentNumber disclosure { pseudonyms clauses } } sources { outcome reason } pageInfo { hasNextPage endCursor } }';

const list = async (args: string, as = 'ME-BP:ANALYST'): Promise<Page> =>
  dataOf(await world.ask(`{ borderCrossings(${AL}, first: 1000, ${args}) ${SELECTED} }`, as), 'borderCrossings');
const where = (filter: string, as?: string): Promise<Page> => list(`where: { ${filter} }`, as);
const asNumbers = (filter: string): string => `documentNumber: { ${filter} }`;
const isToken = ({ documentNumber }: Row): boolean => documentNumber?.startsWith('psn_') === true;
const isSilent = ({ borderSection, documentNumber }: Row): boolean => borderSection !== 'AL-XK' && !documentNumber;
const idsOf = (rows: readonly Row[]): readonly string[] => rows.map(({ id }) => id).sort();
/** A crossing whose number is shown as a token. */
const some = async (as?: string): Promise<Row & { readonly documentNumber: string }> => {
  const found = (await list('', as)).nodes.find(isToken);
  if (found?.documentNumber == null) throw new Error('the world shows no token');
  return { ...found, documentNumber: found.documentNumber };
};

/** What stands behind the tokens, which only the owner can tell. */
async function numbersById(): Promise<ReadonlyMap<string, string | null>> {
  const { nodes } = await list('');
  const raw = await world.owner.query<{ id: string; document_number: string | null }>(
    'select id::text, document_number from records.border_crossing',
  );
  const numbers = new Map(raw.rows.map(({ id, document_number }) => [id, document_number]));
  const owner = { agency: 'ME-BP', purpose: 'RISK_ANALYSIS' };
  return new Map(nodes.map(({ id }) => [id, numbers.get(world.hub.seal.openId(owner, id)?.id ?? '') ?? null]));
}

describe('a number that is shown as a token', () => {
  test('is nowhere in an answer, nor in the ledger behind it, and the disclosure says which field is one', async () => {
    const { nodes } = await list('');
    const shown = nodes.filter(({ borderSection }) => borderSection !== 'AL-XK');
    expect(shown.length).toBeGreaterThan(20);
    expect(JSON.stringify(shown)).not.toMatch(RAW);
    for (const { disclosure } of shown) expect(disclosure).toEqual({ pseudonyms: ['documentNumber'], clauses: ['1'] });
    const plain = nodes.filter(({ borderSection }) => borderSection === 'AL-XK');
    expect(JSON.stringify(plain)).toMatch(RAW);
    for (const { disclosure } of plain) expect(disclosure).toEqual({ pseudonyms: [], clauses: ['1', '2'] });
    const ledger = await world.owner.query<{ entries: string }>(
      'select string_agg(e::text, $1) as entries from besa.ledger_entry e',
      ['\n'],
    );
    expect(ledger.rows[0]?.entries).toMatch(/documentNumber/);
    expect(ledger.rows[0]?.entries).not.toMatch(/AL90000|psn_/);
  });

  test('is one token wherever it stands: on every crossing, and on alerts that another clause shows for another purpose', async () => {
    const numbers = await numbersById();
    const { nodes } = await list('');
    const tokens = new Map<string, Set<string | null>>();
    for (const row of nodes.filter(({ borderSection }) => borderSection !== 'AL-XK')) {
      const number = String(numbers.get(row.id));
      tokens.set(number, (tokens.get(number) ?? new Set()).add(row.documentNumber));
    }
    expect([...tokens.keys()].sort()).toEqual([...NUMBERS, 'null'].sort());
    for (const [number, ofNumber] of tokens) expect([number, ofNumber.size]).toEqual([number, 1]);
    expect(tokens.get('null')).toEqual(new Set([null]));
    const [token = ''] = tokens.get('AL900002') ?? [];
    const alerts = await world.ask(
      `{ travelDocumentAlerts(purpose: DOCUMENT_FRAUD_DETECTION, databases: ["AL-DOCUMENT-ALERTS"], where: { documentNumber: { eq: "${token}" } }) { nodes { documentNumber } } }`,
      'ME-BP:ANALYST',
    );
    expect(alerts.body.data?.travelDocumentAlerts).toEqual({ nodes: [{ documentNumber: token }] });
  });

  test('is another token to every other agency, and means nothing there', async () => {
    const mine = new Set((await list('')).nodes.filter(isToken).map(({ documentNumber }) => documentNumber));
    const theirs = (await list('', 'XK-BP:ANALYST')).nodes.filter(isToken);
    expect(theirs.length).toBeGreaterThan(mine.size);
    for (const { documentNumber } of theirs) expect(mine.has(documentNumber)).toBe(false);
    const { documentNumber } = await some();
    expect((await where(asNumbers(`eq: "${documentNumber}"`), 'XK-BP:ANALYST')).nodes).toEqual([]);
  });

  test('is the same token by id', async () => {
    const { id, documentNumber } = await some();
    const one = await world.ask(
      `{ borderCrossing(id: "${id}", purpose: RISK_ANALYSIS) { documentNumber disclosure { pseudonyms } } }`,
      'ME-BP:ANALYST',
    );
    expect(one.body.data?.borderCrossing).toEqual({ documentNumber, disclosure: { pseudonyms: ['documentNumber'] } });
  });
});

describe('the owner looking as the recipient', () => {
  const AS_ME = 'viewAs: "ME-BP"';

  test('sees the same rows, and tokens that are nobody else’s: none of its own can be told by them', async () => {
    const live = (await list('')).nodes;
    const seen = (await list(AS_ME, 'AL-BMP:ANALYST')).nodes;
    expect(seen.map((row) => [row.borderSection, row.disclosure, isToken(row)])).toEqual(
      live.map((row) => [row.borderSection, row.disclosure, isToken(row)]),
    );
    const mine = new Set(live.filter(isToken).map(({ documentNumber }) => documentNumber));
    expect(seen.some(isToken)).toBe(true);
    expect(
      seen.some(
        ({ documentNumber }) =>
          documentNumber !== null && mine.has(documentNumber) && documentNumber.startsWith('psn_'),
      ),
    ).toBe(false);
    const token = seen.find(isToken)?.documentNumber;
    const found = await list(`${AS_ME}, where: { ${asNumbers(`eq: "${token}"`)} }`, 'AL-BMP:ANALYST');
    expect(found.nodes.length).toBe(seen.filter(({ documentNumber }) => documentNumber === token).length);
  });
});

describe('a filter', () => {
  test('finds nothing by the number itself where a token is shown, and by a wrong token nothing anywhere', async () => {
    const { nodes, sources } = await where(asNumbers('eq: "AL900001"'));
    expect(nodes.length).toBeGreaterThan(0);
    expect(nodes.every(({ borderSection }) => borderSection === 'AL-XK')).toBe(true);
    expect(sources).toEqual([{ outcome: 'ANSWERED', reason: null }]);
    expect((await where(asNumbers('in: ["psn_", "psn_AAAA"]'))).nodes).toEqual([]);
  });

  test('compares tokens by equality, three-valued where there is no number', async () => {
    const { nodes } = await list('');
    const { documentNumber: token } = await some();
    const has = (row: Row): boolean => row.documentNumber === token;
    const known = nodes.filter(({ documentNumber }) => documentNumber !== null);
    const wanted: readonly (readonly [filter: string, rows: readonly Row[]])[] = [
      [asNumbers(`eq: "${token}"`), nodes.filter(has)],
      [asNumbers(`ne: "${token}"`), known.filter((row) => !has(row))],
      [
        asNumbers(`in: ["x", "${token}", "AL900003"]`),
        nodes.filter((row) => has(row) || row.documentNumber === 'AL900003'),
      ],
      [asNumbers(`notIn: ["x", "${token}"]`), known.filter((row) => !has(row))],
      [asNumbers('notIn: ["x"]'), known],
      [`not: { ${asNumbers('eq: "x"')} }`, known],
      [asNumbers('isNull: true'), nodes.filter(({ documentNumber }) => documentNumber === null)],
      [asNumbers('isNull: false'), known],
    ];
    for (const [filter, rows] of wanted)
      expect([filter, idsOf((await where(filter)).nodes)]).toEqual([filter, idsOf(rows)]);
    expect(nodes.filter(has).length).toBeGreaterThan(1);
    expect(nodes.some(isSilent)).toBe(true);
  });

  test('goes on from page to page', async () => {
    const { documentNumber: token } = await some();
    const whole = (await where(asNumbers(`ne: "${token}"`))).nodes.map(({ id }) => id);
    const paged: string[] = [];
    for (let after = ''; ; ) {
      const query = `{ borderCrossings(${AL}, first: 20, where: { ${asNumbers(`ne: "${token}"`)} } ${after}) ${SELECTED} }`;
      const { nodes, pageInfo } = dataOf<Page>(await world.ask(query, 'ME-BP:ANALYST'), 'borderCrossings');
      paged.push(...nodes.map(({ id }) => id));
      if (!pageInfo.hasNextPage) break;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    expect(paged).toEqual(whole);
  });

  test.each([
    { how: 'a part of it', args: `where: { ${asNumbers('startsWith: ""')} }` },
    { how: 'its size', args: `where: { or: [{ ${asNumbers('gte: ""')} }, { borderSection: { eq: "AL-ME" } }] }` },
    { how: 'its order', args: 'orderBy: [{ field: DOCUMENT_NUMBER, direction: ASC }]' },
    {
      how: 'equality and order',
      args: `where: { ${asNumbers('isNull: false')} }, orderBy: [{ field: DOCUMENT_NUMBER, direction: ASC }]`,
    },
  ])('by $how reaches only rows that show the number, and the source says so', async ({ args }) => {
    const { nodes, sources } = await list(args);
    expect(sources).toEqual([{ outcome: 'PARTIAL', reason: 'FIELD_NOT_FILTERABLE' }]);
    expect(nodes.length).toBeGreaterThan(0);
    expect(nodes.every(({ borderSection }) => borderSection === 'AL-XK')).toBe(true);
    const { nodes: none, sources: withheld } = await list(args, 'XK-BP:ANALYST');
    expect([none, withheld]).toEqual([[], [{ outcome: 'WITHHELD', reason: 'FIELD_NOT_FILTERABLE' }]]);
  });
});

describe('the explanation', () => {
  const EXPLAINED = 'outcome reason fields { field treatment onEveryRow }';
  const explain = async (how: string): Promise<Readonly<Record<'outcome' | 'reason' | 'fields', unknown>>> => {
    const asked = `explainAccess(recordType: "BorderCrossing", ${AL}, ${how}: ["documentNumber"]) { ${EXPLAINED} }`;
    return dataOf<readonly Readonly<Record<'outcome' | 'reason' | 'fields', unknown>>[]>(
      await world.ask(`{ ${asked} }`, 'XK-BP:ANALYST'),
      'explainAccess',
    )[0] as Readonly<Record<'outcome' | 'reason' | 'fields', unknown>>;
  };

  test('says that a token can be compared and not sorted, as the query does', async () => {
    expect(await explain('touches')).toMatchObject({ outcome: 'WITHHELD', reason: 'FIELD_NOT_FILTERABLE' });
    const { fields, ...line } = await explain('compares');
    expect(line).toEqual({ outcome: 'ANSWERED', reason: null });
    expect(fields).toContainEqual({ field: 'documentNumber', treatment: 'PSEUDONYM', onEveryRow: true });
  });
});

describe('statistics', () => {
  interface Table {
    readonly cells: readonly { readonly group: { readonly documentNumber: string | null }; readonly count: number }[];
    readonly total: number;
  }
  const table = async (args: string): Promise<Table> =>
    dataOf(
      await world.ask(
        `{ borderCrossingStatistics(${AL}, ${args}) { cells { group { documentNumber } count } total } }`,
        'ME-BP:ANALYST',
      ),
      'borderCrossingStatistics',
    );

  test('group by what is shown: a number and its token are two groups, in no order of the numbers', async () => {
    const counts = new Map<string | null, number>();
    for (const { documentNumber } of (await list('')).nodes)
      counts.set(documentNumber, (counts.get(documentNumber) ?? 0) + 1);
    const { cells } = await table('groupBy: [DOCUMENT_NUMBER]');
    expect(new Map(cells.map(({ group, count }) => [group.documentNumber, count]))).toEqual(counts);
    expect(counts.size).toBe(2 * NUMBERS.length + 1);
    const keys = cells.map(({ group }) => JSON.stringify(group.documentNumber));
    expect(keys).toEqual([...keys].sort());
  });

  test('count by token', async () => {
    const { documentNumber: token } = await some();
    const { nodes } = await where(asNumbers(`eq: "${token}"`));
    expect((await table(`where: { ${asNumbers(`eq: "${token}"`)} }, groupBy: []`)).total).toBe(nodes.length);
  });
});

describe('the rotation', () => {
  /** the first instant of 2027 in Europe/Tirane */
  const TURN = new Date('2026-12-31T23:00:00.000Z');

  test('changes every token at one instant, and an old token finds nothing after it', async () => {
    const { id, documentNumber: token } = await some();
    const isFound = async (): Promise<boolean> =>
      (await where(asNumbers(`eq: "${token}"`))).nodes.some((row) => row.id === id);
    await world.setClock(new Date(TURN.getTime() - 1));
    expect((await some()).documentNumber).toBe(token);
    expect(await isFound()).toBe(true);
    await world.setClock(TURN);
    const after = (await list('')).nodes;
    expect(after.find((row) => row.id === id)?.documentNumber).toMatch(/^psn_/);
    expect(after.some(({ documentNumber }) => documentNumber === token)).toBe(false);
    expect(await isFound()).toBe(false);
  });
});
