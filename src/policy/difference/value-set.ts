import type { Scalar } from '../../domain/record-type.js';
import { compareScalars } from '../truth.js';

/** What is known of the values of one field, other than null, that satisfy some conditions: all of it must hold. */
export interface ValueSet {
  /** may the value be null? */
  readonly hasNull: boolean;
  /** false: no value but null */
  readonly hasValues: boolean;
  /** by `keyOf`; absent = any */
  readonly only?: ReadonlyMap<string, Scalar>;
  readonly except: ReadonlyMap<string, Scalar>;
  readonly above?: Bound;
  readonly below?: Bound;
  /** texts it begins with, contains, does not begin with, does not contain */
  readonly texts: readonly TextCondition[];
}

export interface Bound {
  readonly value: Scalar;
  readonly isIncluded: boolean;
}

export interface TextCondition {
  readonly op: 'startsWith' | 'contains';
  readonly value: Scalar;
  readonly holds: boolean;
}

/** Every value and null. */
export const ANYTHING: ValueSet = { hasNull: true, hasValues: true, except: new Map(), texts: [] };

/** Equal values have equal keys: 0 and −0 are one number. */
export function keyOf(value: Scalar): string {
  return `${typeof value}:${value === 0 ? 0 : value}`;
}

export function mapOf(values: readonly Scalar[]): ReadonlyMap<string, Scalar> {
  return new Map(values.map((value) => [keyOf(value), value]));
}

/** Values that are in both sets. */
export function meetOf(a: ValueSet, b: ValueSet): ValueSet {
  const above = tighter(a.above, b.above, 1);
  const below = tighter(a.below, b.below, -1);
  const only = bothOf(a.only, b.only);
  return {
    hasNull: a.hasNull && b.hasNull,
    hasValues: a.hasValues && b.hasValues,
    ...(only === undefined ? {} : { only }),
    except: b.except.size === 0 ? a.except : new Map([...a.except, ...b.except]),
    ...(above === undefined ? {} : { above }),
    ...(below === undefined ? {} : { below }),
    texts: b.texts.length === 0 ? a.texts : [...a.texts, ...b.texts],
  };
}

/**
 * Is it certain that nothing is in the set? False where that is not plain to see.
 *
 * @param isList the field holds lists: then `contains` asks for an element, and there are no other conditions on its values
 */
export function isEmpty(set: ValueSet, isList: boolean): boolean {
  if (set.hasNull) return false;
  if (!set.hasValues) return true;
  if (set.only !== undefined) return ![...set.only.values()].some((value) => isIn(value, set));
  if (isList) return isElementTorn(set.texts);
  return isBetweenNothing(set) || isTextImpossible(set);
}

function isIn(value: Scalar, { except, above, below, texts }: ValueSet): boolean {
  if (except.has(keyOf(value))) return false;
  if (above !== undefined && !isBeyond(value, above, 1)) return false;
  if (below !== undefined && !isBeyond(value, below, -1)) return false;
  return texts.every(({ op, value: part, holds }) => {
    const text = String(value);
    return (op === 'startsWith' ? text.startsWith(String(part)) : text.includes(String(part))) === holds;
  });
}

/** `side` 1: is it above the bound? −1: below? */
function isBeyond(value: Scalar, bound: Bound, side: 1 | -1): boolean {
  const order = compareScalars(value, bound.value) * side;
  return order > 0 || (order === 0 && bound.isIncluded);
}

function tighter(a: Bound | undefined, b: Bound | undefined, side: 1 | -1): Bound | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const order = compareScalars(a.value, b.value) * side;
  if (order !== 0) return order > 0 ? a : b;
  return a.isIncluded ? b : a;
}

function bothOf(a: ValueSet['only'], b: ValueSet['only']): ValueSet['only'] {
  if (a === undefined || b === undefined) return a ?? b;
  return new Map([...a].filter(([key]) => b.has(key)));
}

function isBetweenNothing({ above, below, except }: ValueSet): boolean {
  if (above === undefined || below === undefined) return false;
  const order = compareScalars(above.value, below.value);
  if (order !== 0) return order > 0;
  return !above.isIncluded || !below.isIncluded || except.has(keyOf(above.value));
}

function isTextImpossible({ texts, above, below }: ValueSet): boolean {
  const beginnings = texts.filter(({ op, holds }) => op === 'startsWith' && holds).map(({ value }) => String(value));
  const isSplit = beginnings.some((one) =>
    beginnings.some((other) => !one.startsWith(other) && !other.startsWith(one)),
  );
  // Every text with the beginning `p` is at least `p`; and below any bound that is greater than `p` and does not begin with it.
  const isOutOfBounds = beginnings.some(
    (beginning) =>
      (below !== undefined && compareScalars(beginning, below.value) > 0) ||
      (above !== undefined && compareScalars(above.value, beginning) > 0 && !String(above.value).startsWith(beginning)),
  );
  if (isSplit || isOutOfBounds) return true;
  const excluded = texts.filter(({ holds }) => !holds);
  return texts
    .filter(({ holds }) => holds)
    .some(({ op, value }) =>
      excluded.some((other) => {
        const text = String(value);
        if (other.op === 'contains') return text.includes(String(other.value));
        return op === 'startsWith' && text.startsWith(String(other.value));
      }),
    );
}

/** Must an element be in the list and not be in it? */
function isElementTorn(texts: readonly TextCondition[]): boolean {
  const excluded = new Set(texts.filter(({ holds }) => !holds).map(({ value }) => keyOf(value)));
  return texts.some(({ holds, value }) => holds && excluded.has(keyOf(value)));
}
