/**
 * Scenario 12: one officer, two regimes. XK-BP's officer checks documents at the first line (border law) and investigates
 * smuggling (Directive (EU) 2016/680). AL-BMP shares its alerts for both, different fields for each: never at the same time.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { partiesOf } from './parties.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const REFERENCE = 'AGR-2026-312';
const ALERTS = { kind: 'PERMISSION', assigner: 'AL-BMP', assignee: 'XK-BP', recordType: 'TravelDocumentAlert' };
const CHECK = {
  ...ALERTS,
  article: '1',
  action: 'READ',
  purposes: ['FIRST_LINE_CHECK'],
  regime: 'GDPR',
  fields: { documentNumber: 'CLEAR', documentType: 'CLEAR' },
};
const INVESTIGATION = {
  ...ALERTS,
  article: '2',
  action: 'READ',
  purposes: ['SMUGGLING_INVESTIGATION'],
  regime: 'LED',
  justification: { pattern: 'AA-999999' },
  fields: { circumstance: 'CLEAR', placeOfLoss: 'CLEAR' },
};
const AGREEMENT = {
  reference: REFERENCE,
  title: 'Document alerts for checks and for investigations',
  parties: ['AL-BMP', 'XK-BP'],
  legalBasis: 'Police cooperation treaty, articles 12 and 13',
  timeZone: 'Europe/Tirane',
  from: '2026-11-01',
  until: '2036-11-01',
  clauses: [CHECK, INVESTIGATION],
};

const OFFICER = 'XK-BP:ANALYST';
const CASE = 'justification: "case KP-204417"';
const FIELDS = ['documentNumber', 'documentType', 'circumstance', 'placeOfLoss'] as const;

interface Alerts {
  readonly nodes: readonly (Readonly<Record<(typeof FIELDS)[number], string | null>> & {
    readonly id: string;
    readonly disclosure: { readonly withheld: readonly { readonly field: string; readonly reason: string }[] };
  })[];
  readonly pageInfo: { readonly endCursor: string | null };
  readonly sources: readonly object[];
}

const field = (purpose: string, more = ''): string =>
  `travelDocumentAlerts(purpose: ${purpose}, databases: ["AL-DOCUMENT-ALERTS"], first: 50${more === '' ? '' : `, ${more}`}) {
    nodes { id ${FIELDS.join(' ')} disclosure { withheld { field reason } } } pageInfo { endCursor } sources { outcome reason agreements } }`;

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
  await partiesOf(world).conclude(AGREEMENT);
});
afterAll(() => world.close());

const alerts = async (purpose: string, more = ''): Promise<Alerts> =>
  dataOf(await world.ask(`{ asked: ${field(purpose, more)} }`, OFFICER), 'asked');

const shownFields = ({ nodes }: Alerts): readonly string[] =>
  FIELDS.filter((name) => nodes.some((node) => node[name] !== null));
const withheldFields = ({ nodes }: Alerts): readonly string[] => [
  ...new Set(nodes.flatMap(({ disclosure }) => disclosure.withheld.map((one) => `${one.field} ${one.reason}`))),
];

describe('the purpose', () => {
  test('is never filled in: no field that asks for records has a default, and none can be asked without', async () => {
    const introspected = await world.ask(
      '{ __schema { queryType { fields { name args { name defaultValue type { kind } } } } } }',
      OFFICER,
    );
    const { queryType } = dataOf<{ queryType: { fields: readonly Introspected[] } }>(introspected, '__schema');
    const purposes = queryType.fields.flatMap(({ args }) => args.filter(({ name }) => name === 'purpose'));
    expect(purposes.length).toBeGreaterThan(20);
    for (const purpose of purposes) expect(purpose).toMatchObject({ defaultValue: null, type: { kind: 'NON_NULL' } });
    const without = await world.ask('{ travelDocumentAlerts { nodes { documentNumber } } }', OFFICER);
    expect(without.body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('is one in a request: two in one document are refused, and neither is answered', async () => {
    const before = await entries();
    const { body } = await world.ask(
      `{ check: ${field('FIRST_LINE_CHECK')} investigation: ${field('SMUGGLING_INVESTIGATION', CASE)} }`,
      OFFICER,
    );
    expect(body.data ?? null).toBeNull();
    expect(body.errors).toHaveLength(1);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', reason: 'REGIME_MISMATCH' });
    const after = await entries();
    // To look into the ledger was an entry of its own.
    expect(after.length).toBe(before.length + 2);
    expect(after[0]).toMatchObject({ outcome: 'REFUSED', asks: [] });
  });

  test('is one also when both came under the same regime, or by variables', async () => {
    const query = `query ($one: Purpose!, $two: Purpose!) { a: ${field('$one')} b: ${field('$two')} }`;
    const variables = { one: 'FIRST_LINE_CHECK', two: 'SECOND_LINE_CHECK' };
    const { body } = await world.ask(query, OFFICER, variables);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', reason: 'REGIME_MISMATCH' });
    const same = await world.ask(query, OFFICER, { one: 'FIRST_LINE_CHECK', two: 'FIRST_LINE_CHECK' });
    expect(same.body.errors).toBeUndefined();
  });
});

describe('each purpose by itself', () => {
  test('at the first line the officer sees number and kind of the document; what the investigation shows has a reason', async () => {
    const answer = await alerts('FIRST_LINE_CHECK');
    expect(answer.sources).toEqual([{ outcome: 'ANSWERED', reason: null, agreements: [REFERENCE] }]);
    expect(shownFields(answer)).toEqual(['documentNumber', 'documentType']);
    expect(withheldFields(answer)).toEqual(['circumstance FIELD_NOT_SHARED', 'placeOfLoss FIELD_NOT_SHARED']);
  });

  test('in the investigation it is the other way round', async () => {
    const answer = await alerts('SMUGGLING_INVESTIGATION', CASE);
    expect(answer.sources).toEqual([{ outcome: 'ANSWERED', reason: null, agreements: [REFERENCE] }]);
    expect(shownFields(answer)).toEqual(['circumstance', 'placeOfLoss']);
    expect(withheldFields(answer)).toEqual(['documentNumber FIELD_NOT_SHARED', 'documentType FIELD_NOT_SHARED']);
  });

  test('the two answers cannot be laid beside each other: no id and no cursor of one serves in the other', async () => {
    const check = await alerts('FIRST_LINE_CHECK');
    const investigation = await alerts('SMUGGLING_INVESTIGATION', CASE);
    const ids = new Set(investigation.nodes.map(({ id }) => id));
    expect(check.nodes.filter(({ id }) => ids.has(id))).toEqual([]);
    const byId = await world.ask(
      `{ travelDocumentAlert(id: "${check.nodes[0]?.id}", purpose: SMUGGLING_INVESTIGATION, ${CASE}) { circumstance } }`,
      OFFICER,
    );
    expect(byId.body.data).toEqual({ travelDocumentAlert: null });
    const after = `${CASE}, after: "${check.pageInfo.endCursor}"`;
    const goOn = await world.ask(`{ asked: ${field('SMUGGLING_INVESTIGATION', after)} }`, OFFICER);
    expect(goOn.body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('the investigation', () => {
  test.each([
    { given: 'no justification', more: '' },
    { given: 'blanks', more: 'justification: "   "' },
    { given: 'one without a case number', more: 'justification: "as discussed"' },
    { given: 'a case number with a digit too many', more: 'justification: "KP-2044170"' },
  ])('with $given is answered with nothing but JUSTIFICATION_MISSING', async ({ more }) => {
    expect(await alerts('SMUGGLING_INVESTIGATION', more)).toMatchObject({
      nodes: [],
      sources: [{ outcome: 'WITHHELD', reason: 'JUSTIFICATION_MISSING', agreements: [REFERENCE] }],
    });
  });

  test('leaves its case number in the ledger, with the regime; the check at the first line needs none', async () => {
    await alerts('SMUGGLING_INVESTIGATION', CASE);
    await alerts('FIRST_LINE_CHECK');
    const [check, investigation] = await entries();
    expect(investigation).toMatchObject({ justification: 'case KP-204417', regime: 'LED' });
    expect(check).toMatchObject({ justification: null, regime: 'GDPR' });
  });
});

test('no clause can be drafted that stands under one regime and names a purpose of the other', async () => {
  const mixed = { ...CHECK, article: '3', purposes: ['FIRST_LINE_CHECK', 'SMUGGLING_INVESTIGATION'] };
  const document = { ...AGREEMENT, reference: 'AGR-2026-313', clauses: [mixed] };
  await expect(partiesOf(world).draft('AL-BMP', document)).rejects.toThrow('regime');
});

interface Introspected {
  readonly args: readonly { readonly name: string; readonly defaultValue: string | null; readonly type: object }[];
}

async function entries(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const query = '{ ledger(first: 100) { nodes { outcome purpose regime justification asks { recordType } } } }';
  return dataOf<{ nodes: readonly Readonly<Record<string, unknown>>[] }>(
    await world.ask(query, 'XK-BP:AUDITOR'),
    'ledger',
  ).nodes;
}
