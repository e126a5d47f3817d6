import type { Duration } from '../domain/duration.js';
import type { LadderStep } from '../domain/ladder.js';
import type { Scalar, ScalarName } from '../domain/record-type.js';

/** How a bound value is cast: the PostgreSQL type of the column it meets. */
export type SqlType = 'text' | 'integer' | 'double precision' | 'boolean' | 'date' | 'timestamptz' | 'bigint';

/**
 * The expressions a compiled statement is made of: a closed world of immutable nodes with SQL's own three-valued meaning.
 * Everything that came from a record, a clause or an ask is a `value` (bound as a parameter); only what belongs to the shape
 * of a statement is inlined: columns, database ids, ladder steps, truth constants.
 */
export type Expression =
  /** `c."detected_at"` */
  | { readonly kind: 'column'; readonly name: string }
  /** `$1::timestamptz` */
  | { readonly kind: 'value'; readonly type: SqlType; readonly value: Scalar }
  /** `true`, `false`, `null`, `3`, `'H2'`; a null that stands alone in a column says its type */
  | { readonly kind: 'constant'; readonly value: Scalar | null; readonly type?: SqlType }
  | {
      readonly kind: 'compare';
      readonly op: '=' | '<>' | '<' | '<=' | '>' | '>=';
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `x = any (array[…])`: TRUE, else unknown if an element or x is null, else FALSE */
  | { readonly kind: 'oneOf'; readonly operand: Expression; readonly elements: readonly Expression[] }
  /**
   * `x` is the value behind one of these tokens: unknown where x is null, else never. A token is no data of the statement
   * yet: who executes it puts the value behind it in its place, and leaves out one that opens to nothing.
   */
  | { readonly kind: 'behindTokens'; readonly of: Expression; readonly tokens: readonly string[] }
  | { readonly kind: 'and'; readonly of: readonly Expression[] }
  | { readonly kind: 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'isNull'; readonly of: Expression }
  /** `(x) is true`: never unknown */
  | { readonly kind: 'isTrue'; readonly of: Expression }
  /** `(x) is not false`: TRUE for unknown */
  | { readonly kind: 'isNotFalse'; readonly of: Expression }
  /** the first branch whose condition is TRUE; else `otherwise` */
  | {
      readonly kind: 'case';
      readonly branches: readonly { readonly when: Expression; readonly gives: Expression }[];
      readonly otherwise: Expression;
    }
  /**
   * The value at a step of its ladder. For a DateTime the *local date* on which the period starts (a `date`); `dayColumn`
   * names the stored local day of that very field, if there is one.
   */
  | {
      readonly kind: 'generalised';
      readonly step: LadderStep;
      readonly scalar: ScalarName | 'enum';
      readonly of: Expression;
      readonly dayColumn?: string;
    }
  /** the instant at which a local date begins: so that exact and generalised instants sort in one order */
  | { readonly kind: 'startOfDate'; readonly of: Expression }
  /** the instant (UTC) or local day (of the hub's time zone) of the statement, less a duration: months first, then days */
  | { readonly kind: 'ago'; readonly age: Duration; readonly scalar: 'DateTime' | 'Date' }
  /** last characters of a text of at least `MASKED_LENGTH_MIN`, else null */
  | { readonly kind: 'masked'; readonly of: Expression }
  /** `element = any (list)` */
  | { readonly kind: 'hasElement'; readonly list: Expression; readonly element: Expression }
  /** `(x)::text`: so that branches of different types meet in one column */
  | { readonly kind: 'text'; readonly of: Expression }
  /** a list as JSON text; null stays null */
  | { readonly kind: 'listText'; readonly of: Expression }
  /** texts end to end */
  | { readonly kind: 'concat'; readonly of: readonly Expression[] }
  | { readonly kind: 'containsText'; readonly text: Expression; readonly part: Expression }
  | { readonly kind: 'startsWithText'; readonly text: Expression; readonly part: Expression };

export const TRUE: Expression = { kind: 'constant', value: true };
export const FALSE: Expression = { kind: 'constant', value: false };
export const NULL: Expression = { kind: 'constant', value: null };

const isConstant = (expression: Expression, value: boolean): boolean =>
  expression.kind === 'constant' && expression.value === value;

/** Conjunction, simplified: TRUE falls away, one FALSE decides. No operand = TRUE: callers who mean "nothing" say FALSE. */
export function allOf(operands: readonly Expression[]): Expression {
  const left = operands.flatMap((operand) => (operand.kind === 'and' ? operand.of : [operand]));
  if (left.some((operand) => isConstant(operand, false))) return FALSE;
  const kept = left.filter((operand) => !isConstant(operand, true));
  return kept.length === 0 ? TRUE : kept.length === 1 ? (kept[0] as Expression) : { kind: 'and', of: kept };
}

/** Disjunction, simplified: FALSE falls away, one TRUE decides. No operand = FALSE. */
export function anyOf(operands: readonly Expression[]): Expression {
  const left = operands.flatMap((operand) => (operand.kind === 'or' ? operand.of : [operand]));
  if (left.some((operand) => isConstant(operand, true))) return TRUE;
  const kept = left.filter((operand) => !isConstant(operand, false));
  return kept.length === 0 ? FALSE : kept.length === 1 ? (kept[0] as Expression) : { kind: 'or', of: kept };
}

export function column(name: string): Expression {
  return { kind: 'column', name };
}

export function constant(value: Scalar | null): Expression {
  return { kind: 'constant', value };
}

export function isTrue(of: Expression): Expression {
  return of.kind === 'constant' ? constant(of.value === true) : { kind: 'isTrue', of };
}

export function isNotFalse(of: Expression): Expression {
  return of.kind === 'constant' ? constant(of.value !== false) : { kind: 'isNotFalse', of };
}

/** Drops branches that never apply, everything behind one that always does, and the choice where all come to the same. */
export function caseOf(
  branches: readonly { readonly when: Expression; readonly gives: Expression }[],
  otherwise: Expression,
): Expression {
  const kept = branches.filter((branch) => !isConstant(branch.when, false));
  const always = kept.findIndex((branch) => isConstant(branch.when, true));
  const live = always < 0 ? kept : kept.slice(0, always);
  const last = always < 0 ? otherwise : (kept[always] as { gives: Expression }).gives;
  const lastKey = expressionKey(last);
  if (live.every(({ gives }) => expressionKey(gives) === lastKey)) return last;
  return live.length === 0 ? last : { kind: 'case', branches: live, otherwise: last };
}

/** Equal expressions have equal keys: for factoring out what several databases have in common. */
export function expressionKey(expression: Expression): string {
  let key = keys.get(expression);
  if (key === undefined) {
    key = JSON.stringify(expression);
    keys.set(expression, key);
  }
  return key;
}

const keys = new WeakMap<Expression, string>();
