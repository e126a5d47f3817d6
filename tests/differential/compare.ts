// One case: the oracle's answer beside what the compiled statement answers, whoever executes it.
import { deepStrictEqual } from 'node:assert/strict';
import { type CellRule, type CountCell, protect } from '../../src/disclosure/protect.js';
import { type AggregateAsk, CELLS_MAX, type Cursor, type ReadAsk } from '../../src/domain/ask.js';
import type { Basis, Decision, Grant, SourceLine } from '../../src/domain/decision.js';
import { type Field, fieldOf, type Scalar, type Value } from '../../src/domain/record-type.js';
import type { Treatment } from '../../src/domain/treatment.js';
import { type AggregatePlan, type CountedSource, planAggregate } from '../../src/plan/plan-aggregate.js';
import { planRead, planRecord, type ReadPlan, type RecordPlan } from '../../src/plan/plan-read.js';
import { shownUnder } from '../../src/plan/shown-under.js';
import { type CountQuery, countQuery, hasMarkedKeys, KEY_MARKS } from '../../src/sql/compile-aggregate.js';
import { ROW_COLUMNS, readQuery, recordQuery } from '../../src/sql/compile-read.js';
import type { SelectQuery } from '../../src/sql/select.js';
import type { Cells } from './interpret.js';
import { startOfDay } from './local-clock.js';
import {
  countCells,
  orderOf,
  placeOf,
  readPage,
  type SeenRow,
  strictest,
  touchableRows,
  visibleRows,
  type World,
} from './oracle.js';
import { limitBounds } from './row-limits.js';
import { labelAtStep } from './shown-values.js';

/** Whoever executes compiled statements, at the world's instant and for its agency: the interpreter in memory, or PostgreSQL. */
export interface Executor {
  select(query: SelectQuery, world: World): Promise<readonly Cells[]>;
  count(query: CountQuery, world: World): Promise<readonly Cells[]>;
}

/** What the hub decided, and what the words grant. */
export interface Ruling {
  readonly decision: Decision;
  readonly meant: readonly Grant[];
}

/** How much an answer says: a suite of empty and total answers finds nothing. */
export type Shape = 'EMPTY' | 'SOME' | 'TOTAL';

/** Of what others own; the caller's own rows are there always, and say nothing. */
function shapeOf(told: number, { decision }: Ruling, world: World): Shape {
  const own = new Set(decision.grants.flatMap(({ kind, database }) => (kind === 'OWNED' ? [database.code] : [])));
  const all = Object.entries(world.records).filter(([code]) => !own.has(code));
  const total = all.reduce((sum, [, rows]) => sum + rows.length, 0);
  return told === 0 ? 'EMPTY' : told === total ? 'TOTAL' : 'SOME';
}

function isForeign({ decision }: Ruling, database: string): boolean {
  return decision.grants.some((grant) => grant.database.code === database && grant.kind !== 'OWNED');
}

interface Row {
  readonly database: string;
  readonly id: string;
  readonly basis: readonly string[];
  readonly fields: Readonly<Record<string, { readonly treatment: Treatment; readonly value: Value }>>;
}

/** Reads a page, and the page behind a row of it by that row's own cursor; both must be the oracle's. */
export async function comparePages(
  ask: ReadAsk,
  ruling: Ruling,
  world: World,
  executor: Executor,
  continueAt: number,
): Promise<Shape> {
  const visible = visibleRows(ruling.meant, world);
  const given = { ruling, visible, world, executor };
  const first = await comparePage(ask, ask, given);
  compareLines(first.lines, ask, visible);
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
    await comparePage(page(sent), page(placeOf(seen, terms)), given);
  }
  return shapeOf(first.rows.filter(({ database }) => isForeign(ruling, database)).length, ruling, world);
}

interface Given {
  readonly ruling: Ruling;
  readonly visible: readonly SeenRow[];
  readonly world: World;
  readonly executor: Executor;
}

async function comparePage(
  compiled: ReadAsk,
  meant: ReadAsk,
  { ruling, visible, world, executor }: Given,
): Promise<{ cells: readonly Cells[]; rows: readonly SeenRow[]; lines: readonly SourceLine[] }> {
  const plan = planRead(compiled, ruling.decision, world.recordType);
  const query = readQuery(plan, { envelope: [], withKeys: true });
  const read = query === null ? [] : await executor.select(query, world);
  const hasMore = read.length === plan.rowsMax;
  const within = hasMore ? read.slice(0, -1) : read;
  const cells = plan.direction === 'FORWARD' ? within : within.toReversed();
  const page = readPage(meant, visible, world, limitTaken(plan, ruling, world));
  deepStrictEqual(
    { rows: cells.map((row) => sentRow(row, plan, world)), hasMore },
    { rows: page.rows.map((seen) => meantRow(seen, plan)), hasMore: page.hasMore },
  );
  return { cells, rows: page.rows, lines: plan.lines };
}

/** The limit of rows that the hub took, if the words leave room for it; else the one they demand. */
function limitTaken(plan: ReadPlan, { meant }: Ruling, { recordType }: World): number {
  const { least, most } = limitBounds(meant, recordType);
  const taken = plan.rowsMax - 1;
  return least <= taken && taken <= most ? taken : most;
}

/** One record by id: the same visibility as the list. */
export async function compareRecord(
  ask: ReadAsk,
  ruling: Ruling,
  world: World,
  executor: Executor,
  { database, id }: { database: string; id: string },
): Promise<void> {
  const grants = ruling.decision.grants.filter((grant) => grant.database.code === database);
  const databaseId = grants[0]?.database.id ?? 0;
  const plan = planRecord({ ...ask, databaseId, id }, { ...ruling.decision, grants }, world.recordType);
  const query = recordQuery(plan, { envelope: [] });
  const read = query === null ? [] : await executor.select(query, world);
  const meant = visibleRows(ruling.meant, world).filter((seen) => seen.database === database && seen.row.id === id);
  deepStrictEqual(
    read.map((row) => sentRow(row, plan, world)),
    meant.map((seen) => meantRow(seen, plan)),
  );
}

function sentRow(cells: Cells, plan: ReadPlan | RecordPlan, world: World): Row {
  const [databaseId, id, marks] = cells;
  const source = plan.sources.find(({ database }) => String(database.id) === databaseId);
  if (source === undefined || id === null || id === undefined) throw new Error('a row came from no planned source');
  const { treatments, basis } = shownUnder(source, marks ?? '', world.recordType);
  const fields = plan.select.map((field, index) => {
    const treatment = treatments[field.name] as Treatment;
    const value = sentValue(cells[ROW_COLUMNS.length + index] ?? null, field, treatment, world);
    return [field.name, { treatment, value }] as const;
  });
  return {
    database: source.database.code,
    id,
    basis: basis.map(nameOf).sort(),
    fields: Object.fromEntries(fields),
  };
}

function meantRow({ database, row, shown }: SeenRow, plan: ReadPlan | RecordPlan): Row {
  const fields = plan.select.map(({ name }) => [name, shown.fields[name]] as const);
  return {
    database,
    id: row.id,
    basis: shown.basis.map(nameOf).sort(),
    fields: Object.fromEntries(fields) as Row['fields'],
  };
}

function nameOf({ agreement, version, article }: Basis): string {
  return `${agreement} ${version} ${article}`;
}

/** Reads a cell back into the value it stands for. */
function sentValue(cell: string | null, field: Field, treatment: Treatment, world: World): Value {
  if (cell === null) return null;
  // The statement answers what is behind a pseudonym: who serves it puts the pseudonym in its place.
  if (treatment.kind === 'PSEUDONYM') return world.tokenOf(cell);
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
        ? new Date(startOfDay(cell, world.timeZone)).toISOString()
        : new Date(cell).toISOString();
    default:
      return cell;
  }
}

/** A line is decided from clauses, never from rows: so it may say PARTIAL where nothing was lost, but never ANSWERED where something was. */
function compareLines(lines: readonly SourceLine[], ask: ReadAsk, visible: readonly SeenRow[]): void {
  const told = touchableRows(ask, visible);
  for (const { database, outcome } of lines) {
    const of = (rows: readonly SeenRow[]): number => rows.filter((seen) => seen.database === database).length;
    if (outcome === 'WITHHELD') deepStrictEqual([database, of(told)], [database, 0]);
    if (outcome === 'ANSWERED') deepStrictEqual([database, of(told)], [database, of(visible)]);
  }
}

/** Counts cells; the counts before disclosure control and the table after it must be the oracle's. */
export async function compareCells(
  ask: AggregateAsk,
  ruling: Ruling,
  readable: readonly Ruling[],
  world: World,
  executor: Executor,
): Promise<Shape> {
  const { decision, meant: grants } = ruling;
  const readDecisions = readable.map((one) => one.decision);
  const plan = planAggregate(ask, decision, readDecisions, world.recordType);
  const query = countQuery(plan, CELLS_MAX);
  const read = query === null ? [] : await executor.count(query, world);
  const sent = read.flatMap((cells) => sentCell(cells, plan, decision, world));
  const readGrants = readable.map((one) => one.meant);
  const meant = countCells(ask, grants, readGrants, world);
  const sorted = (cells: readonly CountCell[]): readonly CountCell[] =>
    cells.map(hideUncounted).sort((a, b) => (JSON.stringify(a.key) < JSON.stringify(b.key) ? -1 : 1));
  deepStrictEqual(sorted(sent), sorted(meant));
  const rule = strictest(ask, grants, world.recordType);
  deepStrictEqual(protect(sorted(sent), plannedRule(plan.sources)), protect(sorted(meant), rule));
  const foreign = { ...world, records: withoutOwn(world, decision) };
  const counted = countCells(ask, grants, readGrants, foreign).reduce((sum, { count }) => sum + count, 0);
  return shapeOf(counted, ruling, world);
}

function withoutOwn({ records }: World, { grants }: Decision): World['records'] {
  const own = grants.flatMap(({ kind, database }) => (kind === 'OWNED' ? [database.code] : []));
  return Object.fromEntries(Object.entries(records).filter(([code]) => !own.includes(code)));
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
    if (dimension.kind === 'field') {
      if (!hasMarkedKeys(dimension, plan) || cell === null)
        return sentKey(cell, dimension.field, dimension.step, world);
      const [mark, raw] = [cell[0], cell.slice(1)];
      return mark === KEY_MARKS.token ? world.tokenOf(raw) : raw;
    }
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
  if (step?.kind === 'period') return labelAtStep(cell, step, world.timeZone);
  return sentValue(cell, field, { kind: 'CLEAR' }, world) as Scalar | null;
}
