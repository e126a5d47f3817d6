// Before anybody signs: what an agreement would change, told from decisions; and what became of the requests of the last months.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signAsDemo } from '../../examples/western-balkans/demo-keys.js';
import { WORLD_NOW, worldFiles } from '../world.js';
import { crossingsOf } from './count-oracle.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const DAY_MS = 86_400_000;

interface Change {
  readonly kind: string;
  readonly database: string;
  readonly action: string;
  readonly purposes: readonly string[];
  readonly fields: readonly { readonly field: string; readonly treatment: string }[];
  readonly before: string;
  readonly after: string;
  readonly recordsBefore: number | null;
  readonly recordsAfter: number | null;
  readonly sentence: string;
}
interface Direction {
  readonly assigner: string;
  readonly assignee: string;
  readonly gains: readonly Change[];
  readonly losses: readonly Change[];
  readonly changes: readonly Change[];
  readonly replay: Readonly<Record<string, number>>;
}
interface Payload {
  readonly simulation: {
    readonly replaces: number | null;
    readonly directions: readonly Direction[];
    readonly replay: { readonly isComplete: boolean };
    readonly difference: readonly { readonly effect: string; readonly sentence: string }[] | null;
  } | null;
  readonly userErrors: readonly { readonly path: readonly string[]; readonly code: string; readonly message: string }[];
}

const CHANGE = `{ kind database action purposes fields { field treatment } before after recordsBefore recordsAfter sentence }`;
const QUERY = `query ($input: SimulateAgreementInput!) { simulateAgreement(input: $input) {
  simulation { replaces directions { assigner assignee gains ${CHANGE} losses ${CHANGE} changes ${CHANGE}
    replay { requests same nowAllowed nowRefused more less mixed } } replay { since isComplete } difference { effect sentence } }
  userErrors { path code message } } }`;

type Clause = Record<string, unknown> & { article: string };
type Document = Record<string, unknown> & { clauses: Clause[] };

const documentOf = (reference: string): Document =>
  structuredClone(worldFiles().agreements[reference]) as unknown as Document;

/** The agreement's document with article 3.1 changed. */
function amended(change: (clause: Clause) => Clause): Document {
  const document = documentOf('AGR-2024-002');
  return { ...document, clauses: document.clauses.map((one) => (one.article === '3.1' ? change(one) : one)) };
}

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world.close());

async function simulate(as: string, input: object): Promise<Payload> {
  return dataOf(await world.ask(QUERY, as, { input }), 'simulateAgreement');
}

function direction({ simulation, userErrors }: Payload, assigner: string, assignee: string): Direction {
  const found = simulation?.directions.find((one) => one.assigner === assigner && one.assignee === assignee);
  if (found === undefined) throw new Error(JSON.stringify(userErrors));
  return found;
}

describe('what is refused', () => {
  test('a reference of others and one that nobody has: the same answer, to the byte', async () => {
    const asked = async (reference: string): Promise<string> =>
      (await world.ask(QUERY, 'XK-BP:POLICY_OFFICER', { input: { reference } })).text;
    expect(await asked('AGR-2024-009')).toBe(await asked('AGR-2024-999'));
    expect(await asked('AGR-2024-002')).toBe(await asked('AGR-2024-999'));
    expect(await asked('AGR-2024-999')).toContain('AGREEMENT_UNKNOWN');
  });

  test('a document with a reference of others is answered as if nobody had it', async () => {
    const document = { ...documentOf('AGR-2024-009'), reference: 'AGR-2024-002' };
    const free = { ...document, reference: 'AGR-2029-001' };
    const simulated = await simulate('MK-BP:POLICY_OFFICER', { document });
    expect(simulated).toEqual(await simulate('MK-BP:POLICY_OFFICER', { document: free }));
    expect(simulated.simulation?.replaces).toBeNull();
  });

  test('an agreement between others, one with other parties, one with nothing on the table, and one with faults', async () => {
    const stranger = await simulate('XK-BP:POLICY_OFFICER', { document: documentOf('AGR-2024-002') });
    expect(stranger.userErrors).toMatchObject([{ path: ['input', 'document', 'parties'], code: 'NOT_A_PARTY' }]);
    const parties = { ...documentOf('AGR-2024-002'), parties: ['AL-BMP', 'ME-BP', 'XK-BP'] };
    const widened = await simulate('AL-BMP:POLICY_OFFICER', { document: parties });
    expect(widened.userErrors).toMatchObject([{ code: 'PARTIES_CHANGED' }]);
    const signed = await simulate('AL-BMP:POLICY_OFFICER', { reference: 'AGR-2024-002' });
    expect(signed.userErrors).toMatchObject([{ path: ['input', 'reference'], code: 'WRONG_STATE' }]);
    const faulty = amended((clause) => ({ ...clause, fields: { nothing: 'CLEAR' } }));
    const refused = await simulate('AL-BMP:POLICY_OFFICER', { document: faulty });
    expect(refused.userErrors[0]?.path).toEqual(['input', 'document', 'clauses', '0', 'fields', 'nothing']);
  });

  test('both a reference and a document, or neither; and whoever is no policy officer', async () => {
    for (const input of [{}, { reference: 'AGR-2024-009', document: documentOf('AGR-2024-009') }]) {
      const { body } = await world.ask(QUERY, 'MK-BP:POLICY_OFFICER', { input });
      expect(body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
    for (const role of ['ANALYST', 'SIGNATORY', 'STEWARD', 'AUDITOR']) {
      const { body } = await world.ask(QUERY, `MK-BP:${role}`, { input: { reference: 'AGR-2024-009' } });
      expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });
});

describe('the requests of the last 90 days, asked again', () => {
  const READ = 'purpose: BORDER_SURVEILLANCE, databases: ["AL-BORDER-CROSSINGS"], first: 1';

  beforeAll(async () => {
    await world.setClock(new Date(WORLD_NOW.getTime() + DAY_MS));
    const ask = (as: string, args: string, fields: string) =>
      world.ask(`{ borderCrossings(${args}) { nodes { ${fields} } sources { outcome } } }`, as);
    await ask('ME-BP:ANALYST', READ, 'borderSection nationality');
    await ask('ME-BP:ANALYST', `${READ}, where: { nationality: { eq: "SYR" } }`, 'borderSection');
    await ask('ME-BP:ANALYST', READ, 'borderSection');
    await ask('ME-BP:ANALYST', READ.replace('BORDER_SURVEILLANCE', 'RISK_ANALYSIS'), 'borderSection');
    await ask('AL-BMP:ANALYST', READ.replace('"AL-', '"ME-'), 'borderSection');
    // Of no concern to AGR-2024-002: a third agency's requests, those for others' records, and a look through ME-BP's eyes.
    await ask('XK-BP:ANALYST', READ, 'borderSection nationality');
    await ask('ME-BP:ANALYST', READ.replace('"AL-', '"XK-'), 'borderSection nationality');
    await ask('AL-BMP:ANALYST', `${READ}, viewAs: "ME-BP"`, 'borderSection nationality');
  });

  const replayed = async (change: (clause: Clause) => Clause) => {
    const payload = await simulate('AL-BMP:POLICY_OFFICER', { document: amended(change) });
    expect(payload.simulation?.replay.isComplete).toBe(true);
    return [direction(payload, 'AL-BMP', 'ME-BP').replay, direction(payload, 'ME-BP', 'AL-BMP').replay];
  };
  const NONE = { requests: 0, same: 0, nowAllowed: 0, nowRefused: 0, more: 0, less: 0, mixed: 0 };

  test('the same wording changes nothing', async () => {
    expect(await replayed((clause) => clause)).toEqual([
      { ...NONE, requests: 4, same: 4 },
      { ...NONE, requests: 1, same: 1 },
    ]);
  });

  test('without the nationality, one is given less, and one that filters by it is refused', async () => {
    const [first] = documentOf('AGR-2024-002').clauses;
    const { nationality: _, ...fields } = (first?.fields ?? {}) as Record<string, unknown>;
    expect(await replayed((clause) => ({ ...clause, fields }))).toEqual([
      { ...NONE, requests: 4, same: 2, less: 1, nowRefused: 1 },
      { ...NONE, requests: 1, same: 1 },
    ]);
  });

  test('without the right itself those it served are refused', async () => {
    expect(await replayed((clause) => ({ ...clause, action: 'AGGREGATE' }))).toEqual([
      { ...NONE, requests: 4, same: 1, nowRefused: 3 },
      { ...NONE, requests: 1, nowRefused: 1 },
    ]);
  });

  test('for one more purpose, what was refused for it is answered; without a condition, all are given more', async () => {
    const purposes = ['BORDER_SURVEILLANCE', 'RISK_ANALYSIS'];
    expect((await replayed((clause) => ({ ...clause, purposes })))[0]).toEqual({
      ...NONE,
      requests: 4,
      same: 3,
      nowAllowed: 1,
    });
    expect((await replayed(({ rows: _, ...clause }) => clause as Clause))[0]).toEqual({
      ...NONE,
      requests: 4,
      same: 1,
      more: 3,
    });
  });

  test('91 days later nobody remembers', async () => {
    await world.setClock(new Date(WORLD_NOW.getTime() + 92 * DAY_MS));
    expect(await replayed((clause) => ({ ...clause, action: 'AGGREGATE' }))).toEqual([NONE, NONE]);
    await world.setClock(new Date(WORLD_NOW.getTime() + DAY_MS));
  });
});

describe('what each side gains and loses', () => {
  test('a treatment, field by field and both ways, and what the other side would count of one’s own records', async () => {
    const fields = { detectedAt: { GENERALISED: 'month' }, borderSection: 'CLEAR', sex: 'CLEAR' };
    const document = amended((clause) => ({
      ...clause,
      fields,
      rows: { field: 'borderSection', op: 'in', value: ['AL-ME', 'AL-XK'] },
    }));
    const payload = await simulate('AL-BMP:POLICY_OFFICER', { document });
    expect(payload.simulation?.replaces).toBe(1);
    expect(new Set(payload.simulation?.difference?.map(({ effect }) => effect))).toEqual(
      new Set(['NARROWER', 'WIDER']),
    );
    const given = direction(payload, 'AL-BMP', 'ME-BP');
    const told = (changes: readonly Change[]): readonly string[] => [
      ...new Set(
        changes
          .filter(({ action, kind }) => action === 'READ' && kind === 'FIELD')
          .map(({ fields: [field], before, after }) => `${field?.field}: ${before} → ${after}`),
      ),
    ];
    expect(told(given.gains)).toEqual(['sex: WITHHELD → CLEAR']);
    expect(told(given.losses)).toEqual([
      'detectedAt: GENERALISED day → GENERALISED month',
      'nationality: CLEAR → WITHHELD',
    ]);
    const own = crossingsOf('AL-BORDER-CROSSINGS');
    const records = given.gains.find(({ kind, action }) => kind === 'RECORDS' && action === 'READ');
    const before = own.filter(({ borderSection }) => borderSection === 'AL-ME').length;
    const after = own.filter(({ borderSection }) => ['AL-ME', 'AL-XK'].includes(borderSection)).length;
    expect(records).toMatchObject({
      database: 'AL-BORDER-CROSSINGS',
      purposes: ['BORDER_SURVEILLANCE'],
      recordsBefore: before,
      recordsAfter: after,
      sentence: `ME-BP may READ other records of AL-BORDER-CROSSINGS for BORDER_SURVEILLANCE than now: ${before} records before, ${after} after`,
    });
    const received = direction(payload, 'ME-BP', 'AL-BMP');
    expect(told(received.losses)).toEqual(told(given.losses));
    const theirs = received.changes.find(({ kind, action }) => kind === 'RECORDS' && action === 'READ');
    expect(theirs).toMatchObject({ recordsBefore: null, recordsAfter: null });
  });

  test('the offered agreement: what MK-BP is told beforehand is what RS-BP counts once it is signed', async () => {
    const before = await world.ask(
      '{ agreement(reference: "AGR-2024-009") { events { number } status } }',
      'MK-BP:ANALYST',
    );
    const payload = await simulate('MK-BP:POLICY_OFFICER', { reference: 'AGR-2024-009' });
    const after = await world.ask(
      '{ agreement(reference: "AGR-2024-009") { events { number } status } }',
      'MK-BP:ANALYST',
    );
    expect(after.text).toBe(before.text);
    const gain = direction(payload, 'MK-BP', 'RS-BP').gains.find(({ action }) => action === 'READ');
    expect(gain).toMatchObject({ kind: 'RIGHT', purposes: ['BORDER_SURVEILLANCE'], recordsBefore: 0 });
    expect(direction(payload, 'RS-BP', 'MK-BP').gains.find(({ action }) => action === 'READ')).toMatchObject({
      recordsBefore: null,
      recordsAfter: null,
    });
    expect(direction(payload, 'MK-BP', 'RS-BP').losses).toEqual([]);
    await signed('AGR-2024-009', 'MK-BP', 'RS-BP');
    const page = await world.ask(
      `{ page: borderCrossings(purpose: BORDER_SURVEILLANCE, databases: ["MK-BORDER-CROSSINGS"], first: 1000) { nodes { id } } }`,
      'RS-BP:ANALYST',
    );
    const { nodes } = dataOf<{ nodes: readonly object[] }>(page, 'page');
    expect(nodes.length).toBeGreaterThan(0);
    expect(gain?.recordsAfter).toBe(nodes.length);
  });

  test('it is in the own ledger, with the reference and nothing of the document', async () => {
    await simulate('AL-BMP:POLICY_OFFICER', { document: documentOf('AGR-2024-002') });
    const ledger = await world.ask(
      '{ ledger(first: 1) { nodes { action subject asks { recordType } } } }',
      'AL-BMP:AUDITOR',
    );
    expect(dataOf(ledger, 'ledger')).toEqual({
      nodes: [{ action: 'simulateAgreement', subject: { reference: 'AGR-2024-002', version: 2 }, asks: [] }],
    });
  });
});

/** Brings an offered agreement into force. */
async function signed(reference: string, ...parties: readonly string[]): Promise<void> {
  const act = async (as: string, mutation: string, type: string, input: object): Promise<void> => {
    const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code message } } }`;
    const answered = await world.ask(query, as, { input });
    const { userErrors } = dataOf<{ userErrors: readonly object[] }>(answered, mutation);
    if (userErrors.length > 0 && mutation !== 'acceptAgreement') throw new Error(answered.text);
  };
  for (const party of parties) {
    await act(`${party}:POLICY_OFFICER`, 'acceptAgreement', 'AgreementReferenceInput', { reference });
  }
  for (const party of parties) {
    const shown = await world.ask(
      `{ agreement(reference: "${reference}") { negotiation { text } } }`,
      `${party}:SIGNATORY`,
    );
    const { negotiation } = dataOf<{ negotiation: { text: string } }>(shown, 'agreement');
    const signature = signAsDemo(party, negotiation.text);
    await act(`${party}:SIGNATORY`, 'signAgreement', 'SignAgreementInput', { reference, signature });
  }
}
