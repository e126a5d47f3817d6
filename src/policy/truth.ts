import type { Predicate, Truth } from '../domain/predicate.js';
import type { Scalar, Value } from '../domain/record-type.js';
import { invariant, unreachable } from '../support/unreachable.js';

type Comparison = Extract<Predicate, { kind: 'compare' }>;
type LiteralOf = (field: string, literal: Scalar) => Scalar;

const asWritten: LiteralOf = (_field, literal) => literal;

/**
 * TRUE, FALSE or unknown (`null`): what a condition says of one row.
 *
 * @param valueOfField   the row's value of a field: raw for a clause's `rows`, shown for an ask's `where`
 * @param literalOf what a value written in the condition is compared as; an ask's `where` generalises it to the step
 *                  the row shows (design 5.6). Not asked for `isNull`, whose operand is no value of the field.
 * @throws if operand and value are of different kinds, or a list of operands is empty: refused long before, so our own bug
 * @see SQL:2016 part 2, 8.1 (truth values); design 5.4 and 5.6
 */
export function evaluate(
  predicate: Predicate,
  valueOfField: (field: string) => Value,
  literalOf: LiteralOf = asWritten,
): Truth {
  switch (predicate.kind) {
    case 'and':
      return conjunction(predicate.of.map((part) => evaluate(part, valueOfField, literalOf)));
    case 'or':
      return negation(conjunction(predicate.of.map((part) => negation(evaluate(part, valueOfField, literalOf)))));
    case 'not':
      return negation(evaluate(predicate.of, valueOfField, literalOf));
    case 'compare':
      return comparison(predicate, valueOfField(predicate.field), literalOf);
    default:
      return unreachable(predicate);
  }
}

function conjunction(parts: readonly Truth[]): Truth {
  // An empty conjunction is true of every row: a malformed clause would release the whole table.
  invariant(parts.length > 0, '`and` and `or` need at least one operand');
  if (parts.includes(false)) return false;
  return parts.includes(null) ? null : true;
}

function negation(truth: Truth): Truth {
  // Unknown is not "no". A two-valued `not` would let rows with a null pass a condition that SQL keeps them out of.
  return truth === null ? null : !truth;
}

function comparison({ field, op, value: operand }: Comparison, value: Value, literalOf: LiteralOf): Truth {
  if (op === 'isNull') return (value === null) === operand;
  if (value === null) return null;
  if (isList(value)) {
    invariant(op === 'contains' && !isList(operand), 'a list field knows `contains` and `isNull` only');
    const literal = literalOf(field, operand);
    return value.some((element) => compareScalars(element, literal) === 0);
  }
  if (op === 'in' || op === 'notIn') {
    invariant(isList(operand) && operand.length > 0, '`in` and `notIn` need at least one value');
    const isIn = operand.some((literal) => compareScalars(value, literalOf(field, literal)) === 0);
    return isIn === (op === 'in');
  }
  invariant(!isList(operand), 'only `in` and `notIn` take a list');
  return compareBy(op, value, literalOf(field, operand));
}

type BinaryOperator = Exclude<Comparison['op'], 'isNull' | 'in' | 'notIn'>;

function compareBy(op: BinaryOperator, value: Scalar, literal: Scalar): boolean {
  switch (op) {
    case 'eq':
      return compareScalars(value, literal) === 0;
    case 'ne':
      return compareScalars(value, literal) !== 0;
    case 'gt':
      return compareScalars(value, literal) > 0;
    case 'gte':
      return compareScalars(value, literal) >= 0;
    case 'lt':
      return compareScalars(value, literal) < 0;
    case 'lte':
      return compareScalars(value, literal) <= 0;
    case 'contains':
      return textOf(value).includes(textOf(literal));
    case 'startsWith':
      return textOf(value).startsWith(textOf(literal));
    default:
      return unreachable(op);
  }
}

function textOf(value: Scalar): string {
  invariant(typeof value === 'string', '`contains` and `startsWith` compare text');
  return value;
}

/** Is this value a list? (`Array.isArray` does not narrow readonly arrays.) */
export function isList(value: Value): value is readonly Scalar[] {
  return Array.isArray(value);
}

/**
 * Negative, zero or positive: the order of two values of one field. Text by its UTF-8 bytes, numbers by size, false before true.
 *
 * @throws if they are of different kinds
 */
export function compareScalars(a: Scalar, b: Scalar): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  invariant(typeof a === 'boolean' && typeof b === 'boolean', 'values of different kinds are not compared');
  return Number(a) - Number(b);
}

/**
 * The order of two texts by their UTF-8 bytes (PostgreSQL's collation "C").
 *
 * JavaScript's `<` compares UTF-16 units: there U+1F600, written with surrogates, stands before U+FF61; by bytes it stands behind.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = byteRank(a.charCodeAt(index)) - byteRank(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Puts the surrogates (U+D800 … U+DFFF), which begin every astral character, behind the rest of the basic plane. */
function byteRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
