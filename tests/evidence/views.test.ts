/** Who sees what of the ledger: an owner, two recipients, somebody who withholds, and a stranger. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dataOf, type WorldHub, worldHub } from '../journeys/world-hub.js';
import {
  AGENCIES,
  DATABASE,
  JUSTIFICATION,
  type Node,
  nodesOf,
  OTHER,
  OWNER,
  RECIPIENT,
  type Scene,
  STRANGER,
  traffic,
  WITHHOLDER,
} from './views-scene.js';

let world: WorldHub;
let scene: Scene;
beforeAll(async () => {
  world = await worldHub();
  scene = await traffic(world);
});
afterAll(() => world?.close());

const nodeOf = async (agency: string, sequence: number): Promise<Node | undefined> =>
  (await nodesOf(world, agency, `{ fromSequence: ${sequence}, untilSequence: ${sequence + 1} }`))[0];

describe('nobody else sees that an entry exists', () => {
  test('not a stranger, in no perspective and by no filter', async () => {
    for (const where of ['{}', `{ agency: "${RECIPIENT}" }`, `{ database: "${DATABASE}" }`, '{ perspective: OWNER }']) {
      const nodes = await nodesOf(world, STRANGER, where);
      const own = nodes.filter(({ agency, perspective }) => agency === STRANGER && perspective === 'OWN');
      expect(nodes).toEqual(own);
    }
  });

  test('not who is of no agency, and not without the role', async () => {
    for (const as of [':OPERATOR', ':AUDITOR', `${OWNER}:STEWARD`]) {
      const { body } = await world.ask('{ ledger { nodes { sequence } } }', as);
      expect([as, body.errors?.[0]?.extensions.code]).toEqual([as, 'FORBIDDEN']);
      const counted = await world.ask('{ ledgerStatistics(groupBy: []) { cells { entries } } }', as);
      expect([as, counted.body.errors?.[0]?.extensions.code]).toEqual([as, 'FORBIDDEN']);
    }
  });

  test('an owner that was not asked sees nothing of an entry, whoever else was', async () => {
    expect(await nodeOf(OTHER, scene.page)).toBeUndefined();
    expect(await nodeOf(WITHHOLDER, scene.justified)).toBeUndefined();
  });
});

describe('an owner sees who asked its databases, and nothing else of what they asked', () => {
  test('with purpose, justification and clause', async () => {
    expect(await nodeOf(OWNER, scene.justified)).toMatchObject({
      perspective: 'OWNER',
      agency: OTHER,
      person: 'tester',
      role: 'ANALYST',
      purpose: 'SMUGGLING_INVESTIGATION',
      regime: 'LED',
      justification: JUSTIFICATION,
      action: 'READ',
      outcome: 'ANSWERED',
      asks: [{ recordType: 'BorderCrossing', lines: [{ database: DATABASE, basis: [{ agreement: 'AGR-2024-003' }] }] }],
    });
  });

  test('no line, total, duration, operation or hash that is not about its own', async () => {
    const node = await nodeOf(OWNER, scene.page);
    expect(node).toMatchObject({
      operationName: null,
      operationHash: null,
      durationMs: null,
      errorCode: null,
      subject: {},
    });
    expect(node?.asks.flatMap(({ lines }) => lines.map(({ database }) => database))).toEqual([DATABASE]);
    expect(JSON.stringify(node)).not.toMatch(/HiddenName|ME-BORDER|RS-BORDER|AGR-2022-001/);
  });

  test('also that it was asked and withheld', async () => {
    expect(await nodeOf(WITHHOLDER, scene.page)).toMatchObject({
      outcome: 'REFUSED',
      asks: [{ lines: [{ database: 'RS-BORDER-CROSSINGS', outcome: 'WITHHELD', reason: 'EXPIRED', disclosed: null }] }],
    });
  });

  test('and the records it gave, by ids that no recipient has', async () => {
    const [line] = (await nodeOf(OWNER, scene.page))?.asks.flatMap(({ lines }) => lines) ?? [];
    expect(scene.given.length).toBeGreaterThan(0);
    expect(line?.disclosed).toHaveLength(scene.given.length);
    expect(line?.records).toBe(scene.given.length);
    expect(line?.disclosed?.map(({ version }) => version)).toEqual(scene.given.map(() => 1));
    expect(line?.disclosed?.filter(({ id }) => scene.given.includes(id))).toEqual([]);
  });
});

describe('a requester sees its own', () => {
  test('whole, as one node, even where its own databases were asked too', async () => {
    const node = await nodeOf(RECIPIENT, scene.page);
    expect(node).toMatchObject({ perspective: 'OWN', operationName: 'HiddenName', durationMs: expect.any(Number) });
    expect(node?.asks.flatMap(({ lines }) => lines.map(({ database }) => database))).toEqual([
      DATABASE,
      'ME-BORDER-CROSSINGS',
      'RS-BORDER-CROSSINGS',
    ]);
  });

  test('but of no database but its own which records', async () => {
    const lines = (await nodeOf(RECIPIENT, scene.page))?.asks.flatMap((ask) => ask.lines) ?? [];
    const naming = lines.filter(({ disclosed }) => disclosed !== null).map(({ database }) => database);
    expect(naming.filter((database) => database !== 'ME-BORDER-CROSSINGS')).toEqual([]);
    expect(await nodeOf(OTHER, scene.justified)).toMatchObject({ asks: [{ lines: [{ disclosed: null }] }] });
  });
});

describe('the list', () => {
  test('names raw ids nowhere', async () => {
    const { rows } = await world.owner.query<{ id: string }>('select id from records.border_crossing');
    const told = JSON.stringify(await Promise.all(AGENCIES.map((agency) => nodesOf(world, agency))));
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter(({ id }) => told.includes(`"${id}"`))).toEqual([]);
  });

  test('is filtered by what an entry shows to its reader, each filter by itself and all together', async () => {
    const all = await nodesOf(world, OWNER);
    const filters: readonly (readonly [string, (node: Node) => boolean])[] = [
      [`agency: "${OTHER}"`, ({ agency }) => agency === OTHER],
      ['purpose: "BORDER_SURVEILLANCE"', ({ purpose }) => purpose === 'BORDER_SURVEILLANCE'],
      [`justification: "${JUSTIFICATION}"`, ({ sequence }) => sequence === scene.justified],
      ['action: "READ"', ({ action }) => action === 'READ'],
      ['outcome: REFUSED', ({ outcome }) => outcome === 'REFUSED'],
      ['perspective: OWNER', ({ perspective }) => perspective === 'OWNER'],
      [
        `database: "${DATABASE}"`,
        ({ asks }) => asks.some(({ lines }) => lines.some(({ database }) => database === DATABASE)),
      ],
      ['recordType: "BorderCrossing"', ({ asks }) => asks.some(({ recordType }) => recordType === 'BorderCrossing')],
      [`untilSequence: ${scene.page}`, ({ sequence }) => sequence < scene.page],
      ['from: "2030-01-01T00:00:00Z"', () => false],
      ['until: "2030-01-01T00:00:00Z"', () => true],
    ];
    for (const [where, holds] of filters) {
      const listed = await nodesOf(
        world,
        OWNER,
        `{ ${where}, untilSequence: ${scene.counted + 1} }`.replace(/(untilSequence: \d+), untilSequence: \d+/, '$1'),
      );
      const wanted = all.filter((node) => node.sequence <= scene.counted && holds(node));
      expect([where, listed.map(({ sequence }) => sequence)]).toEqual([where, wanted.map(({ sequence }) => sequence)]);
    }
    const together = `{ agency: "${OTHER}", purpose: "SMUGGLING_INVESTIGATION", outcome: ANSWERED, perspective: OWNER }`;
    expect((await nodesOf(world, OWNER, together)).map(({ sequence }) => sequence)).toEqual([scene.justified]);
    expect(await nodesOf(world, OWNER, `{ agency: "${OTHER}", purpose: "BORDER_SURVEILLANCE" }`)).toEqual([]);
  });

  test('is an entry, which says what was looked for', async () => {
    await world.ask(`{ ledger(first: 1, where: { agency: "${OTHER}" }) { nodes { sequence } } }`, `${OWNER}:AUDITOR`);
    const query = '{ ledger(first: 1) { nodes { action outcome subject } archivedBefore } }';
    const { nodes, archivedBefore } = dataOf<{ nodes: unknown; archivedBefore: unknown }>(
      await world.ask(query, `${OWNER}:AUDITOR`),
      'ledger',
    );
    expect(nodes).toEqual([{ action: 'ledger', outcome: 'ANSWERED', subject: { where: `{"agency":"${OTHER}"}` } }]);
    expect(archivedBefore).toBeNull();
  });

  test('holds the newest entry, however many came since the last look', async () => {
    for (let count = 0; count < 5; count += 1) await world.ask('{ viewer { person } }', `${STRANGER}:ANALYST`);
    const nodes = await nodesOf(world, STRANGER);
    expect(nodes.slice(0, 5).map(({ action }) => action)).toEqual(Array.from({ length: 5 }, () => 'viewer'));
  });
});
