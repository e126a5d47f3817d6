/**
 * Two hubs. In one of them two agencies draft, sign, use, suspend and end an agreement; in the other they have none. A third
 * party asks both everything there is to ask, at each stage: the same bytes, by the same statements to the database.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { everyRootField, type Guess, guesses, type Question } from './every-question.js';
import { type Document, type Parties, partiesOf } from './parties.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const [GIVER, TAKER] = ['AL-BMP', 'ME-BP'] as const;
const REFERENCE = 'AGR-2026-600';
const PURPOSE = 'DOCUMENT_FRAUD_DETECTION';
const DATABASE = 'AL-BORDER-CROSSINGS';
const AGREEMENT: Document = {
  reference: REFERENCE,
  title: 'What nobody else is to know',
  parties: [GIVER, TAKER],
  legalBasis: 'Police cooperation treaty, article 9',
  timeZone: 'Europe/Tirane',
  from: '2026-11-01',
  until: '2036-11-01',
  clauses: [
    {
      article: '1',
      kind: 'PERMISSION',
      assigner: GIVER,
      assignee: TAKER,
      recordType: 'BorderCrossing',
      action: 'READ',
      purposes: [PURPOSE],
      fields: { nationality: 'CLEAR', detectedAt: 'CLEAR' },
      quota: { records: 50, per: 'day' },
      duties: ['to report what was found'],
    },
  ],
};
/** Every role there is, so that no gate hides what lies behind it. */
const [STRANGER, SISTER] = ['RS-BP', 'AL-MOI'].map(
  (agency) => `${agency}:ANALYST,REPORTER,STEWARD,POLICY_OFFICER,SIGNATORY,AUDITOR`,
) as [string, string];

let withIt: WorldHub;
let without: WorldHub;
let parties: Parties;
let rootFields: readonly Question[];
const guess: Guess = { document: AGREEMENT, purpose: PURPOSE, database: DATABASE, id: 'x', cursor: 'x', duty: 'x' };
let stolen = guess;

const statements: string[] = [];
beforeAll(async () => {
  [withIt, without] = [await worldHub(), await worldHub()];
  parties = partiesOf(withIt);
  rootFields = await everyRootField();
  const original = pg.Client.prototype.query as (...given: readonly unknown[]) => unknown;
  jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: readonly unknown[]) {
    // The ledger's head is looked at every few seconds, whoever asks what.
    if (!isOfTheHeads(this)) statements.push(textOf(given[0]));
    return original.apply(this, [...given]) as never;
  } as never);
});
afterAll(async () => {
  jest.restoreAllMocks();
  await withIt?.close();
  await without?.close();
});

const isOfTheHeads = (client: unknown): boolean =>
  (client as { readonly connectionParameters?: { readonly application_name?: string } }).connectionParameters
    ?.application_name === 'besa-heads';

/** A statement as it is sent: its text alone. */
function textOf(sent: unknown): string {
  if (typeof sent === 'string') return sent;
  const { text, statement } = sent as { readonly text?: string; readonly statement?: { readonly text: string } };
  return statement?.text ?? text ?? '';
}

/** The answer without what differs from one moment to the next, and how the database was asked for it. */
async function asked(world: WorldHub, { query, variables }: Question, as: string): Promise<readonly unknown[]> {
  statements.length = 0;
  const { status, headers, text } = await world.ask(query, as, variables);
  const { 'x-request-id': _id, date: _date, 'content-length': _length, ...kept } = headers;
  return [status, kept, normal(text), [...statements]];
}

const normal = (text: string): string =>
  text
    .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})/g, '<instant>')
    .replace(/"correlationId":"[^"]*"/g, '"correlationId":"<id>"')
    .replace(/"(sequence|durationMs)":\d+/g, '"$1":0')
    // A head tells how many entries there are, and nothing else of them.
    .replace(/"ledgerHead":\{.*?\}\}/g, '"ledgerHead":"<head>"')
    .replace(/"(startCursor|endCursor)":"[^"]*"/g, '"$1":"<cursor>"');

/** What an agency that has nothing to do with it asks first: whatever a process has to hear of a change, it hears then. */
async function heard(): Promise<void> {
  for (const world of [withIt, without]) {
    await world.ask('{ viewer { mayAsk { database } } agreements(first: 1) { nodes { title } } }', 'BA-BP:ANALYST');
  }
}

/** Names of the questions to which the two hubs do not say the same. */
async function differences(questions: readonly Question[], as: string): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  await heard();
  for (const question of questions) {
    const [told, untold] = [await asked(withIt, question, as), await asked(without, question, as)];
    if (JSON.stringify(told) !== JSON.stringify(untold)) found.push({ [question.name]: { told, untold } });
  }
  return found;
}

/** What the parties have from one another, as far as there is anything. */
async function traffic(): Promise<void> {
  const query = `{ borderCrossings(purpose: ${PURPOSE}, databases: ["${DATABASE}"], first: 3) { nodes { id } pageInfo { endCursor } } }`;
  const page = await withIt.ask(query, `${TAKER}:ANALYST`);
  const { nodes, pageInfo } = dataOf<{ nodes: readonly { id: string }[]; pageInfo: { endCursor: string } }>(
    page,
    'borderCrossings',
  );
  const owed = await withIt.ask('{ duties(first: 5) { nodes { id } } }', `${TAKER}:POLICY_OFFICER`);
  const duty = dataOf<{ nodes: readonly { id: string }[] }>(owed, 'duties').nodes[0]?.id;
  if (nodes[0] === undefined || duty === undefined) throw new Error(`${page.text} ${owed.text}`);
  stolen = { ...guess, id: nodes[0].id, cursor: pageInfo.endCursor, duty };
  await withIt.ask(`{ borderCrossing(id: "${nodes[0].id}", purpose: ${PURPOSE}) { nationality } }`, `${TAKER}:ANALYST`);
}

const STAGES: readonly { readonly name: string; readonly reach: () => Promise<void> }[] = [
  { name: 'drafted', reach: () => parties.draft(GIVER, AGREEMENT) },
  { name: 'offered', reach: () => parties.offer(GIVER, REFERENCE) },
  {
    name: 'signed by both, with traffic under it',
    async reach() {
      await parties.accept(TAKER, REFERENCE);
      for (const party of AGREEMENT.parties) await parties.sign(party, REFERENCE);
      await traffic();
    },
  },
  { name: 'suspended', reach: () => parties.suspend(GIVER, REFERENCE, 'an audit') },
  { name: 'terminated', reach: () => parties.terminate(TAKER, REFERENCE, 'no longer needed') },
];

describe('to a stranger there is nothing', () => {
  test('the hubs differ: a party sees it in the one', async () => {
    await parties.draft(GIVER, { ...AGREEMENT, reference: 'AGR-2026-601' });
    const seen = [withIt, without].map((world) =>
      world.ask('{ agreement(reference: "AGR-2026-601") { title } }', `${GIVER}:POLICY_OFFICER`),
    );
    const [told, untold] = await Promise.all(seen);
    expect([told?.body.data?.agreement, untold?.body.data?.agreement]).toEqual([{ title: AGREEMENT.title }, null]);
  });

  test('every question is one that the hub takes', async () => {
    for (const { name, query, variables } of rootFields) {
      await withIt.ask(query, STRANGER, variables);
      const { body } = await without.ask(query, STRANGER, variables);
      const codes = body.errors?.map(({ extensions }) => extensions.code) ?? [];
      expect({ name, codes: codes.filter((code) => code !== 'BAD_USER_INPUT') }).toEqual({ name, codes: [] });
      expect(body.errors?.[0]?.message ?? '').not.toMatch(/Syntax|Cannot query|limit/);
    }
  });

  describe.each(STAGES)('where it is $name', ({ reach }) => {
    beforeAll(reach);
    test('to an agency that has agreements with both', async () => {
      expect(await differences([...rootFields, ...guesses(stolen)], STRANGER)).toEqual([]);
    });
    test('to an agency of the giver’s own partner', async () => {
      expect(await differences(guesses(stolen), SISTER)).toEqual([]);
    });
  });
});
