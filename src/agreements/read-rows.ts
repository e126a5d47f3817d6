import { OPERATORS, type Predicate, VALUES_IN_LIST_MAX } from '../domain/predicate.js';
import type { Scalar } from '../domain/record-type.js';
import {
  isMapping,
  kindOf,
  memberOf,
  type Place,
  placeAt,
  readList,
  readMapping,
  readText,
  readWord,
} from './document.js';

const DEPTH_MAX = 8;
const OPERANDS_MAX = 100;
const TEXT_LENGTH_MAX = 1_000;
const COMBINATIONS = ['and', 'or', 'not'] as const;
export const FIELD_NAME = { meant: 'the name of a field', lengthMax: 100, pattern: /^[A-Za-z][A-Za-z0-9_]*$/ };

/**
 * The condition of a clause as it stands in the document; whether fields exist and values fit is not asked here.
 *
 *     { not: [{ field: sex, op: in, value: [M, F] }] }
 *     → { kind: 'not', of: { kind: 'compare', field: 'sex', op: 'in', value: ['M', 'F'] } }
 */
export function readRows(place: Place, depth = 1): Predicate | undefined {
  const { value, path, faults } = place;
  if (depth > DEPTH_MAX) return faults.note(path, 'INVALID', `a condition is nested more than ${DEPTH_MAX} deep`);
  if (!isMapping(value)) return faults.note(path, 'INVALID', `expected a condition, found ${kindOf(value)}`);
  const combination = COMBINATIONS.find((word) => Object.hasOwn(value, word));
  if (combination === undefined) return readComparison(place);
  if (readMapping(place, [combination], 'a condition') === undefined) return undefined;
  const operands = placeAt(place, combination, value[combination]);
  if (combination === 'not') {
    // `not` of several could mean that none or that not all of them hold.
    const negated = isMapping(operands.value) ? readRows(operands, depth + 1) : readOperands(operands, depth, 1)?.[0];
    return negated === undefined ? undefined : { kind: 'not', of: negated };
  }
  const of = readOperands(operands, depth, OPERANDS_MAX);
  return of === undefined ? undefined : { kind: combination, of };
}

function readOperands(place: Place, depth: number, max: number): readonly Predicate[] | undefined {
  return readList(place, { min: 1, max }, (element) => readRows(element, depth + 1));
}

function readComparison(place: Place): Predicate | undefined {
  const mapping = readMapping(place, ['field', 'op', 'value'], 'a condition');
  if (mapping === undefined) return undefined;
  const field = readText(placeAt(place, 'field', memberOf(mapping, 'field')), FIELD_NAME);
  const op = readWord(placeAt(place, 'op', memberOf(mapping, 'op')), OPERATORS);
  const operand = placeAt(place, 'value', memberOf(mapping, 'value'));
  const isListed = op === 'in' || op === 'notIn';
  const value = isListed ? readList(operand, { min: 1, max: VALUES_IN_LIST_MAX }, readScalar) : readScalar(operand);
  if (field === undefined || op === undefined || value === undefined) return undefined;
  return { kind: 'compare', field, op, value };
}

function readScalar({ value, path, faults }: Place): Scalar | undefined {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  if (typeof value !== 'string') {
    return faults.note(path, 'INVALID', `expected text, a number, \`true\` or \`false\`, found ${kindOf(value)}`);
  }
  if (value.length > TEXT_LENGTH_MAX)
    return faults.note(path, 'INVALID', `a value has more than ${TEXT_LENGTH_MAX} characters`);
  // No stored text holds these, and the two databases of JSON and PostgreSQL text would disagree on them.
  if (/\p{Cs}/u.test(value) || value.includes('\0'))
    return faults.note(path, 'INVALID', 'a value holds a character that no text can hold');
  return value;
}

/**
 * The condition as it stands in a document: the inverse of `readRows`.
 */
export function writeRows(predicate: Predicate): RowsDocument {
  switch (predicate.kind) {
    case 'and':
      return { and: predicate.of.map(writeRows) };
    case 'or':
      return { or: predicate.of.map(writeRows) };
    case 'not':
      return { not: [writeRows(predicate.of)] };
    case 'compare':
      return { field: predicate.field, op: predicate.op, value: predicate.value };
  }
}

export type RowsDocument =
  | { readonly and: readonly RowsDocument[] }
  | { readonly or: readonly RowsDocument[] }
  | { readonly not: readonly RowsDocument[] }
  | { readonly field: string; readonly op: string; readonly value: Scalar | readonly Scalar[] };
