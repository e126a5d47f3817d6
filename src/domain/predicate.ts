import type { Field, Scalar, Value } from './record-type.js';

export const OPERATORS = [
  'eq',
  'ne',
  'in',
  'notIn',
  'gt',
  'gte',
  'lt',
  'lte',
  'isNull',
  'contains',
  'startsWith',
] as const;
export type Operator = (typeof OPERATORS)[number];

/**
 * A condition on one row, three-valued: TRUE, FALSE or unknown. The same tree serves a clause's `rows` (over raw values)
 * and an ask's `where` (over shown values). `and` and `or` have at least one operand; `in` and `notIn` at least one value;
 * a value is never null except under no operator at all: `isNull` takes a boolean.
 *
 * - text compares bytewise (UTF-8) and case-sensitively; `contains` and `startsWith` know no wildcard
 * - on a list field: `contains` = has this element, and `isNull`; nothing else
 */
export type Predicate =
  | { readonly kind: 'and'; readonly of: readonly Predicate[] }
  | { readonly kind: 'or'; readonly of: readonly Predicate[] }
  | { readonly kind: 'not'; readonly of: Predicate }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly op: Operator;
      readonly value: Scalar | readonly Scalar[];
    };

/** TRUE, FALSE or unknown (`null`). Unknown is not "no": `not` of unknown is unknown (Codd 1979; SQL:2016 part 2, 8.1). */
export type Truth = boolean | null;

export const VALUES_IN_LIST_MAX = 1_000;

const EQUALITY: readonly Operator[] = ['eq', 'ne', 'in', 'notIn', 'isNull'];
const ORDERED: readonly Operator[] = [...EQUALITY, 'gt', 'gte', 'lt', 'lte'];

/** Is the field compared for being equal, or there at all, and in no other way? Of a token no more can be told. */
export function comparesForEqualityOnly(predicate: Predicate, field: string): boolean {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return predicate.of.every((operand) => comparesForEqualityOnly(operand, field));
    case 'not':
      return comparesForEqualityOnly(predicate.of, field);
    case 'compare':
      return predicate.field !== field || EQUALITY.includes(predicate.op);
  }
}

/** The operators that fit a field's type: what its generated filter offers and a clause's `rows` may use. */
export function operatorsOf(field: Field): readonly Operator[] {
  if (field.type.isList) return ['contains', 'isNull'];
  if (field.type.kind === 'enum') return EQUALITY;
  switch (field.type.name) {
    case 'Boolean':
      return ['eq', 'ne', 'isNull'];
    case 'CountryCode':
    case 'ID':
      return EQUALITY;
    case 'Int':
    case 'Float':
    case 'Date':
    case 'DateTime':
      return ORDERED;
    case 'String':
      return [...ORDERED, 'contains', 'startsWith'];
  }
}

/** The fields a predicate touches, each once, in order of appearance. */
export function fieldsOf(predicate: Predicate): readonly string[] {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return [...new Set(predicate.of.flatMap(fieldsOf))];
    case 'not':
      return fieldsOf(predicate.of);
    case 'compare':
      return [predicate.field];
  }
}

export type { Value };
