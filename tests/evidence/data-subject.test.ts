/** Who received what of a record: for the auditors of its owner, and for nobody else. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answered } from '../api/harness.js';
import { dataOf, type WorldHub, worldHub } from '../journeys/world-hub.js';
import { DATABASE, type Node, nodesOf, OTHER, OWNER, RECIPIENT, type Scene, traffic } from './views-scene.js';

let world: WorldHub;
let scene: Scene;
let key: string;
let id: string;
beforeAll(async () => {
  world = await worldHub();
  scene = await traffic(world);
  await traffic(world);
  const [line] = (await lineOf(scene.page)) ?? [];
  id = line?.id ?? '';
  const { rows } = await world.owner.query<{ reference: string }>(
    `select c.national_reference as reference from records.border_crossing c
     join besa.ledger_receipt r on r.record_id = c.id and r.database_id = c.database_id and r.sequence = $1
     join besa.shared_database d on d.id = c.database_id and d.code = $2
     order by r.record_id`,
    [scene.page, DATABASE],
  );
  key = rows[0]?.reference ?? '';
});
afterAll(() => world?.close());

const lineOf = async (sequence: number) => {
  const [node] = await nodesOf(world, OWNER, `{ fromSequence: ${sequence}, untilSequence: ${sequence + 1} }`);
  return node?.asks.flatMap(({ lines }) => lines.flatMap(({ disclosed }) => disclosed ?? []));
};

interface Told {
  readonly sequence: number;
  readonly agency: string;
}
interface Page {
  readonly nodes: readonly Told[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}
const WHOLE =
  'sequence at agency person purpose justification action version fields basis { agreement version article }';
const ask = (given: string, as = `${OWNER}:AUDITOR`): Promise<Answered> =>
  world.ask(`{ recordDisclosures(${given}) { nodes { ${WHOLE} } pageInfo { hasNextPage endCursor } } }`, as);
const byKey = (reference: string, database = DATABASE): string =>
  `database: "${database}", key: { nationalReference: "${reference}" }`;
const told = async (given: string): Promise<Page> => dataOf<Page>(await ask(given), 'recordDisclosures');

describe('to nobody else', () => {
  test('is there such a database: another owner’s and one that does not exist are answered alike', async () => {
    const normal = ({ text }: Answered, database: string): string =>
      text.replaceAll(database, '<database>').replace(/"correlationId":"[^"]*"/, '');
    for (const as of [`${RECIPIENT}:AUDITOR`, `${OTHER}:AUDITOR`]) {
      for (const given of [
        byKey(key),
        byKey('nothing'),
        `database: "${DATABASE}", id: "${id}"`,
        byKey(key, DATABASE),
      ]) {
        const foreign = await ask(given, as);
        const absent = await ask(given.replaceAll(DATABASE, 'QQ-NOWHERE'), as);
        expect(foreign.body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
        expect(normal(foreign, DATABASE)).toBe(normal(absent, 'QQ-NOWHERE'));
      }
    }
  });

  test('who is no auditor, or of no agency', async () => {
    for (const as of [`${OWNER}:STEWARD`, `${OWNER}:ANALYST`, ':OPERATOR', ':AUDITOR']) {
      expect([as, (await ask(byKey(key), as)).body.errors?.[0]?.extensions.code]).toEqual([as, 'FORBIDDEN']);
    }
  });
});

describe('its owner’s auditor is told', () => {
  test('who received it, when, for which purpose, in which version and under which clause, newest first', async () => {
    const { nodes } = await told(byKey(key));
    expect(nodes.map(({ agency }) => agency)).toContain(RECIPIENT);
    expect(nodes.map(({ sequence }) => sequence)).toEqual(nodes.map(({ sequence }) => sequence).sort((a, b) => b - a));
    expect(nodes.find(({ sequence }) => sequence === scene.page)).toEqual({
      sequence: scene.page,
      at: expect.any(String),
      agency: RECIPIENT,
      person: 'tester',
      purpose: 'BORDER_SURVEILLANCE',
      justification: null,
      action: 'READ',
      version: 1,
      fields: ['nationality'],
      basis: [{ agreement: 'AGR-2024-002', version: 1, article: '3.1' }],
    });
  });

  test('by the id in the own ledger, by the id an answer gave the owner, and by key alike', async () => {
    const own = await world.ask(
      `{ borderCrossings(purpose: DATA_QUALITY, databases: ["${DATABASE}"], where: { nationalReference: { eq: "${key}" } }) {
        nodes { id } } }`,
      `${OWNER}:ANALYST`,
    );
    const [served] = dataOf<{ nodes: readonly { id: string }[] }>(own, 'borderCrossings').nodes;
    const answers = await Promise.all([told(byKey(key)), told(`database: "${DATABASE}", id: "${served?.id}"`)]);
    expect(answers[0]).toEqual(answers[1]);
    // The owner's own read is among them by now.
    expect(answers[0]?.nodes[0]).toMatchObject({ agency: OWNER, basis: [] });
    const ledgers = (await lineOf(scene.page)) ?? [];
    const lists = await Promise.all(ledgers.map((one) => told(`database: "${DATABASE}", id: "${one.id}"`)));
    expect(lists.filter(({ nodes }) => nodes.length === answers[0]?.nodes.length)).not.toEqual([]);
    expect(lists.every(({ nodes }) => nodes.some(({ sequence }) => sequence === scene.page))).toBe(true);
  });

  test('page by page, each once, also where one answer gave it twice', async () => {
    const list = `borderCrossings(purpose: BORDER_SURVEILLANCE, databases: ["${DATABASE}"], first: 40) { nodes { id } }`;
    await world.ask(`{ a: ${list} b: ${list} c: ${list} }`, `${RECIPIENT}:ANALYST`);
    const all = (await told(byKey(key))).nodes;
    expect(new Set(all.map(({ sequence }) => sequence)).size).toBe(all.length - 2);
    const paged: Told[] = [];
    for (let after = ''; ; ) {
      const page = await told(`${byKey(key)}, first: 2${after}`);
      paged.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) break;
      after = `, after: "${page.pageInfo.endCursor}"`;
    }
    expect(paged).toEqual(all);
  });

  test('that nobody received it, if nobody did', async () => {
    const { rows } = await world.owner.query<{ reference: string }>(
      `select c.national_reference as reference from records.border_crossing c
       join besa.shared_database d on d.id = c.database_id and d.code = $1
       where not exists (select from besa.ledger_receipt r where r.record_id = c.id) limit 1`,
      [DATABASE],
    );
    expect(await told(byKey(rows[0]?.reference ?? ''))).toMatchObject({ nodes: [], pageInfo: { hasNextPage: false } });
  });

  test('of an erased record too', async () => {
    const before = (await told(byKey(key))).nodes;
    const erased = await world.ask(
      `mutation ($key: JSON!) { eraseRecord(input: { database: "${DATABASE}", key: $key, reason: REQUESTED_BY_SUBJECT }) {
        userErrors { code message } } }`,
      `${OWNER}:STEWARD`,
      { key: { nationalReference: key } },
    );
    expect(dataOf<{ userErrors: unknown }>(erased, 'eraseRecord').userErrors).toEqual([]);
    expect((await told(byKey(key))).nodes).toEqual(before);
  });

  test('what is wrong with the question, without its values', async () => {
    for (const [given, message] of [
      [`database: "${DATABASE}"`, 'name the record by `id` or by `key`, not by both'],
      [`${byKey('x')}, id: "${id}"`, 'name the record by `id` or by `key`, not by both'],
      [byKey('SECRET-VALUE'), `\`${DATABASE}\` has, and had, no record of this key`],
      [
        `database: "${DATABASE}", key: { fullName: "SECRET-VALUE" }`,
        'the key has a field, expected fields of the key only',
      ],
      [`database: "${DATABASE}", key: "SECRET-VALUE"`, 'the key has text, expected an object of fields'],
      [
        `database: "${DATABASE}", id: "${scene.given[0]}"`,
        `\`${DATABASE}\` has no record of this id that was served to your agency`,
      ],
    ] as const) {
      const { body, text } = await ask(given);
      expect(body.errors?.[0]?.message).toBe(message);
      expect(text).not.toContain('SECRET-VALUE');
    }
  });
});

test('each such question is one entry: whose record is told by a digest, its key is not', async () => {
  await ask(byKey(key));
  const { nodes } = dataOf<{ nodes: readonly (Node & { subject: unknown })[] }>(
    await world.ask('{ ledger(first: 1) { nodes { action outcome subject } } }', `${OWNER}:AUDITOR`),
    'ledger',
  );
  const record = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(nodes).toEqual([
    { action: 'recordDisclosures', outcome: 'ANSWERED', subject: { database: DATABASE, record } },
  ]);
  const { rows } = await world.owner.query('select from besa.ledger_entry where strpos(body, $1) > 0', [key]);
  expect(rows).toEqual([]);
});
