import { OPERATORS, type Operator, operatorsOf, type Predicate, VALUES_IN_LIST_MAX } from '../domain/predicate.js';
import type { Field, RecordType, Scalar } from '../domain/record-type.js';
import { itemReader, kindOf, type Read } from './value.js';
import { oneOf } from './words.js';

/** What is wrong in a filter, and where: `path` leads from the argument to the place. */
export interface InputProblem {
  readonly path: readonly string[];
  readonly message: string;
}

export type ReadFilter =
  | { readonly kind: 'predicate'; readonly predicate: Predicate | undefined }
  | { readonly kind: 'problems'; readonly problems: readonly InputProblem[] };

/** how deep `and`, `or` and `not` may nest, and how many conditions one filter may hold */
export const FILTER_DEPTH_MAX = 10;
export const FILTER_CONDITIONS_MAX = 200;

/**
 * The predicate a `where` argument says; undefined for none (`null`, absent or `{}`). Fields of one object, and operators of
 * one field, hold together (`and`).
 *
 *     { size: { gte: 5 }, not: { kind: { eq: "A" } } } → size gte 5 and not (kind eq A)
 *
 * Deeper down, an empty object is refused: it would be true of every row, and under `or` widen the rest.
 */
export function readFilter(recordType: RecordType, input: unknown, path: readonly string[] = ['where']): ReadFilter {
  if (input === undefined || input === null) return { kind: 'predicate', predicate: undefined };
  const reading: Reading = { recordType, problems: [], conditionsCount: 0 };
  const parts = readObject(reading, input, path, 1);
  if (reading.conditionsCount > FILTER_CONDITIONS_MAX) {
    reading.problems.push({ path, message: `a filter has at most ${FILTER_CONDITIONS_MAX} conditions` });
  }
  if (reading.problems.length > 0) return { kind: 'problems', problems: reading.problems };
  return { kind: 'predicate', predicate: parts.length === 0 ? undefined : together('and', parts) };
}

interface Reading {
  readonly recordType: RecordType;
  readonly problems: InputProblem[];
  conditionsCount: number;
}

function together(kind: 'and' | 'or', parts: readonly Predicate[]): Predicate {
  const [only, ...others] = parts;
  return only !== undefined && others.length === 0 ? only : { kind, of: parts };
}

function readObject(reading: Reading, input: unknown, path: readonly string[], depth: number): readonly Predicate[] {
  if (!isObject(input)) {
    reading.problems.push({ path, message: `an object of conditions is expected, not ${kindOf(input)}` });
    return [];
  }
  if (depth > FILTER_DEPTH_MAX) {
    reading.problems.push({ path, message: `a filter nests at most ${FILTER_DEPTH_MAX} deep` });
    return [];
  }
  return Object.entries(input).flatMap(([key, value]) => {
    const at = [...path, key];
    if (key === 'and' || key === 'or') return readOperands(reading, key, value, at, depth);
    if (key === 'not') return readNot(reading, value, at, depth);
    const field = reading.recordType.fields.find(({ name }) => name === key);
    if (field !== undefined) return readConditions(reading, field, value, at);
    reading.problems.push({ path: at, message: `\`${reading.recordType.name}\` has no field \`${key}\`` });
    return [];
  });
}

function readOperands(
  reading: Reading,
  kind: 'and' | 'or',
  input: unknown,
  path: readonly string[],
  depth: number,
): readonly Predicate[] {
  if (!Array.isArray(input) || input.length === 0) {
    reading.problems.push({ path, message: `\`${kind}\` needs a list of at least one filter` });
    return [];
  }
  const operands = input.map((operand, index) => readOperand(reading, operand, [...path, String(index)], depth));
  return [
    together(
      kind,
      operands.filter((operand) => operand !== undefined),
    ),
  ];
}

function readNot(reading: Reading, input: unknown, path: readonly string[], depth: number): readonly Predicate[] {
  const of = readOperand(reading, input, path, depth);
  return of === undefined ? [] : [{ kind: 'not', of }];
}

function readOperand(reading: Reading, input: unknown, path: readonly string[], depth: number): Predicate | undefined {
  const before = reading.problems.length;
  const parts = readObject(reading, input, path, depth + 1);
  if (parts.length > 0) return together('and', parts);
  if (reading.problems.length === before)
    reading.problems.push({ path, message: 'at least one condition is expected here' });
  return undefined;
}

function readConditions(reading: Reading, field: Field, input: unknown, path: readonly string[]): readonly Predicate[] {
  const fitting = operatorsOf(field);
  if (!isObject(input) || Object.keys(input).length === 0) {
    reading.problems.push({ path, message: `an operator is expected: ${oneOf(fitting)}` });
    return [];
  }
  return Object.entries(input).flatMap(([key, value]): readonly Predicate[] => {
    const at = [...path, key];
    const op = OPERATORS.find((operator) => operator === key);
    if (op === undefined || !fitting.includes(op)) {
      reading.problems.push({ path: at, message: `\`${key}\` does not fit \`${field.name}\`: ${oneOf(fitting)} do` });
      return [];
    }
    reading.conditionsCount += 1;
    const read = readOperatorValue(field, op, value);
    if (read.kind === 'problem') {
      reading.problems.push({ path: at, message: `${read.expectation} is expected, not ${read.valueKind}` });
      return [];
    }
    return [{ kind: 'compare', field: field.name, op, value: read.value }];
  });
}

/**
 * The value an operator is given for a field, for filters and clauses alike: a boolean for `isNull`, a list of at least one
 * for `in` and `notIn`, an item for `contains` on a list field, else a value of the field's type. Never null: that is `isNull`.
 * Whether the operator fits the field: `operatorsOf`.
 */
export function readOperatorValue(field: Field, op: Operator, input: unknown): Read<Scalar | readonly Scalar[]> {
  if (op === 'isNull') {
    if (typeof input === 'boolean') return { kind: 'value', value: input };
    return { kind: 'problem', valueKind: kindOf(input), expectation: '`true` or `false`' };
  }
  const read = itemReader(field.type);
  if (op !== 'in' && op !== 'notIn') {
    const item = read(input);
    const isNull = input === null || input === undefined;
    return item.kind === 'problem' && isNull ? { ...item, expectation: `${item.expectation} (or \`isNull\`)` } : item;
  }
  if (!Array.isArray(input) || input.length === 0 || input.length > VALUES_IN_LIST_MAX) {
    const valueKind = Array.isArray(input) ? `list of ${input.length}` : kindOf(input);
    return { kind: 'problem', valueKind, expectation: `a list of 1 to ${VALUES_IN_LIST_MAX} values` };
  }
  const values: Scalar[] = [];
  for (const element of input) {
    const item = read(element);
    if (item.kind === 'problem')
      return { ...item, valueKind: `list with ${item.valueKind}`, expectation: `a list, each ${item.expectation},` };
    values.push(item.value);
  }
  return { kind: 'value', value: values };
}

function isObject(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === 'object' && input !== null && !Array.isArray(input) && !(input instanceof Date);
}
