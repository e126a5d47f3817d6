import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { ReadAsk } from '../../src/domain/ask.js';
import type { Grant } from '../../src/domain/decision.js';
import { filled } from '../../src/hub/statement-shape.js';
import { planRead } from '../../src/plan/plan-read.js';
import { partitionDdl, tableDdl } from '../../src/records/table-ddl.js';
import { readQuery } from '../../src/sql/compile-read.js';
import { renderSelect } from '../../src/sql/select.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { candidate, database, decision, granted, inPlace, VISIT } from './cases.js';

const TIME_ZONE = 'Europe/Tirane';
const ROWS = 30_000;
const CLEAR = { kind: 'CLEAR' } as const;
const DAY = { kind: 'GENERALISED', step: 'day' } as const;

let fresh: TestDatabase;
let client: Client;

beforeAll(async () => {
  fresh = await freshDatabase();
  client = new Client({ connectionString: fresh.url });
  await client.connect();
  for (const statement of tableDdl(VISIT, TIME_ZONE)) await client.query(statement);
  for (const id of [1, 2, 3]) {
    for (const statement of partitionDdl(VISIT, id)) await client.query(statement);
    await client.query(
      `insert into records.visit_p${id} (database_id, id, status, reference, visited_at, place, size)
       select ${id}, g, 'ACTIVE', g::text, timestamptz '2024-01-01' + g * interval '7 minutes', 'P.' || g % 5, g % 9
       from generate_series(1, ${ROWS}) g`,
    );
  }
  await client.query('analyze records.visit');
  await client.query(`set plan_cache_mode = force_generic_plan; set timezone = 'UTC'`);
});

afterAll(async () => {
  await client.end();
  await fresh.drop();
});

const ASK: ReadAsk = {
  agency: 'A',
  action: 'READ',
  purpose: 'CONTROL',
  recordType: 'Visit',
  fields: ['reference', 'visitedAt', 'place'],
  orderBy: [],
  page: { direction: 'FORWARD', size: 50 },
};

/** Every node of the plan that PostgreSQL makes of the page, and what it did. */
async function planOf(grants: readonly Grant[], ask: ReadAsk = ASK): Promise<readonly PlanNode[]> {
  const query = readQuery(planRead(ask, decision(grants), VISIT), { envelope: [], withKeys: false });
  if (query === null) throw new Error('nothing is read');
  const { text, values } = renderSelect(query, TIME_ZONE);
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `explain (analyze, timing off, format json) ${text}`,
    [...filled({ text, values }, [], (token) => token.replace('psn_', '')).values],
  );
  const nodes: PlanNode[] = [];
  const visit = (node: PlanNode): void => {
    nodes.push(node);
    for (const child of node.Plans ?? []) visit(child);
  };
  const root = rows[0]?.['QUERY PLAN'][0]?.Plan;
  if (root !== undefined) visit(root);
  return nodes;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly Plans?: readonly PlanNode[];
}

const relations = (nodes: readonly PlanNode[]): readonly string[] =>
  [...new Set(nodes.flatMap((node) => node['Relation Name'] ?? []))].sort();
const rowsRead = (nodes: readonly PlanNode[]): number =>
  nodes.filter((node) => node['Relation Name'] !== undefined).reduce((sum, node) => sum + node['Actual Rows'], 0);

describe('what PostgreSQL does for a page', () => {
  test('a database that is not granted is not touched', async () => {
    const nodes = await planOf([granted(2, 'B', [candidate('1', { visitedAt: CLEAR }, { rows: inPlace('P.1') })])]);
    expect(relations(nodes)).toEqual(['visit_p2']);
  });

  test('databases sorted alike are merged by their indexes: no row is read beyond the page', async () => {
    const shown = candidate('1', { visitedAt: CLEAR, place: CLEAR });
    const nodes = await planOf([
      { kind: 'OWNED', database: database(1, 'A') },
      granted(2, 'B', [shown]),
      granted(3, 'C', [shown]),
    ]);
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort');
    expect(rowsRead(nodes)).toBeLessThanOrEqual(51 + 3);
  });

  test('where one shows days and another instants, each branch still walks its index', async () => {
    const nodes = await planOf([
      { kind: 'OWNED', database: database(1, 'A') },
      granted(2, 'B', [candidate('1', { visitedAt: DAY })]),
    ]);
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    expect(rowsRead(nodes)).toBeLessThanOrEqual(2 * 51);
  });

  test('a page far down begins at its cursor, in either form', async () => {
    const cursor = { values: ['2024-04-01 00:00:00+00'], id: '0' };
    const nodes = await planOf(
      [{ kind: 'OWNED', database: database(1, 'A') }, granted(2, 'B', [candidate('1', { visitedAt: DAY })])],
      { ...ASK, page: { direction: 'FORWARD', size: 50, cursor } },
    );
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    expect(rowsRead(nodes)).toBeLessThanOrEqual(2 * 51);
  });

  test.each([
    { op: 'eq', value: 'psn_777' },
    { op: 'in', value: ['psn_777', 'psn_778'] },
  ] as const)('a token finds its records by the index of the values ($op)', async ({ op, value }) => {
    const nodes = await planOf(
      [granted(2, 'B', [candidate('1', { visitedAt: CLEAR, reference: { kind: 'PSEUDONYM' } })])],
      { ...ASK, where: { kind: 'compare', field: 'reference', op, value } },
    );
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    expect(rowsRead(nodes)).toBe([value].flat().length);
  });
});
