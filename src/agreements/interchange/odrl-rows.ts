import type { Operator, Predicate } from '../../domain/predicate.js';
import type { JsonValue } from '../../support/canonical-json.js';
import { unreachable } from '../../support/unreachable.js';
import { besa } from './odrl-profile.js';

type Document = { readonly [key: string]: JsonValue };

const OPERATORS: Readonly<Record<Operator, string>> = {
  eq: 'eq',
  ne: 'neq',
  in: 'isAnyOf',
  notIn: 'isNoneOf',
  gt: 'gt',
  gte: 'gteq',
  lt: 'lt',
  lte: 'lteq',
  isNull: besa('isAbsent'),
  contains: besa('contains'),
  startsWith: besa('startsWith'),
};

/**
 * A clause's condition on records as an ODRL constraint or logical constraint, for the refinement of an asset collection.
 *
 *     { field: borderSection, op: eq, value: AL-ME }
 *     → { leftOperand: besa:recordField, besa:field: borderSection, operator: eq, rightOperand: AL-ME }
 *
 * ODRL 2.2 has no negation of a constraint, so `not` is a term of the profile.
 */
export function odrlRows(predicate: Predicate): Document {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return { [predicate.kind]: { '@list': predicate.of.map(odrlRows) } };
    case 'not':
      return { [besa('not')]: odrlRows(predicate.of) };
    case 'compare':
      return {
        leftOperand: besa('recordField'),
        [besa('field')]: predicate.field,
        operator: OPERATORS[predicate.op],
        rightOperand: predicate.value,
      };
    default:
      return unreachable(predicate);
  }
}
