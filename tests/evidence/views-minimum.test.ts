/** What an owner is not told though its database was asked: who it was, where nothing is agreed; how many, where they were counted. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { partOf } from '../../src/audit/parts.js';
import { verifyExport } from '../../src/audit/verify-export.js';
import { dataOf, type WorldHub, worldHub } from '../journeys/world-hub.js';
import { OTHER as ASKER, DATABASE, fileOf, type Node, nodesOf, OWNER, RECIPIENT } from './views-scene.js';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world?.close());

async function newest(): Promise<number> {
  const { rows } = await world.owner.query<{ size: string }>('select max(h.size) as size from besa.ledger_head h');
  return Number(rows[0]?.size);
}
const at = (sequence: number): string => `fromSequence: ${sequence}, untilSequence: ${sequence + 1}`;
async function nodeOf(agency: string, sequence: number): Promise<Node | undefined> {
  return (await nodesOf(world, agency, `{ ${at(sequence)} }`))[0];
}

describe('who asks every database there is', () => {
  const REASON = 'operation Nightjar, case 4711';
  let sequence: number;
  /** owners of databases that were asked, by whether there is an agreement between them and who asked */
  let strangers: readonly string[];
  let partners: readonly string[];
  beforeAll(async () => {
    const answered = await world.ask(
      `{ borderCrossings(purpose: BORDER_SURVEILLANCE, justification: "${REASON}", first: 1) {
        sources { database { code } reason } nodes { id } } }`,
      `${ASKER}:ANALYST`,
    );
    sequence = await newest();
    const { sources } = dataOf<{
      sources: readonly { readonly database: { readonly code: string }; readonly reason: string | null }[];
    }>(answered, 'borderCrossings');
    const { rows } = await world.owner.query<{ code: string; owner: string }>(
      'select code, owner from besa.shared_database',
    );
    const ownersWhere = (isAgreed: boolean): readonly string[] => {
      const lines = sources.filter(({ reason }) => (reason !== 'NO_AGREEMENT') === isAgreed);
      const owners = lines.map(({ database }) => rows.find(({ code }) => code === database.code)?.owner ?? '');
      return [...new Set(owners)].filter((owner) => owner !== ASKER);
    };
    partners = ownersWhere(true);
    strangers = ownersWhere(false).filter((owner) => !partners.includes(owner));
  });

  test('tells the owners with whom nothing is agreed which agency it was and for which purpose, not which person nor why', async () => {
    expect(strangers.length).toBeGreaterThan(0);
    for (const owner of strangers) {
      const node = await nodeOf(owner, sequence);
      expect(node).toMatchObject({
        perspective: 'OWNER',
        agency: ASKER,
        role: 'ANALYST',
        purpose: 'BORDER_SURVEILLANCE',
        regime: expect.any(String),
        person: null,
        justification: null,
        outcome: 'REFUSED',
      });
      for (const format of ['ndjson', 'csv']) {
        const { text } = await fileOf(world, `${owner}:AUDITOR`, `entries.${format}?agency=${ASKER}`);
        expect([owner, format, text.includes('Nightjar'), text.includes('tester')]).toEqual([
          owner,
          format,
          false,
          false,
        ]);
      }
    }
  });

  test('is not found by them under a person or a reason they may not read', async () => {
    for (const owner of strangers) {
      for (const filter of ['person: "tester"', `justification: "${REASON}"`]) {
        expect([filter, await nodesOf(world, owner, `{ ${filter}, ${at(sequence)} }`)]).toEqual([filter, []]);
      }
    }
  });

  test('tells the owners it has an agreement with, and itself, both', async () => {
    expect(partners.length).toBeGreaterThan(0);
    for (const reader of [...partners, ASKER]) {
      expect([reader, await nodeOf(reader, sequence)]).toMatchObject([
        reader,
        { person: 'tester', justification: REASON },
      ]);
    }
  });

  test('is proved to each of them by the parts it reads', async () => {
    for (const [owner, parts] of [
      ...strangers.map((one) => [one, ['ASKING', 'DATABASE']] as const),
      ...partners.map((one) => [one, ['ASKING', 'PERSON', 'DATABASE']] as const),
    ]) {
      const { text } = await fileOf(
        world,
        `${owner}:AUDITOR`,
        `entries.ndjson?fromSequence=${sequence}&untilSequence=${sequence + 1}`,
      );
      const lines = text.trimEnd().split('\n');
      const entry = JSON.parse(lines[1] ?? '') as { readonly parts: readonly { readonly text: string }[] };
      expect([owner, [...new Set(entry.parts.map((part) => partOf(part.text).part))]]).toEqual([owner, parts]);
      expect(await verifyExport(lines)).toMatchObject({ kind: 'INTACT', viewer: owner, entries: 1 });
    }
  });
});

describe('records counted into cells', () => {
  const count = async (databases: readonly string[], groupBy: string): Promise<number> => {
    const { body } = await world.ask(
      `{ borderCrossingStatistics(purpose: STATISTICS_REPORTING, databases: ${JSON.stringify(databases)}, groupBy: [${groupBy}]) { total } }`,
      `${RECIPIENT}:REPORTER`,
    );
    expect(body.errors).toBeUndefined();
    return newest();
  };

  test('are told by number neither to their owner nor to who counted, alone or together, by database or not', async () => {
    for (const groupBy of ['', 'NATIONALITY', 'DATABASE']) {
      for (const databases of [[DATABASE], [DATABASE, 'ME-BORDER-CROSSINGS', 'XK-BORDER-CROSSINGS']]) {
        const sequence = await count(databases, groupBy);
        for (const reader of [OWNER, RECIPIENT]) {
          const lines = (await nodeOf(reader, sequence))?.asks.flatMap((ask) => ask.lines) ?? [];
          expect([reader, lines.map(({ database, records }) => [database, records])]).toEqual([
            reader,
            (reader === OWNER ? [DATABASE] : databases).map((database) => [database, null]),
          ]);
        }
      }
    }
  });

  test('look the same to an owner whether its database was counted alone or with others', async () => {
    const seen = async (sequence: number): Promise<string> => {
      const node = await nodeOf(OWNER, sequence);
      const query = `{ ledgerStatistics(where: { ${at(sequence)} }, groupBy: [DATABASE, ACTION]) { cells { group { database action } entries records } } }`;
      const told = dataOf(await world.ask(query, `${OWNER}:AUDITOR`), 'ledgerStatistics');
      return JSON.stringify([{ ...node, sequence: 0, at: '' }, told]);
    };
    const alone = await count([DATABASE], 'NATIONALITY');
    const together = await count([DATABASE, 'ME-BORDER-CROSSINGS', 'XK-BORDER-CROSSINGS'], 'NATIONALITY');
    expect(await seen(together)).toBe(await seen(alone));
  });
});
