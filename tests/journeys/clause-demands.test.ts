/**
 * AL-BMP shares its document alerts with XK-BP under one article per purpose, each with a demand of its own. Read it as what a
 * demand does to an answer: which rows come, how many at a time, at what hour, with which reason, and what goes with them.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WORLD_NOW } from '../world.js';
import { partiesOf } from './parties.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const ALERTS = { kind: 'PERMISSION', assigner: 'AL-BMP', assignee: 'XK-BP', recordType: 'TravelDocumentAlert' };
const FIELDS = { documentNumber: 'CLEAR', documentType: 'CLEAR', reportedAt: 'CLEAR' };
const article = (number: string, purpose: string, demands: object) => ({
  ...ALERTS,
  article: number,
  action: 'READ',
  purposes: [purpose],
  fields: FIELDS,
  ...demands,
});
const AGREEMENT = {
  reference: 'AGR-2026-201',
  title: 'Document alerts under conditions',
  parties: ['AL-BMP', 'XK-BP'],
  legalBasis: 'Police cooperation treaty, article 12',
  timeZone: 'Europe/Tirane',
  from: '2026-01-01',
  until: '2036-01-01',
  clauses: [
    article('1', 'DOCUMENT_FRAUD_DETECTION', {
      regime: 'LED',
      justification: { pattern: 'AA-9999' },
      handlingCodes: ['H2'],
      rowsMax: 3,
      retainFor: 'P30D',
      onwardDepth: 0,
      duties: ['tell the owner of every hit', { duty: 'report use', every: 'P3M' }],
    }),
    article('2', 'SECOND_LINE_CHECK', { recordAgeMax: 'P1Y' }),
    article('3', 'FIRST_LINE_CHECK', { dataSubjectCategories: ['SUSPECT'] }),
    article('4', 'BORDER_SURVEILLANCE', { hours: '06:00-22:00' }),
    article('5', 'RISK_ANALYSIS', { from: '2026-12-01', until: '2026-12-02' }),
    article('6', 'READMISSION_RETURN', { retainFor: 'P1Y', fields: { documentNumber: 'CLEAR' } }),
  ],
};

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
  // Over GraphQL, so that whatever a file may demand is known to its input too.
  await partiesOf(world).conclude(AGREEMENT);
  await world.owner.query(
    `update records.travel_document_alert set
       handling_code = case document_number when 'AL900001' then 'H2' when 'AL900002' then 'H3' end,
       data_subject_category = case document_number when 'AL900003' then 'SUSPECT' when 'AL900004' then 'VICTIM' end,
       retain_until = case document_number when 'AL900005' then '2026-12-01T00:00:00Z'::timestamptz end,
       reported_at = case document_number
         when 'AL900006' then '2025-11-24T10:00:00Z'::timestamptz - interval '1 millisecond'
         when 'AL900007' then '2025-11-24T10:00:00Z'::timestamptz
         when 'AL900008' then null
         else '2020-01-01T00:00:00Z'::timestamptz end
     where database_id = (select id from besa.shared_database where code = 'AL-DOCUMENT-ALERTS')`,
  );
});
afterAll(() => world?.close());
beforeEach(() => world.setClock(WORLD_NOW));

interface Answer {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly sources: readonly { readonly outcome: string; readonly reason: string | null }[];
}
interface Row {
  readonly documentNumber: string;
  readonly disclosure: {
    readonly retainUntil: string | null;
    readonly onwardDepth: number | null;
    readonly conditions: readonly string[];
  };
}

async function alerts(purpose: string, more = '', as = 'XK-BP:ANALYST'): Promise<Answer> {
  const answered = await world.ask(
    `{ travelDocumentAlerts(purpose: ${purpose}, databases: ["AL-DOCUMENT-ALERTS"], orderBy: [{ field: DOCUMENT_NUMBER, direction: ASC }] ${more}) {
      nodes { documentNumber disclosure { retainUntil onwardDepth conditions } }
      pageInfo { hasNextPage endCursor } sources { outcome reason } } }`,
    as,
  );
  return dataOf<Answer>(answered, 'travelDocumentAlerts');
}

const numbersOf = ({ nodes }: Answer): readonly string[] => nodes.map(({ documentNumber }) => documentNumber);
const withheld = (reason: string): object => ({ nodes: [], sources: [{ outcome: 'WITHHELD', reason }] });
const JUSTIFIED = ', justification: "case KP-2044"';

describe('an answer is withheld', () => {
  test('without a case number in the form agreed, and each time anew', async () => {
    expect(await alerts('DOCUMENT_FRAUD_DETECTION')).toMatchObject(withheld('JUSTIFICATION_MISSING'));
    expect((await alerts('DOCUMENT_FRAUD_DETECTION', JUSTIFIED)).nodes).not.toEqual([]);
    const vague = await alerts('DOCUMENT_FRAUD_DETECTION', ', justification: "case KP-20441"');
    expect(vague).toMatchObject(withheld('JUSTIFICATION_MISSING'));
  });

  test('from the minute on at which the hours of the clause end, on the clocks of the agreement', async () => {
    await world.setClock(new Date('2026-11-24T20:59:59.999Z'));
    expect((await alerts('BORDER_SURVEILLANCE')).sources).toEqual([{ outcome: 'ANSWERED', reason: null }]);
    await world.setClock(new Date('2026-11-24T21:00:00.000Z'));
    expect(await alerts('BORDER_SURVEILLANCE')).toMatchObject(withheld('OUTSIDE_TIME_WINDOW'));
    await world.setClock(new Date('2026-11-25T05:00:00.000Z'));
    expect((await alerts('BORDER_SURVEILLANCE')).sources).toEqual([{ outcome: 'ANSWERED', reason: null }]);
  });

  test('before and after the days of the clause', async () => {
    const outcomes: unknown[] = [];
    for (const at of [
      '2026-11-30T22:59:59.999Z',
      '2026-11-30T23:00:00Z',
      '2026-12-01T22:59:59.999Z',
      '2026-12-01T23:00:00Z',
    ]) {
      await world.setClock(new Date(at));
      outcomes.push((await alerts('RISK_ANALYSIS')).sources[0]?.reason ?? 'answered');
    }
    expect(outcomes).toEqual(['OUTSIDE_TIME_WINDOW', 'answered', 'answered', 'OUTSIDE_TIME_WINDOW']);
  });
});

describe('a row is not shown', () => {
  test('that occurred longer ago than agreed by a millisecond, or nobody knows when', async () => {
    await world.setClock(new Date('2026-11-24T10:00:00.000Z'));
    expect(numbersOf(await alerts('SECOND_LINE_CHECK', ', first: 1000'))).toEqual(['AL900007']);
    await world.setClock(new Date('2026-11-24T10:00:00.001Z'));
    expect(numbersOf(await alerts('SECOND_LINE_CHECK', ', first: 1000'))).toEqual([]);
  });

  test('nor counted, when it is too old', async () => {
    await world.setClock(new Date('2026-11-24T10:00:00.000Z'));
    const counted = await world.ask(
      '{ travelDocumentAlertStatistics(purpose: SECOND_LINE_CHECK, databases: ["AL-DOCUMENT-ALERTS"], groupBy: []) { total } }',
      'XK-BP:ANALYST',
    );
    expect(dataOf(counted, 'travelDocumentAlertStatistics')).toEqual({ total: 1 });
  });

  test('about somebody of another category, or of none', async () => {
    expect(numbersOf(await alerts('FIRST_LINE_CHECK', ', first: 1000'))).toEqual(['AL900003']);
  });
});

describe('an answer of many rows', () => {
  test('is cut to what the clause allows, and goes on behind its cursor', async () => {
    const first = await alerts('DOCUMENT_FRAUD_DETECTION', `${JUSTIFIED}, first: 50`);
    // H3 is not named by the clause.
    expect(numbersOf(first)).toEqual(['AL900001', 'AL900003', 'AL900004']);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const next = await alerts(
      'DOCUMENT_FRAUD_DETECTION',
      `${JUSTIFIED}, first: 50, after: "${first.pageInfo.endCursor}"`,
    );
    expect(numbersOf(next)).toEqual(['AL900005', 'AL900006', 'AL900007']);
  });

  test('is not cut where somebody asks for fewer', async () => {
    expect((await alerts('DOCUMENT_FRAUD_DETECTION', `${JUSTIFIED}, first: 2`)).nodes).toHaveLength(2);
  });
});

describe('with the data goes', () => {
  const CLAUSE = [
    'it may not be handed on',
    'it may be kept for 30 days and no longer',
    'under article 1 of AGR-2026-201 is owed: tell the owner of every hit',
    'under article 1 of AGR-2026-201 is owed: report use, again every 3 months',
  ];

  test('what its handling code and its clause demand', async () => {
    await world.setClock(new Date('2026-11-24T10:00:00.000Z'));
    const { nodes } = await alerts('DOCUMENT_FRAUD_DETECTION', JUSTIFIED);
    expect(nodes.map(({ disclosure }) => disclosure)).toEqual([
      {
        onwardDepth: 0,
        retainUntil: '2026-12-24T10:00:00.000Z',
        conditions: ['H2: it may not be passed on without the permission of the owner', ...CLAUSE],
      },
      { onwardDepth: 0, retainUntil: '2026-12-24T10:00:00.000Z', conditions: CLAUSE },
      { onwardDepth: 0, retainUntil: '2026-12-24T10:00:00.000Z', conditions: CLAUSE },
    ]);
  });

  test('the record’s own end, where that is earlier than what was agreed', async () => {
    const { nodes } = await alerts(
      'DOCUMENT_FRAUD_DETECTION',
      `${JUSTIFIED}, where: { documentNumber: { eq: "AL900005" } }`,
    );
    expect(nodes[0]?.disclosure.retainUntil).toBe('2026-12-01T00:00:00Z');
  });

  test('no end of the record’s own where its times are not shown: it would tell them', async () => {
    await world.setClock(new Date('2026-11-24T10:00:00.000Z'));
    const { nodes } = await alerts('READMISSION_RETURN', ', where: { documentNumber: { eq: "AL900005" } }');
    expect(nodes[0]?.disclosure).toEqual({
      onwardDepth: null,
      retainUntil: '2027-11-24T10:00:00.000Z',
      conditions: ['it may be kept for 1 year and no longer'],
    });
  });

  test('nothing to its owner but its own end', async () => {
    const own = await alerts('DOCUMENT_FRAUD_DETECTION', ', first: 5', 'AL-BMP:ANALYST');
    expect(own.nodes.map(({ disclosure }) => disclosure.conditions)).toEqual([[], [], [], [], []]);
    expect(own.nodes.map(({ disclosure }) => disclosure.retainUntil)).toEqual([
      null,
      null,
      null,
      null,
      '2026-12-01T00:00:00Z',
    ]);
  });
});
