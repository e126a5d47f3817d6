import type { Field } from '../domain/record-type.js';
import type { Treatment } from '../domain/treatment.js';
import type { PlannedOrder, ReadPlan } from '../plan/plan-read.js';
import { allOf, anyOf, column, constant, type Expression, NULL, type SqlType } from './expression.js';
import { atStep, shownColumn, sqlType } from './predicate.js';
import type { SourceRows } from './source-rows.js';

/** One term of an order: what each source's rows are compared by. */
export interface OrderKeys {
  readonly field: Field;
  readonly direction: 'ASC' | 'DESC';
  /** per source: comparable between all of them */
  readonly keys: readonly Expression[];
  /** per source: the same order, by the column the source has an index on */
  readonly sortKeys: readonly Expression[];
  /** how a cursor's value of this term is bound */
  readonly type: SqlType;
}

/** What each source sorts by: shown values. Exact and generalised instants meet as instants; elsewhere types agree already. */
export function orderTerm(term: PlannedOrder, sources: readonly SourceRows[]): OrderKeys {
  const { field } = term;
  const isInstant = field.type.kind === 'scalar' && field.type.name === 'DateTime';
  const natural = sources.map((source) => source.byTreatment(field, (treatment) => naturalKey(field, treatment)));
  const areDates = natural.every((key) => key.kind === 'generalised' || key.kind === 'constant');
  const areExact = natural.every((key) => key.kind === 'column' || key.kind === 'constant');
  if (!isInstant || areExact) return typed(term, natural, natural, sqlType(field));
  if (areDates) return typed(term, natural, natural, 'date');
  const keys = sources.map((source) =>
    source.byTreatment(field, (treatment) => {
      const key = naturalKey(field, treatment);
      return key.kind === 'generalised' ? { kind: 'startOfDate', of: key } : key;
    }),
  );
  // Days and their first instants sort alike, but only the days are indexed; a mixture within one source is neither.
  const sortKeys = natural.map((key, index) => (key.kind === 'case' ? (keys[index] as Expression) : key));
  return typed(term, keys, sortKeys, 'timestamptz');
}

function naturalKey(field: Field, treatment: Treatment): Expression {
  return treatment.kind === 'CLEAR' || treatment.kind === 'GENERALISED' ? shownColumn(field, treatment) : NULL;
}

/** A source that never shows the field sorts by null: of a type, or the branches of a union would not meet. */
function typed(
  term: PlannedOrder,
  keys: readonly Expression[],
  sortKeys: readonly Expression[],
  type: SqlType,
): OrderKeys {
  const withType = (key: Expression): Expression => (key.kind === 'constant' ? { ...key, type } : key);
  return { ...term, type, keys: keys.map(withType), sortKeys: sortKeys.map(withType) };
}

/** Rows behind the cursor's row in the direction of the page; nulls sort last whatever the direction of a term. */
export function keyset(plan: ReadPlan, terms: readonly OrderKeys[], source: number): readonly Expression[] {
  if (plan.cursor === undefined) return [];
  const { cursor } = plan;
  const isBackward = plan.direction === 'BACKWARD';
  const comparisons = terms.map((term, index) => keyComparison(term, source, cursor.values[index] ?? null, isBackward));
  const idComparison: Expression = {
    kind: 'compare',
    op: isBackward ? '<' : '>',
    left: column('id'),
    right: { kind: 'value', type: 'bigint', value: cursor.id },
  };
  const beyond = comparisons.map(({ isBeyond }, index) =>
    allOf([...comparisons.slice(0, index).map(({ isEqual }) => isEqual), isBeyond]),
  );
  const tie = allOf([...comparisons.map(({ isEqual }) => isEqual), idComparison]);
  // The first term also as a plain bound: a disjunction alone gives no index range.
  return [...(comparisons[0] === undefined ? [] : [comparisons[0].bound]), anyOf([...beyond, tie])];
}

interface KeyComparison {
  readonly isBeyond: Expression;
  readonly isEqual: Expression;
  /** necessary for either: on the indexed key */
  readonly bound: Expression;
}

function keyComparison(
  term: OrderKeys,
  source: number,
  value: string | number | boolean | null,
  isBackward: boolean,
): KeyComparison {
  const key = term.keys[source] as Expression;
  const isNull: Expression = { kind: 'isNull', of: key };
  if (value === null) {
    // Nulls come last: nothing lies beyond them forwards, everything else backwards.
    const isBeyond = isBackward ? ({ kind: 'not', of: isNull } as const) : constant(false);
    return { isBeyond, isEqual: isNull, bound: anyOf([isBeyond, isNull]) };
  }
  const right: Expression = { kind: 'value', type: term.type, value };
  const isAscending = (term.direction === 'ASC') !== isBackward;
  // Only key columns are NOT NULL in the table: an erased record leaves a tombstone without the rest.
  const isNullable = !isBackward && !(key.kind === 'column' && term.field.isKey);
  const orNull = (condition: Expression): Expression => (isNullable ? anyOf([condition, isNull]) : condition);
  return {
    isBeyond: orNull({ kind: 'compare', op: isAscending ? '>' : '<', left: key, right }),
    isEqual: { kind: 'compare', op: '=', left: key, right },
    bound: orNull({ kind: 'compare', op: isAscending ? '>=' : '<=', ...boundSides(term, source, key, right) }),
  };
}

/** A day that begins behind an instant lies behind the instant's own day: so the bound speaks of the indexed column. */
function boundSides(
  term: OrderKeys,
  source: number,
  key: Expression,
  right: Expression,
): { left: Expression; right: Expression } {
  const sortKey = term.sortKeys[source] as Expression;
  if (key.kind !== 'startOfDate' || sortKey.kind !== 'generalised') return { left: key, right };
  return { left: sortKey, right: atStep(term.field, sortKey.step.name, right) };
}
