import type { Predicate } from '../../domain/predicate.js';
import type { RecordType, Scalar } from '../../domain/record-type.js';
import { unreachable } from '../../support/unreachable.js';
import { ANYTHING, isEmpty, mapOf, meetOf, type ValueSet } from './value-set.js';

type Comparison = Extract<Predicate, { kind: 'compare' }>;

/** A condition without `not`: what the values of single fields must be, joined by `and` and `or`. */
type Demand =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Demand[] }
  | { readonly kind: 'field'; readonly field: string; readonly set: ValueSet };

/** Steps of the search for a counterexample; where they do not suffice, the answer is the careful one. */
const STEPS_MAX = 20_000;

/**
 * Is `b` TRUE on every row on which `a` is? Three-valued, over raw values: on no other row is anything said.
 *
 * Sound: `true` is certain. `false` may also mean that it was not found out: two conditions on different fields, or on parts
 * of a text, can hang together in ways that are not looked for.
 *
 *     implies(x = 1 and y > 3, x in [1, 2]) → true     implies(x <> 1, not (x = 1)) → true     implies(x in [1, 3], x = 1) → false
 *
 * How: `a` TRUE and `b` not TRUE is split into cases; each must leave some field without a possible value. "Not TRUE" is
 * no `not`: it is FALSE or unknown, so it also holds where the field is null.
 *
 * @param a, b bound to the record type (`bindPredicate`)
 */
export function implies(a: Predicate, b: Predicate, recordType: RecordType): boolean {
  const search: Search = { recordType, stepsLeft: STEPS_MAX };
  return isImpossible([demandOf(a, 'TRUE', true), demandOf(b, 'NOT_TRUE', true)], new Map(), search);
}

/**
 * Is `b` TRUE or unknown on every row on which `a` is TRUE or unknown? What a prohibition needs: it applies where its
 * condition is not FALSE. By contraposition: where `b` is FALSE, `a` is.
 */
export function impliesUnlessFalse(a: Predicate, b: Predicate, recordType: RecordType): boolean {
  return implies({ kind: 'not', of: b }, { kind: 'not', of: a }, recordType);
}

interface Search {
  readonly recordType: RecordType;
  stepsLeft: number;
}

type Known = ReadonlyMap<string, ValueSet>;

/** Can the demands not all hold at once? False also when the search was given up. */
function isImpossible(demands: readonly Demand[], known: Known, search: Search): boolean {
  search.stepsLeft -= 1;
  if (search.stepsLeft < 0) return false;
  const [first, ...rest] = demands;
  if (first === undefined) return false;
  if (first.kind === 'and') return isImpossible([...first.of, ...rest], known, search);
  if (first.kind === 'field') {
    const set = meetOf(known.get(first.field) ?? valuesOf(first.field, search.recordType), first.set);
    // What comparing costs counts too: lists of a thousand values must not buy a thousand times the time.
    search.stepsLeft -= Math.ceil(((set.only?.size ?? 0) + set.except.size) / 50);
    if (isEmpty(set, isListField(first.field, search.recordType))) return true;
    return isImpossible(rest, new Map(known).set(first.field, set), search);
  }
  // Alternatives last: what is certain by then closes most of them at once.
  const certain = rest.findIndex((demand) => demand.kind !== 'or');
  if (certain >= 0) return isImpossible(broughtForward(demands, certain + 1), known, search);
  return first.of.every((one) => isImpossible([one, ...rest], known, search));
}

function broughtForward(demands: readonly Demand[], index: number): readonly Demand[] {
  const demand = demands[index];
  return demand === undefined ? demands : [demand, ...demands.slice(0, index), ...demands.slice(index + 1)];
}

/** What a field can hold at all: null and, of a closed list of values, those. */
function valuesOf(name: string, recordType: RecordType): ValueSet {
  const type = recordType.fields.find((field) => field.name === name)?.type;
  if (type === undefined || type.isList) return ANYTHING;
  if (type.kind === 'enum') return { ...ANYTHING, only: mapOf(type.values) };
  return type.name === 'Boolean' ? { ...ANYTHING, only: mapOf([false, true]) } : ANYTHING;
}

function isListField(name: string, recordType: RecordType): boolean {
  return recordType.fields.find((field) => field.name === name)?.type.isList === true;
}

type Aim = 'TRUE' | 'NOT_TRUE';

/** `sign` false: the demand is made of `not predicate`. */
function demandOf(predicate: Predicate, aim: Aim, sign: boolean): Demand {
  switch (predicate.kind) {
    case 'and':
    case 'or': {
      // De Morgan holds in three values: negation exchanges `and` and `or`; so does asking for "not TRUE".
      const isAnd = (predicate.kind === 'and') === (sign === (aim === 'TRUE'));
      return { kind: isAnd ? 'and' : 'or', of: predicate.of.map((part) => demandOf(part, aim, sign)) };
    }
    case 'not':
      return demandOf(predicate.of, aim, !sign);
    case 'compare':
      return { kind: 'field', field: predicate.field, set: setOf(predicate, aim, sign) };
    default:
      return unreachable(predicate);
  }
}

/** The values on which a comparison, or its negation, is TRUE, or on which it is not. */
function setOf(comparison: Comparison, aim: Aim, sign: boolean): ValueSet {
  if (comparison.op === 'isNull') {
    // Never unknown: "not TRUE" is FALSE.
    const wantsNull = (comparison.value === true) === (sign === (aim === 'TRUE'));
    return { ...ANYTHING, hasNull: wantsNull, hasValues: !wantsNull };
  }
  // A value that is there makes it TRUE or FALSE; null makes it unknown, which is not TRUE.
  return { ...ANYTHING, hasNull: aim === 'NOT_TRUE', ...valuesWhere(comparison, sign === (aim === 'TRUE')) };
}

/** Conditions on a value that is there: that the comparison holds of it, or does not. */
function valuesWhere({ op, value }: Comparison, holds: boolean): Partial<ValueSet> {
  if (typeof value === 'object') {
    return (op === 'in') === holds ? { only: mapOf(value) } : { except: mapOf(value) };
  }
  const bound = (isIncluded: boolean) => ({ value, isIncluded });
  switch (op) {
    case 'eq':
      return exactly(value, holds);
    case 'ne':
      return exactly(value, !holds);
    case 'gt':
      return holds ? { above: bound(false) } : { below: bound(true) };
    case 'gte':
      return holds ? { above: bound(true) } : { below: bound(false) };
    case 'lt':
      return holds ? { below: bound(false) } : { above: bound(true) };
    case 'lte':
      return holds ? { below: bound(true) } : { above: bound(false) };
    case 'contains':
    case 'startsWith':
      return { texts: [{ op, value, holds }] };
    default:
      // A list operator without a list: refused when bound. Nothing is known of it.
      return {};
  }
}

function exactly(value: Scalar, holds: boolean): Partial<ValueSet> {
  return holds ? { only: mapOf([value]) } : { except: mapOf([value]) };
}
