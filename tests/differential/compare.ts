// One case: the oracle's answer beside what the compiled statement answers, whoever executes it.
import { deepStrictEqual } from 'node:assert/strict';
import { type CellRule, type CountCell, protect } from '../../src/disclosure/protect.js';
import { type AggregateAsk, CELLS_MAX, type Cursor, type ReadAsk } from '../../src/domain/ask.js';
import type { Decision, SourceLine } from '../../src/domain/decision.js';
import { type Field, fieldOf, type Scalar, type Value } from '../../src/domain/record-type.js';
import type { Treatment } from '../../src/domain/treatment.js';
import { type AggregatePlan, type CountedSource, planAggregate } from '../../src/plan/plan-aggregate.js';
import { planRead, planRecord, type ReadPlan, type RecordPlan } from '../../src/plan/plan-read.js';
import { shownUnder } from '../../src/plan/shown-under.js';
import { label } from '../../src/policy/generalise.js';
import { startOfLocalDay } from '../../src/policy/local-time.js';
import { type CountQuery, countQuery } from '../../src/sql/compile-aggregate.js';
import { ROW_COLUMNS, readQuery, recordQuery } from '../../src/sql/compile-read.js';
import type { SelectQuery } from '../../src/sql/select.js';
import type { Cells } from './interpret.js';
import { countCells, orderOf, placeOf, readPage, type SeenRow, strictest, visibleRows, type World } from './oracle.js';

/** Whoever executes compiled statements: the interpreter in memory, or PostgreSQL. */
export interface Executor {
  select(query: SelectQuery): Promise<readonly Cells[]>;
  count(query: CountQuery): Promise<readonly Cells[]>;
}

/** How much an answer says: a suite of empty and total answers finds nothing. */
export type Shape = 'EMPTY' | 'SOME' | 'TOTAL';

interface Row {
  readonly database: string;
  readonly id: string;
  readonly basis: readonly string[];
  readonly fields: Readonly<Record<string, { readonly treatment: Treatment; readonly value: Value }>>;
}

/** Reads a page, and the page behind a row of it by that row's own cursor; both must be the oracle's. */
export async function comparePages(
  ask: ReadAsk,
  decision: Decision,
  world: World,
  executor: Executor,
  continueAt: number,
): Promise<Shape> {
  const visible = visibleRows(decision, world);
  const first = await comparePage(ask, ask, { decision, visible, world }, executor);
  compareLines(first.lines, ask, visible, world);
  const [cells, seen] = [
    first.cells[continueAt % (first.cells.length || 1)],
    first.rows[continueAt % (first.rows.length || 1)],
  ];
  if (cells !== undefined && seen !== undefined) {
    const terms = orderOf(ask.orderBy, world.recordType);
    const keysFrom = ROW_COLUMNS.length + ask.fields.length;
    const sent: Cursor = { values: cells.slice(keysFrom, keysFrom + terms.length), id: cells[1] as string };
    const direction = continueAt % 3 === 0 ? 'BACKWARD' : 'FORWARD';
    const page = (cursor: Cursor): ReadAsk => ({ ...ask, page: { direction, size: 3, cursor } });
    await comparePage(page(sent), page(placeOf(seen, terms)), { decision, visible, world }, executor);
  }
  const all = Object.values(world.records).flat().length;
  return first.rows.length === 0 ? 'EMPTY' : first.rows.length === all ? 'TOTAL' : 'SOME';
}

async function comparePage(
  compiled: ReadAsk,
  meant: ReadAsk,
  { decision, visible, world }: { decision: Decision; visible: readonly SeenRow[]; world: World },
  executor: Executor,
): Promise<{ cells: readonly Cells[]; rows: readonly SeenRow[]; lines: readonly SourceLine[] }> {
  const plan = planRead(compiled, decision, world.recordType);
  const query = readQuery(plan, { envelope: [], withKeys: true });
  const read = query === null ? [] : await executor.select(query);
  const hasMore = read.length === plan.rowsMax;
  const within = hasMore ? read.slice(0, -1) : read;
  const cells = plan.direction === 'FORWARD' ? within : within.toReversed();
  const page = readPage(meant, visible, world);
  deepStrictEqual(
    { rows: cells.map((row) => sentRow(row, plan, world)), hasMore },
    { rows: page.rows.map((seen) => meantRow(seen, plan)), hasMore: page.hasMore },
  );
  return { cells, rows: page.rows, lines: plan.lines };
}

/** One record by id: the same visibility as the list. */
export async function compareRecord(
  ask: ReadAsk,
  decision: Decision,
  world: World,
  executor: Executor,
  { database, id }: { database: string; id: string },
): Promise<void> {
  const grants = decision.grants.filter((grant) => grant.database.code === database);
  const databaseId = grants[0]?.database.id ?? 0;
  const plan = planRecord({ ...ask, databaseId, id }, { ...decision, grants }, world.recordType);
  const query = recordQuery(plan, { envelope: [] });
  const read = query === null ? [] : await executor.select(query);
  const meant = visibleRows(decision, world).filter((seen) => seen.database === database && seen.row.id === id);
  deepStrictEqual(
    read.map((row) => sentRow(row, plan, world)),
    meant.map((seen) => meantRow(seen, plan)),
  );
}

function sentRow(cells: Cells, plan: ReadPlan | RecordPlan, { recordType, timeZone }: World): Row {
  const [databaseId, id, marks] = cells;
  const source = plan.sources.find(({ database }) => String(database.id) === databaseId);
  if (source === undefined || id === null || id === undefined) throw new Error('a row came from no planned source');
  const { treatments, basis } = shownUnder(source, marks ?? '', recordType);
  const fields = plan.select.map((field, index) => {
    const treatment = treatments[field.name] as Treatment;
    const value = sentValue(cells[ROW_COLUMNS.length + index] ?? null, field, treatment, timeZone);
    return [field.name, { treatment, value }] as const;
  });
  return {
    database: source.database.code,
    id,
    basis: basis.map(({ article }) => article).sort(),
    fields: Object.fromEntries(fields),
  };
}

function meantRow({ database, row, shown }: SeenRow, plan: ReadPlan | RecordPlan): Row {
  const fields = plan.select.map(({ name }) => [name, shown.fields[name]] as const);
  return {
    database,
    id: row.id,
    basis: shown.basis.map(({ article }) => article).sort(),
    fields: Object.fromEntries(fields) as Row['fields'],
  };
}

/** Reads a cell back into the value it stands for. */
function sentValue(cell: string | null, field: Field, treatment: Treatment, timeZone: string): Value {
  if (cell === null) return null;
  if (field.type.isList) return JSON.parse(cell) as Value;
  if (field.type.kind === 'enum') return cell;
  switch (field.type.name) {
    case 'Int':
    case 'Float':
      return Number(cell);
    case 'Boolean':
      return cell.startsWith('t');
    case 'DateTime':
      return treatment.kind === 'GENERALISED'
        ? new Date(startOfLocalDay(cell, timeZone)).toISOString()
        : new Date(cell).toISOString();
    default:
      return cell;
  }
}

/** A line is decided from clauses, never from rows: so it may say PARTIAL where nothing was lost, but never ANSWERED where something was. */
function compareLines(lines: readonly SourceLine[], ask: ReadAsk, visible: readonly SeenRow[], world: World): void {
  const { where, ...rest } = ask;
  const everything = { ...rest, page: { direction: 'FORWARD', size: 1_000 } } as const;
  // A condition true of every row that shows its fields: what is missing then is lost to what is not shown.
  const touching = { ...everything, ...(where === undefined ? {} : { where: alwaysTrue(where) }) };
  const told = readPage(touching, visible, world).rows;
  for (const { database, outcome } of lines) {
    const of = (rows: readonly SeenRow[]): number => rows.filter((seen) => seen.database === database).length;
    if (outcome === 'WITHHELD') deepStrictEqual([database, of(told)], [database, 0]);
    if (outcome === 'ANSWERED') deepStrictEqual([database, of(told)], [database, of(visible)]);
  }
}

type Where = NonNullable<ReadAsk['where']>;

function alwaysTrue(where: Where): Where {
  const each = fieldNames(where).map((field): Where => {
    const isNull = (value: boolean): Where => ({ kind: 'compare', field, op: 'isNull', value });
    return { kind: 'or', of: [isNull(true), isNull(false)] };
  });
  return { kind: 'and', of: each };
}

function fieldNames(where: Where): readonly string[] {
  if (where.kind === 'compare') return [where.field];
  return where.kind === 'not' ? fieldNames(where.of) : where.of.flatMap(fieldNames);
}

/** Counts cells; the counts before disclosure control and the table after it must be the oracle's. */
export async function compareCells(
  ask: AggregateAsk,
  decision: Decision,
  readable: readonly Decision[],
  world: World,
  executor: Executor,
): Promise<Shape> {
  const plan = planAggregate(ask, decision, readable, world.recordType);
  const query = countQuery(plan, CELLS_MAX);
  const read = query === null ? [] : await executor.count(query);
  const sent = read.flatMap((cells) => sentCell(cells, plan, decision, world));
  const meant = countCells(ask, decision, readable, world);
  const sorted = (cells: readonly CountCell[]): readonly CountCell[] =>
    cells.map(hideUncounted).sort((a, b) => (JSON.stringify(a.key) < JSON.stringify(b.key) ? -1 : 1));
  deepStrictEqual(sorted(sent), sorted(meant));
  const rule = strictest(ask, decision.grants, world.recordType);
  deepStrictEqual(protect(sorted(sent), plannedRule(plan.sources)), protect(sorted(meant), rule));
  const all = Object.values(world.records).flat().length;
  const counted = meant.reduce((sum, { count }) => sum + count, 0);
  return counted === 0 ? 'EMPTY' : counted === all ? 'TOTAL' : 'SOME';
}

/** Where nothing demands a minimum nobody asks what is unknown. */
function hideUncounted(cell: CountCell): CountCell {
  return cell.countMin === null ? { ...cell, unread: 0, unknown: 0 } : cell;
}

function sentCell(cells: Cells, plan: AggregatePlan, decision: Decision, world: World): readonly CountCell[] {
  const size = plan.dimensions.length;
  const numbers = cells.slice(size).map((cell) => (cell === null ? null : Number(cell)));
  const [count, unread, unknown] = [numbers[0] ?? 0, numbers.at(-2) ?? 0, numbers.at(-1) ?? 0];
  if (count === 0) return [];
  const key = plan.dimensions.map((dimension, index) => {
    const cell = cells[index] ?? null;
    if (dimension.kind === 'field') return sentKey(cell, dimension.field, dimension.step, world);
    return decision.grants.find(({ database }) => String(database.id) === cell)?.database.code ?? null;
  });
  const position = plan.dimensions.findIndex(({ kind }) => kind === 'database');
  const spanned = plan.sources.filter(({ source }) => position < 0 || source.database.code === key[position]);
  return [{ key, count, sums: numbers.slice(1, -2), unread, unknown, ...plannedRule(spanned) }];
}

function plannedRule(sources: readonly CountedSource[]): CellRule {
  const minima = sources.flatMap(({ countMin }) => (countMin === null ? [] : [countMin]));
  return {
    countMin: minima.length === 0 ? null : Math.max(...minima),
    zeroPolicy: sources.some(({ zeroPolicy }) => zeroPolicy === 'SUPPRESS') ? 'SUPPRESS' : 'SHOW',
  };
}

function sentKey(cell: string | null, field: Field, stepName: string | undefined, world: World): Scalar | null {
  const step = fieldOf(world.recordType, field.name).ladder.find(({ name }) => name === stepName);
  if (step?.kind === 'period') return label(cell, step, world.timeZone);
  return sentValue(cell, field, { kind: 'CLEAR' }, world.timeZone) as Scalar | null;
}
