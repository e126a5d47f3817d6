import { type Field, fieldOf, snakeCase } from '../domain/record-type.js';
import type { Treatment } from '../domain/treatment.js';
import type { ReadPlan, RecordPlan } from '../plan/plan-read.js';
import { allOf, anyOf, caseOf, column, constant, type Expression, expressionKey, NULL, TRUE } from './expression.js';
import { keyset, orderTerm } from './order.js';
import { shownColumn } from './predicate.js';
import type { SectionSelect, SelectQuery } from './select.js';
import { SourceRows } from './source-rows.js';

/** Columns every row of a page brings before the selected fields. */
export const ROW_COLUMNS = ['database_id', 'id', 'marks', 'handling_code', 'version'] as const;

/** Envelope columns a caller may select besides; raw, to be coarsened before they are served. */
export const ENVELOPE_COLUMNS = [
  'recorded_at',
  'version',
  'status',
  'data_subject_category',
  'retain_until',
  'review_due_at',
] as const;
export type EnvelopeColumn = (typeof ENVELOPE_COLUMNS)[number];

/**
 * A page as one query: one section per group of sources that sort by the same expression, so that each can walk its index.
 * Row layout: `ROW_COLUMNS`, then `envelope`, then the selected fields, then (with `withKeys`) the order keys.
 *
 * @returns null if no source may yield a row: then nothing is read
 */
export function readQuery(
  plan: ReadPlan,
  options: { readonly envelope: readonly EnvelopeColumn[]; readonly withKeys: boolean },
): SelectQuery | null {
  if (plan.sources.length === 0) return null;
  const sources = plan.sources.map((source) => new SourceRows(source, plan.recordType));
  const terms = plan.order.map((term) => orderTerm(term, sources));
  const sections = new Map<string, SourceRows[]>();
  sources.forEach((source, index) => {
    const key = terms.map((term) => expressionKey(term.sortKeys[index] as Expression)).join();
    sections.set(key, [...(sections.get(key) ?? []), source]);
  });
  const columns = selectedColumns(plan.select, sources, sections.size > 1);
  return {
    table: snakeCase(plan.recordType.name),
    sections: [...sections.values()].map((members) => {
      const index = sources.indexOf(members[0] as SourceRows);
      return {
        columns: [...rowColumns(members), ...options.envelope.map(column), ...columns],
        keys: terms.map((term) => term.keys[index] as Expression),
        sortKeys: terms.map((term) => term.sortKeys[index] as Expression),
        where: allOf([sectionRows(members, plan), ...keyset(plan, terms, index)]),
      };
    }),
    directions: terms.map(({ direction }) => direction),
    isReversed: plan.direction === 'BACKWARD',
    withKeys: options.withKeys,
    rowsMax: plan.rowsMax,
  };
}

/** One record: by the primary key of its partition, and visible. Null if its database may not yield it. */
export function recordQuery(
  plan: RecordPlan,
  options: { readonly envelope: readonly EnvelopeColumn[] },
): SelectQuery | null {
  const [source] = plan.sources;
  if (source === undefined) return null;
  const rows = new SourceRows(source, plan.recordType);
  const byId: Expression = {
    kind: 'compare',
    op: '=',
    left: column('id'),
    right: { kind: 'value', type: 'bigint', value: plan.id },
  };
  const section: SectionSelect = {
    columns: [...rowColumns([rows]), ...options.envelope.map(column), ...selectedColumns(plan.select, [rows], false)],
    keys: [],
    sortKeys: [],
    where: allOf([inDatabases([source.database.id]), byId, rows.visible]),
  };
  const table = snakeCase(plan.recordType.name);
  return { table, sections: [section], directions: [], isReversed: false, withKeys: false, rowsMax: 1 };
}

export function inDatabases(ids: readonly number[]): Expression {
  const operand = column('database_id');
  // Constants, never an array parameter: only they prune partitions.
  if (ids.length === 1) return { kind: 'compare', op: '=', left: operand, right: constant(ids[0] as number) };
  return { kind: 'oneOf', operand, elements: ids.map(constant) };
}

/** Per source, first what differs, then what all have in common, factored out so that one index range serves all. */
export function rowsOf(
  sources: readonly { readonly rows: SourceRows; readonly own: Expression; readonly common: Expression }[],
): Expression {
  const commons = new Set(sources.map(({ common }) => expressionKey(common)));
  const isShared = commons.size === 1;
  const byCondition = new Map<string, { ids: number[]; condition: Expression }>();
  for (const { rows, own, common } of sources) {
    const condition = isShared ? own : allOf([own, common]);
    const entry = byCondition.get(expressionKey(condition)) ?? { ids: [], condition };
    entry.ids.push(rows.source.database.id);
    byCondition.set(expressionKey(condition), entry);
  }
  const perCondition = [...byCondition.values()].map(({ ids, condition }) => allOf([inDatabases(ids), condition]));
  return allOf([anyOf(perCondition), isShared ? (sources[0]?.common ?? TRUE) : TRUE]);
}

function sectionRows(sources: readonly SourceRows[], plan: ReadPlan): Expression {
  return rowsOf(
    sources.map((rows) => ({
      rows,
      own: allOf([
        rows.visible,
        ...plan.touches.map((touch) => rows.serves(fieldOf(plan.recordType, touch.field), touch)),
      ]),
      common: plan.where === undefined ? TRUE : rows.where(plan.where),
    })),
  );
}

function rowColumns(sources: readonly SourceRows[]): readonly Expression[] {
  return [
    column('database_id'),
    column('id'),
    perSource(sources, (source) => source.marks()),
    column('handling_code'),
    column('version'),
  ];
}

/** One expression for rows of several sources: plain where they agree, else chosen by the row's database. */
export function perSource(sources: readonly SourceRows[], give: (source: SourceRows) => Expression): Expression {
  const byKey = new Map<string, { ids: number[]; expression: Expression }>();
  for (const source of sources) {
    const expression = give(source);
    const entry = byKey.get(expressionKey(expression)) ?? { ids: [], expression };
    entry.ids.push(source.source.database.id);
    byKey.set(expressionKey(expression), entry);
  }
  const entries = [...byKey.values()];
  const last = entries.pop();
  if (last === undefined) return NULL;
  return caseOf(
    entries.map(({ ids, expression }) => ({ when: inDatabases(ids), gives: expression })),
    last.expression,
  );
}

function selectedColumns(
  select: readonly Field[],
  sources: readonly SourceRows[],
  isUnion: boolean,
): readonly Expression[] {
  return select.map((field) => {
    const plain = perSource(sources, (source) =>
      source.byTreatment(field, (treatment) => shown(field, treatment, false)),
    );
    // A bare column is cheapest; where treatments meet in one column they must meet as text.
    if (!isUnion && (plain.kind === 'column' || plain.kind === 'constant' || plain.kind === 'generalised'))
      return plain;
    return perSource(sources, (source) => source.byTreatment(field, (treatment) => shown(field, treatment, true)));
  });
}

function shown(field: Field, treatment: Treatment, asText: boolean): Expression {
  const expression = shownColumn(field, treatment);
  if (expression.kind === 'constant') return expression;
  if (field.type.isList) return { kind: 'listText', of: expression };
  return asText ? { kind: 'text', of: expression } : expression;
}
