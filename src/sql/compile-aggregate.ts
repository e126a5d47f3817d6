import { type Field, type RecordType, snakeCase } from '../domain/record-type.js';
import type { AggregatePlan, CountedSource, PlannedDimension } from '../plan/plan-aggregate.js';
import { comparableMax } from '../plan/plan-sources.js';
import { inDatabases, perSource, rowsOf } from './compile-read.js';
import { allOf, anyOf, caseOf, column, constant, type Expression, FALSE, isTrue, TRUE } from './expression.js';
import { atStep, dayColumnOf, shownColumn } from './predicate.js';
import { type CompiledStatement, quoteName, Renderer } from './render.js';
import { SourceRows } from './source-rows.js';

/** A table of counts as expressions: `keys` group, the rest is counted or summed per group. */
export interface CountQuery {
  readonly table: string;
  readonly where: Expression;
  readonly keys: readonly Expression[];
  readonly sums: readonly Expression[];
  /** rows the caller neither owns nor may READ at all; null = no database demands a minimum */
  readonly unread: Expression | null;
  /** rows the caller neither owns nor may READ with every touched field at the step used or finer */
  readonly unknown: Expression | null;
  readonly rowsMax: number;
}

/** @returns null if no source may count a row */
export function countQuery(plan: AggregatePlan, cellsMax: number): CountQuery | null {
  if (plan.sources.length === 0) return null;
  const sources = plan.sources.map((counted) => ({ counted, rows: new SourceRows(counted.source, plan.recordType) }));
  const members = sources.map(({ rows }) => rows);
  const hasMinimum = plan.sources.some(({ countMin }) => countMin !== null);
  return {
    table: snakeCase(plan.recordType.name),
    where: rowsOf(
      members.map((rows) => ({
        rows,
        own: allOf([rows.visible, ...servesTouched(rows, plan)]),
        common: plan.where === undefined ? TRUE : rows.where(plan.where),
      })),
    ),
    keys: plan.dimensions.map(dimensionKey),
    sums: plan.sums.map((field) =>
      perSource(members, (rows) => rows.byTreatment(field, (treatment) => shownColumn(field, treatment))),
    ),
    unread: hasMinimum ? perDatabase(sources, (counted) => notRead(counted, plan.recordType)) : null,
    unknown: hasMinimum ? perDatabase(sources, (counted, rows) => notKnown(counted, rows, plan)) : null,
    rowsMax: cellsMax + 1,
  };
}

function servesTouched(rows: SourceRows, plan: AggregatePlan): readonly Expression[] {
  return plan.used.map(({ field, redaction }) => rows.serves(field, redaction ?? comparableMax(field)));
}

/** The same for every row that serves it: what a finer step shows determines the coarser one. */
function dimensionKey(dimension: PlannedDimension): Expression {
  if (dimension.kind === 'database') return column('database_id');
  const { field, step } = dimension;
  const raw = column(snakeCase(field.name));
  return step === undefined ? raw : atStep(field, step, raw, dayColumnOf(field));
}

type Source = { readonly counted: CountedSource; readonly rows: SourceRows };

function perDatabase(
  sources: readonly Source[],
  give: (counted: CountedSource, rows: SourceRows) => Expression,
): Expression {
  return caseOf(
    sources.map(({ counted, rows }) => ({
      when: inDatabases([counted.source.database.id]),
      gives: give(counted, rows),
    })),
    FALSE,
  );
}

function notRead(counted: CountedSource, recordType: RecordType): Expression {
  if (counted.source.isOwned) return FALSE;
  const read = counted.readable.map((source) => isTrue(new SourceRows(source, recordType).visible));
  return negated(anyOf(read));
}

function notKnown(counted: CountedSource, rows: SourceRows, plan: AggregatePlan): Expression {
  if (counted.source.isOwned) return FALSE;
  const known = counted.readable.map((source) => {
    const read = new SourceRows(source, plan.recordType);
    const isFineEnough = plan.used.map(({ field, redaction }) => noMoreRedacted(read, rows, field, redaction));
    return isTrue(allOf([read.visible, ...isFineEnough]));
  });
  return negated(anyOf(known));
}

/** May the row be read with this field at the step it is used at here, or finer? */
function noMoreRedacted(read: SourceRows, used: SourceRows, field: Field, redaction: number | null): Expression {
  if (redaction !== null) return read.serves(field, redaction);
  const left = read.redaction(field);
  const right = used.redaction(field);
  if (left.kind === 'constant' && right.kind === 'constant') return constant(Number(left.value) <= Number(right.value));
  return { kind: 'compare', op: '<=', left, right };
}

function negated(expression: Expression): Expression {
  return expression.kind === 'constant' ? constant(expression.value !== true) : { kind: 'not', of: expression };
}

/**
 * The statement of a table of counts. Row layout: keys, count, sums, unread, unknown (0 where nobody demands a minimum).
 *
 *     select c."nationality" as k0, count(*), sum(c."persons_count"), 0, 0
 *     from records."border_crossing" c where c."database_id" = 1 group by 1 order by 1 limit 20001
 */
export function renderCount(query: CountQuery, timeZone: string): CompiledStatement {
  const renderer = new Renderer(timeZone);
  const keys = query.keys.map((key, index) => `${renderer.expression(key)} as k${index}`);
  const sums = query.sums.map((sum) => `sum(${renderer.expression(sum)})`);
  const columns = [...keys, 'count(*)', ...sums, counted(query.unread, renderer), counted(query.unknown, renderer)];
  // In order, so that the same question has the same answer to the byte: groups come out of a hash table otherwise.
  const places = query.keys.map((_, index) => index + 1).join(', ');
  const groupBy = places === '' ? '' : ` group by ${places} order by ${places}`;
  return {
    text: `select ${columns.join(', ')} from records.${quoteName(query.table)} c where ${renderer.expression(query.where)}${groupBy} limit ${query.rowsMax}`,
    values: renderer.values,
  };
}

function counted(rows: Expression | null, renderer: Renderer): string {
  if (rows === null || (rows.kind === 'constant' && rows.value === false)) return '0';
  if (rows.kind === 'constant' && rows.value === true) return 'count(*)';
  return `count(*) filter (where ${renderer.expression(rows)})`;
}
