import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AGENCIES, WORLD_NOW } from '../world.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world.close());

interface Line {
  readonly outcome: string;
  readonly reason: string | null;
  readonly agreements: readonly string[];
}

test('an explanation says of every ask what the live answer says: outcome, reason, agreements', async () => {
  const purposes = world.hub.standard.purposes.map(({ name }) => name);
  const touches: readonly (readonly [readonly string[], string])[] = [
    [[], ''],
    [['nationality'], 'where: { nationality: { eq: "SYR" } },'],
    [['fullName'], 'where: { fullName: { isNull: false } },'],
  ];
  const seen = new Set<string>();
  for (const agency of AGENCIES) {
    for (const purpose of purposes) {
      for (const [fields, where] of touches) {
        for (const justification of ['', 'justification: "case 1",']) {
          const asked = `purpose: ${purpose}, ${justification}`;
          const answered = await world.ask(
            `{ live: borderCrossings(${asked} ${where} first: 1) { sources { database { code } outcome reason agreements } }
               told: explainAccess(${asked} recordType: "BorderCrossing", action: READ, touches: ${JSON.stringify(fields)}) { database outcome reason agreements sentence ${TRACE} } }`,
            `${agency}:ANALYST`,
          );
          const live = dataOf<{ sources: readonly (Line & { database: { code: string } })[] }>(
            answered,
            'live',
          ).sources;
          const explained = dataOf<readonly (Line & { database: string; sentence: string; trace: readonly Step[] })[]>(
            answered,
            'told',
          );
          expect(explained.map(({ sentence, trace, ...line }) => line)).toEqual(
            live.map(({ database, ...line }) => ({ ...line, database: database.code })),
          );
          for (const { outcome, reason, trace } of explained) {
            expect(trace.at(-1)).toMatchObject({
              step: 'OUTCOME',
              outcome,
              sentence: reason === null ? outcome : `${outcome}: ${reason}`,
            });
          }
          for (const { reason, outcome } of live) seen.add(reason ?? outcome);
        }
      }
    }
  }
  // The comparison is worth something only if the world answers in many ways.
  expect([...seen].sort()).toEqual([
    'ACTION_NOT_PERMITTED',
    'ANSWERED',
    'EXPIRED',
    'FIELD_NOT_FILTERABLE',
    'JUSTIFICATION_MISSING',
    'NO_AGREEMENT',
    'PURPOSE_NOT_PERMITTED',
    'SUSPENDED',
  ]);
});

interface Step {
  readonly step: string;
  readonly clause: { readonly agreement: string; readonly article: string } | null;
  readonly outcome: string;
  readonly sentence: string;
}

const TRACE = 'trace { step clause { agreement article } outcome sentence }';

async function traceOf(as: string, purpose: string, database: string, more = ''): Promise<readonly Step[]> {
  const query = `{ explainAccess(purpose: ${purpose}, recordType: "BorderCrossing", databases: ["${database}"]${more}) { ${TRACE} } }`;
  const [explained] = dataOf<readonly { trace: readonly Step[] }[]>(await world.ask(query, as), 'explainAccess');
  return explained?.trace ?? [];
}

const told = (steps: readonly Step[]): readonly string[] =>
  steps.map(({ step, clause, outcome }) =>
    [step, ...(clause === null ? [] : [clause.agreement, clause.article]), outcome].join(' '),
  );

test('a stranger reads that nothing is known, and of no clause', async () => {
  expect(await traceOf('RS-BP:ANALYST', 'RISK_ANALYSIS', 'XK-BORDER-CROSSINGS')).toEqual([
    {
      step: 'OWNERSHIP',
      clause: null,
      outcome: 'FAILS',
      sentence: '`XK-BORDER-CROSSINGS` belongs to XK-BP: only what its clauses towards you permit is answered',
    },
    { step: 'CLAUSE', clause: null, outcome: 'FAILS', sentence: 'no clause of XK-BP towards you is known' },
    { step: 'OUTCOME', clause: null, outcome: 'WITHHELD', sentence: 'WITHHELD: NO_AGREEMENT' },
  ]);
});

test('the steps of an answer: clause by clause, then what is shown, what touching costs, and what comes out', async () => {
  const steps = await traceOf(
    'ME-BP:ANALYST',
    'BORDER_SURVEILLANCE',
    'AL-BORDER-CROSSINGS',
    ', touches: ["nationality", "fullName"]',
  );
  const lines = told(steps);
  expect(lines[0]).toBe('OWNERSHIP FAILS');
  expect(lines.slice(1, 8)).toEqual([
    'SCOPE AGR-2024-002 3.1 HOLDS',
    'STATUS AGR-2024-002 3.1 IN_FORCE',
    'ACTION AGR-2024-002 3.1 HOLDS',
    'PURPOSE AGR-2024-002 3.1 HOLDS',
    'CONSTRAINT AGR-2024-002 3.1 HOLDS',
    'CONSTRAINT AGR-2024-002 3.1 HOLDS',
    'CLAUSE AGR-2024-002 3.1 HOLDS',
  ]);
  expect(lines.slice(-3)).toEqual(['TOUCHED HOLDS', 'TOUCHED FAILS', 'OUTCOME WITHHELD']);
  expect(steps.at(-2)?.sentence).toBe('touching `fullName` costs every record');
  const own = await traceOf('ME-BP:ANALYST', 'BORDER_SURVEILLANCE', 'ME-BORDER-CROSSINGS');
  expect(told(own)).toEqual(['OWNERSHIP HOLDS', 'OUTCOME ANSWERED']);
});

test('which condition fails is named', async () => {
  const steps = await traceOf('XK-BP:ANALYST', 'SMUGGLING_INVESTIGATION', 'AL-BORDER-CROSSINGS');
  expect(steps.filter(({ step, outcome }) => step === 'CONSTRAINT' && outcome === 'FAILS')).toEqual([
    {
      step: 'CONSTRAINT',
      clause: { agreement: 'AGR-2024-003', article: '3.1' },
      outcome: 'FAILS',
      sentence: 'its condition `justification` does not hold: JUSTIFICATION_MISSING',
    },
  ]);
});

test('a suspension and a termination are told with the instant, the act’s number, the side and its reason', async () => {
  const act = async (mutation: string, input: string): Promise<void> => {
    const answered = await world.ask(
      `mutation { ${mutation}(input: { ${input} }) { userErrors { code message } } }`,
      'AL-BMP:SIGNATORY',
    );
    expect(dataOf(answered, mutation)).toEqual({ userErrors: [] });
  };
  const statusOf = async (as: string, database: string): Promise<string | undefined> =>
    (await traceOf(as, 'BORDER_SURVEILLANCE', database)).find(
      ({ step, clause }) => step === 'STATUS' && clause?.agreement === 'AGR-2024-002',
    )?.sentence;
  await act(
    'suspendAgreement',
    'reference: "AGR-2024-002", reason: "data breach at the recipient", assigner: "AL-BMP"',
  );
  // Each side counts what it may know: who drafted knows of a draft that the other never saw.
  const numberOf = async (as: string, kind: string): Promise<number | undefined> =>
    dataOf<{ events: readonly { number: number; kind: string }[] }>(
      await world.ask('{ agreement(reference: "AGR-2024-002") { events { number kind } } }', as),
      'agreement',
    ).events.find((event) => event.kind === kind)?.number;
  const suspension = await numberOf('ME-BP:ANALYST', 'SUSPEND');
  expect(suspension).toBeGreaterThan(0);
  expect(await statusOf('ME-BP:ANALYST', 'AL-BORDER-CROSSINGS')).toBe(
    `its agreement is SUSPENDED: since ${WORLD_NOW.toISOString()} by AL-BMP, act ${suspension} ("data breach at the recipient")`,
  );
  expect(await statusOf('AL-BMP:ANALYST', 'ME-BORDER-CROSSINGS')).toBe('its agreement is IN_FORCE');
  await act('terminateAgreement', 'reference: "AGR-2024-002", reason: "not mended"');
  expect(await statusOf('AL-BMP:ANALYST', 'ME-BORDER-CROSSINGS')).toBe(
    `its agreement is TERMINATED: since ${WORLD_NOW.toISOString()} by AL-BMP, act ${await numberOf('AL-BMP:ANALYST', 'TERMINATE')} ("not mended")`,
  );
  expect(await traceOf('XK-BP:ANALYST', 'BORDER_SURVEILLANCE', 'ME-BORDER-CROSSINGS')).not.toContainEqual(
    expect.objectContaining({ clause: expect.objectContaining({ agreement: 'AGR-2024-002' }) }),
  );
});
