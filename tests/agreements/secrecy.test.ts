/** Two hubs, one in which two agencies have an agreement and one in which they have none: a third one cannot tell them apart. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { demoKey, signAsDemo } from '../../examples/western-balkans/demo-keys.js';
import { demoDoors } from '../../src/start/demo-doors.js';
import { type WorldHub, worldHub } from '../journeys/world-hub.js';

const REFERENCE = 'AGR-2099-001';
const OTHER = 'RS-BP';
const [A, B] = ['AL-BMP', 'ME-BP'] as const;

let withIt: WorldHub;
let without: WorldHub;

beforeAll(async () => {
  withIt = await worldHub();
  without = await worldHub();
  const doors = demoDoors(withIt.hub, withIt.database.url);
  await withIt.beside('the agreement comes through the demo’s doors', async () => {
    await doors.draftAgreement(A, documentOf([A, B], 'theirs'));
    await doors.offerAgreement(A, REFERENCE);
    await doors.acceptAgreement(B, REFERENCE);
    for (const agency of [A, B]) await doors.signAgreement(agency, REFERENCE, demoKey(agency));
  });
}, 120_000);

afterAll(async () => {
  await withIt?.close();
  await without?.close();
});

function documentOf(
  parties: readonly string[],
  title: string,
  more: object = {},
): Readonly<Record<string, unknown>> & { readonly reference: string } {
  const [assigner, assignee] = parties;
  const clause = {
    article: '1',
    kind: 'PERMISSION',
    assigner,
    assignee,
    mutual: true,
    recordType: 'RefusalOfEntry',
    action: 'READ',
    purposes: ['BORDER_SURVEILLANCE'],
  };
  return {
    reference: REFERENCE,
    title,
    parties,
    legalBasis: 'Treaty, article 7',
    timeZone: 'Europe/Tirane',
    from: '2024-05-01',
    until: '2034-05-01',
    clauses: [clause],
    ...more,
  };
}

const AGREEMENT = `{ reference title parties status
  negotiation { version revision state drafter author round accepted signed text hash diff { path } rounds { round hash } }
  versions { version status text hash signatures { agency signature } }
  acts { kind by } events { number kind version revision agency person reason } }`;

/** What the caller reads, without the instants at which things were done. */
async function answers(hub: WorldHub, query: string, variables: object, as: string): Promise<string> {
  const { text } = await hub.ask(query, as, variables as Readonly<Record<string, unknown>>);
  return text
    .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<instant>')
    .replace(/"correlationId":"[^"]*"/g, '"correlationId":"<id>"');
}

async function bothAnswer(query: string, variables: object, as: string): Promise<string> {
  const [told, untold] = await Promise.all([
    answers(withIt, query, variables, as),
    answers(without, query, variables, as),
  ]);
  expect(told).toBe(untold);
  return told;
}

function act(mutation: string, type: string, input: object, as: string): Promise<string> {
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) {
    agreement ${AGREEMENT} userErrors { path code message } } }`;
  return bothAnswer(query, { input }, as);
}

const look = (as: string): Promise<string> =>
  bothAnswer(`query ($r: String!) { agreement(reference: $r) ${AGREEMENT} }`, { r: REFERENCE }, as);

const OFFICER = `${OTHER}:POLICY_OFFICER`;
const SIGNATORY = `${OTHER}:SIGNATORY`;
const reference = REFERENCE;
const reason = 'curious';
const signature = '0'.repeat(128);

describe('to whoever is no party, the same bytes with and without the agreement', () => {
  test('the two hubs differ: its parties see it in the one', async () => {
    const seen = [withIt, without].map((hub) =>
      answers(hub, `{ agreement(reference: "${REFERENCE}") { title } }`, {}, `${A}:POLICY_OFFICER`),
    );
    expect(await Promise.all(seen)).toEqual([
      expect.stringContaining('theirs'),
      expect.stringContaining('"agreement":null'),
    ]);
  });

  test('when it looks for it', async () => {
    expect(await look(OFFICER)).toContain('"agreement":null');
    await bothAnswer(
      `{ agreements(first: 100) { nodes ${AGREEMENT} pageInfo { hasNextPage endCursor } } }`,
      {},
      OFFICER,
    );
    await bothAnswer('{ viewer { person } agencies(first: 5) { nodes { code } } }', {}, OFFICER);
  });

  test.each([
    { name: 'offerAgreement', type: 'AgreementReferenceInput', input: { reference }, as: OFFICER },
    { name: 'acceptAgreement', type: 'AgreementReferenceInput', input: { reference, seen: 2 }, as: OFFICER },
    { name: 'rejectAgreement', type: 'RejectAgreementInput', input: { reference, reason }, as: OFFICER },
    { name: 'withdrawAgreement', type: 'WithdrawAgreementInput', input: { reference }, as: OFFICER },
    {
      name: 'counterAgreement',
      type: 'CounterAgreementInput',
      input: { document: documentOf([OTHER, B], 'mine'), seen: 1 },
      as: OFFICER,
    },
    {
      name: 'amendAgreement',
      type: 'AmendAgreementInput',
      input: { document: documentOf([OTHER, B], 'mine') },
      as: OFFICER,
    },
    { name: 'signAgreement', type: 'SignAgreementInput', input: { reference, signature }, as: SIGNATORY },
    { name: 'suspendAgreement', type: 'InterruptAgreementInput', input: { reference, reason }, as: SIGNATORY },
    { name: 'resumeAgreement', type: 'InterruptAgreementInput', input: { reference, reason }, as: SIGNATORY },
    { name: 'terminateAgreement', type: 'TerminateAgreementInput', input: { reference, reason }, as: SIGNATORY },
  ])('when it tries $name', async ({ name, type, input, as }) => {
    expect(await act(name, type, input, as)).toContain('AGREEMENT_UNKNOWN');
  });

  test('when it names it as the framework of its own', async () => {
    const annex = documentOf([OTHER, 'BA-BP'], 'mine', { reference: 'AGR-2099-002', framework: REFERENCE });
    expect(await act('draftAgreement', 'DraftAgreementInput', annex, OFFICER)).toContain('FRAMEWORK_UNKNOWN');
  });

  test('when it drafts under the same reference, up to the last signature', async () => {
    const drafted = await act('draftAgreement', 'DraftAgreementInput', documentOf([OTHER, 'BA-BP'], 'mine'), OFFICER);
    expect(drafted).toContain('"state":"DRAFT"');
    await act('offerAgreement', 'AgreementReferenceInput', { reference }, OFFICER);
    const others = 'BA-BP:POLICY_OFFICER';
    const countered = documentOf([OTHER, 'BA-BP'], 'countered');
    expect(await act('counterAgreement', 'CounterAgreementInput', { document: countered, seen: 1 }, others)).toContain(
      '"round":2',
    );
    await act('acceptAgreement', 'AgreementReferenceInput', { reference }, OFFICER);
    for (const agency of [OTHER, 'BA-BP']) {
      const as = `${agency}:SIGNATORY`;
      const found = JSON.parse(await look(as)) as { data: { agreement: { negotiation: { text: string } } } };
      const signed = { reference, signature: await signAsDemo(agency, found.data.agreement.negotiation.text) };
      await act('signAgreement', 'SignAgreementInput', signed, as);
    }
    expect(await look(OFFICER)).toContain('"status":"IN_FORCE"');
    expect(await act('suspendAgreement', 'InterruptAgreementInput', { reference, reason }, SIGNATORY)).toContain(
      '"kind":"SUSPEND"',
    );
  });

  test('when its own agreement of that reference is the basis of an answer, and of its ledger', async () => {
    await act('resumeAgreement', 'InterruptAgreementInput', { reference, reason }, SIGNATORY);
    const sources =
      '{ refusalsOfEntry(purpose: BORDER_SURVEILLANCE) { sources { database { code } outcome reason agreements } } }';
    await bothAnswer(sources, {}, `${OTHER}:ANALYST`);
    const subjects = '{ ledger(first: 20) { nodes { action outcome errorCode } } }';
    await bothAnswer(subjects, {}, `${OTHER}:AUDITOR`);
  });
});

describe('to an agency that knows two agreements of one reference', () => {
  const AS = `${A}:POLICY_OFFICER`;
  const ask = (query: string, variables: object, as = AS) => answers(withIt, query, variables, as);
  const mutation = (name: string, type: string): string =>
    `mutation ($input: ${type}!) { ${name}(input: $input) { agreement { reference title } userErrors { code } } }`;
  let second = '';

  test('the one it knew first keeps the reference, the other has the beginning of its hash behind it', async () => {
    const drafter = 'MK-BP:POLICY_OFFICER';
    const input = documentOf(['MK-BP', A], 'of others');
    await ask(mutation('draftAgreement', 'DraftAgreementInput'), { input }, drafter);
    expect(await ask('{ agreements { nodes { reference title } } }', {})).not.toContain('of others');
    const offered = await ask(mutation('offerAgreement', 'AgreementReferenceInput'), { input: { reference } }, drafter);
    expect(offered).toContain(`"reference":"${REFERENCE}","title":"of others"`);
    const listed = await ask('{ agreements(first: 100) { nodes { reference title } } }', {});
    expect(listed).toContain(`"reference":"${REFERENCE}","title":"theirs"`);
    second = /"reference":"([^"]*)","title":"of others"/.exec(listed)?.[1] ?? '';
    expect(second).toMatch(/^AGR-2099-001~[0-9a-f]{8}$/);
  });

  test('both are found, countered and concluded by their names', async () => {
    const find = 'query ($r: String!) { agreement(reference: $r) { title } }';
    expect(await ask(find, { r: REFERENCE })).toContain('theirs');
    expect(await ask(find, { r: second })).toContain('of others');
    expect(await ask(find, { r: second }, 'MK-BP:POLICY_OFFICER')).toContain('"agreement":null');
    const document = { ...documentOf(['MK-BP', A], 'countered'), reference: second };
    const countered = await ask(mutation('counterAgreement', 'CounterAgreementInput'), { input: { document } });
    expect(countered).toContain(`"reference":"${second}","title":"countered"`);
    const doors = demoDoors(withIt.hub, withIt.database.url);
    await withIt.beside('accepted through the demo’s doors', () => doors.acceptAgreement('MK-BP', REFERENCE));
    for (const [agency, name] of [
      ['MK-BP', REFERENCE],
      [A, second],
    ] as const) {
      const text = await ask(
        'query ($r: String!) { agreement(reference: $r) { negotiation { text } } }',
        { r: name },
        `${agency}:SIGNATORY`,
      );
      const found = JSON.parse(text) as { data: { agreement: { negotiation: { text: string } } } };
      const signed = await signAsDemo(agency, found.data.agreement.negotiation.text);
      const input = { reference: name, signature: signed };
      await ask(mutation('signAgreement', 'SignAgreementInput'), { input }, `${agency}:SIGNATORY`);
    }
    expect(await ask('query ($r: String!) { agreement(reference: $r) { status } }', { r: second })).toContain(
      'IN_FORCE',
    );
  });

  test('answers name the one they rest on; to the other party it has the plain reference', async () => {
    const query =
      '{ refusalsOfEntry(purpose: BORDER_SURVEILLANCE) { sources { agreements } } explainAccess(recordType: "RefusalOfEntry", purpose: BORDER_SURVEILLANCE) { agreements clauses { agreement } trace { clause { agreement } } } }';
    await withIt.hub.registry.addDatabase({
      code: 'MK-REFUSALS',
      name: 'of MK',
      owner: 'MK-BP',
      recordType: 'RefusalOfEntry',
      hosting: 'HOSTED',
    });
    await withIt.hub.registry.addDatabase({
      code: 'AL-REFUSALS',
      name: 'of AL',
      owner: A,
      recordType: 'RefusalOfEntry',
      hosting: 'HOSTED',
    });
    const toFirst = await ask(query, {}, `${A}:ANALYST`);
    expect(toFirst).toContain(`"agreements":["${second}"]`);
    const toOther = await ask(query, {}, 'MK-BP:ANALYST');
    expect(toOther).toContain(`"agreements":["${REFERENCE}"]`);
    expect(toOther).not.toContain('~');
  });
});
