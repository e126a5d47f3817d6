import { type RecordType, snakeCase } from '../domain/record-type.js';
import { redaction as redactionOf, type Treatment } from '../domain/treatment.js';
import {
  type AggregatePlan,
  type CountedSource,
  type PlannedDimension,
  touchOf,
  type UsedField,
} from '../plan/plan-aggregate.js';
import { mayShowPseudonym } from '../plan/plan-sources.js';
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
    keys: plan.dimensions.map((dimension) => dimensionKey(dimension, members)),
    sums: plan.sums.map((field) =>
      perSource(members, (rows) => rows.byTreatment(field, (treatment) => shownColumn(field, treatment))),
    ),
    unread: hasMinimum ? perDatabase(sources, (counted) => notRead(counted, plan.recordType)) : null,
    unknown: hasMinimum ? perDatabase(sources, (counted, rows) => notKnown(counted, rows, plan)) : null,
    rowsMax: cellsMax + 1,
  };
}

function servesTouched(rows: SourceRows, plan: AggregatePlan): readonly Expression[] {
  return plan.used.map((used) => rows.serves(used.field, touchOf(used)));
}

/** The same for every row that serves it: what a finer step shows determines the coarser one. */
function dimensionKey(dimension: PlannedDimension, sources: readonly SourceRows[]): Expression {
  if (dimension.kind === 'database') return column('database_id');
  const { field, step } = dimension;
  const raw = column(snakeCase(field.name));
  if (step !== undefined) return atStep(field, step, raw, dayColumnOf(field));
  if (!sources.some(({ source }) => mayShowPseudonym(source, field))) return raw;
  return perSource(sources, (rows) =>
    rows.byTreatment(field, ({ kind }) => ({ kind: 'concat', of: [constant(KEY_MARKS[markOf(kind)]), raw] })),
  );
}

/**
 * Where some rows show a dimension as a token, its keys begin with one of these: a value and the token of the same value are
 * different groups. Two absent values are one: null begins with nothing.
 */
export const KEY_MARKS = { plain: '=', token: '#' } as const;

function markOf(kind: Treatment['kind']): keyof typeof KEY_MARKS {
  return kind === 'PSEUDONYM' ? 'token' : 'plain';
}

/** Do the keys of this dimension begin with one of `KEY_MARKS`? */
export function hasMarkedKeys(dimension: PlannedDimension, { sources }: AggregatePlan): boolean {
  if (dimension.kind === 'database' || dimension.step !== undefined) return false;
  return sources.some(({ source }) => mayShowPseudonym(source, dimension.field));
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
    const isFineEnough = plan.used.map((used) => noMoreRedacted(read, rows, used));
    return isTrue(allOf([read.visible, ...isFineEnough]));
  });
  return negated(anyOf(known));
}

/** May the row be read with this field at the step it is used at here, or finer? */
function noMoreRedacted(
  read: SourceRows,
  used: SourceRows,
  { field, redaction, servesPseudonym }: UsedField,
): Expression {
  if (servesPseudonym && mayShowPseudonym(used.source, field)) {
    return used.byTreatment(field, (treatment) =>
      treatment.kind === 'PSEUDONYM'
        ? read.serves(field, TOKEN_OR_VALUE)
        : read.serves(field, { redactionMax: redaction ?? redactionOf(treatment, field.ladder) }),
    );
  }
  if (redaction !== null) return read.serves(field, { redactionMax: redaction });
  const left = read.redaction(field);
  const right = used.redaction(field);
  if (left.kind === 'constant' && right.kind === 'constant') return constant(Number(left.value) <= Number(right.value));
  return { kind: 'compare', op: '<=', left, right };
}

/** Only these tell which token a row has: a step or a mask counts as less redacted, but does not say which rows have the same one. */
const TOKEN_OR_VALUE = { redactionMax: 0, servesPseudonym: true } as const;

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
