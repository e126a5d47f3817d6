import { type Operator, type Predicate } from '../domain/predicate.js';
import { type Field, fieldOf, type RecordType, type Scalar, snakeCase } from '../domain/record-type.js';
import type { Treatment } from '../domain/treatment.js';
import { unreachable } from '../support/unreachable.js';
import { allOf, anyOf, column, type Expression, FALSE, type SqlType } from './expression.js';

/** A statement that would be larger than what was meant is not written: the caller refuses instead. */
export class InexactSqlError extends Error {}

/** How a comparison on a field is written: depends on what the row shows of it. */
export type CompareField = (field: Field, op: Operator, value: Scalar | readonly Scalar[]) => Expression;

/**
 * A predicate as an expression with the same three-valued meaning.
 *
 *     { kind: 'not', of: { kind: 'compare', field: 'borderSection', op: 'eq', value: 'AL-ME' } }
 *     not (c."border_section" = $1::text)                    -- unknown, not TRUE, where the section is null
 */
export function predicateExpression(predicate: Predicate, recordType: RecordType, compare: CompareField): Expression {
  switch (predicate.kind) {
    case 'and':
    case 'or': {
      if (predicate.of.length === 0) {
        // An empty conjunction is true of every row: a malformed plan would release the whole table.
        throw new InexactSqlError(`\`${predicate.kind}\` needs at least one operand`);
      }
      const operands = predicate.of.map((operand) => predicateExpression(operand, recordType, compare));
      return predicate.kind === 'and' ? allOf(operands) : anyOf(operands);
    }
    case 'not':
      return { kind: 'not', of: predicateExpression(predicate.of, recordType, compare) };
    case 'compare':
      return compare(fieldOf(recordType, predicate.field), predicate.op, predicate.value);
    default:
      return unreachable(predicate);
  }
}

/** A clause's condition: over raw values. */
export function rawPredicate(predicate: Predicate, recordType: RecordType): Expression {
  return predicateExpression(predicate, recordType, (field, op, value) =>
    comparison(field, { kind: 'CLEAR' }, op, value),
  );
}

/**
 * A comparison on what a treatment shows; both sides are generalised first (design 5.6), tokens are opened by who executes
 * it. MASKED and WITHHELD compare with nothing.
 */
export function comparison(
  field: Field,
  treatment: Treatment,
  op: Operator,
  value: Scalar | readonly Scalar[],
): Expression {
  if (treatment.kind === 'PSEUDONYM') return tokenComparison(field, op, value);
  if (treatment.kind !== 'CLEAR' && treatment.kind !== 'GENERALISED') return FALSE;
  const shown = shownColumn(field, treatment);
  const bound = (one: Scalar): Expression =>
    treatedValue(field, treatment, { kind: 'value', type: sqlType(field), value: one });
  const isNull: Expression = { kind: 'isNull', of: shown };
  switch (op) {
    case 'isNull':
      return value === true ? isNull : { kind: 'not', of: isNull };
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return { kind: 'compare', op: COMPARISONS[op], left: shown, right: bound(scalar(value)) };
    case 'in':
      return { kind: 'oneOf', operand: shown, elements: list(value).map(bound) };
    case 'notIn':
      return { kind: 'not', of: { kind: 'oneOf', operand: shown, elements: list(value).map(bound) } };
    case 'contains':
      return field.type.isList
        ? { kind: 'hasElement', list: shown, element: bound(scalar(value)) }
        : { kind: 'containsText', text: shown, part: bound(scalar(value)) };
    case 'startsWith':
      return { kind: 'startsWithText', text: shown, part: bound(scalar(value)) };
    default:
      return unreachable(op);
  }
}

/**
 * Tokens compare by equality, which is that of the values behind them; nothing else is said of a row that shows one.
 *
 *     { field: 'documentNumber', op: 'eq', value: 'psn_…' }
 *     c."document_number" = any ($1::text[]) or (c."document_number" is null and null)    -- values: [[Token('psn_…')]]
 */
function tokenComparison(field: Field, op: Operator, value: Scalar | readonly Scalar[]): Expression {
  const raw = column(snakeCase(field.name));
  const isNull: Expression = { kind: 'isNull', of: raw };
  const isBehind = (tokens: readonly Scalar[]): Expression => ({
    kind: 'behindTokens',
    of: raw,
    tokens: tokens.map(String),
  });
  switch (op) {
    case 'isNull':
      return value === true ? isNull : { kind: 'not', of: isNull };
    case 'eq':
      return isBehind([scalar(value)]);
    case 'ne':
      return { kind: 'not', of: isBehind([scalar(value)]) };
    case 'in':
      return isBehind(list(value));
    case 'notIn':
      return { kind: 'not', of: isBehind(list(value)) };
    default:
      return FALSE;
  }
}

const COMPARISONS = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

function scalar(value: Scalar | readonly Scalar[]): Scalar {
  if (typeof value === 'object') throw new InexactSqlError('this operator compares with one value');
  return value;
}

function list(value: Scalar | readonly Scalar[]): readonly Scalar[] {
  if (typeof value !== 'object' || value.length === 0) throw new InexactSqlError('`in` needs at least one value');
  return value;
}

/**
 * The field's own column, or what stands in its place at a step. Null stays null. Of a PSEUDONYM the raw column: the key is
 * not the database's, so who reads it puts the token in its place before anything leaves.
 */
export function shownColumn(field: Field, treatment: Treatment): Expression {
  return treatedValue(field, treatment, column(snakeCase(field.name)), dayColumnOf(field));
}

function treatedValue(field: Field, treatment: Treatment, of: Expression, dayColumn?: string): Expression {
  switch (treatment.kind) {
    case 'CLEAR':
    case 'PSEUDONYM':
      return of;
    case 'GENERALISED':
      return atStep(field, treatment.step, of, dayColumn);
    case 'MASKED':
      return { kind: 'masked', of };
    case 'WITHHELD':
      return { kind: 'constant', value: null };
    default:
      return unreachable(treatment);
  }
}

/** The value at a step of the field's ladder. @throws InexactSqlError if the ladder has no such step */
export function atStep(field: Field, stepName: string, of: Expression, dayColumn?: string): Expression {
  const step = field.ladder.find((candidate) => candidate.name === stepName);
  if (step === undefined) throw new InexactSqlError(`no step \`${stepName}\` on the ladder of \`${field.name}\``);
  const scalarName = field.type.kind === 'enum' ? 'enum' : field.type.name;
  return { kind: 'generalised', step, scalar: scalarName, of, ...(dayColumn === undefined ? {} : { dayColumn }) };
}

/** Only the instant a record is listed by has its local day stored: the ordering index needs it, other fields compute it. */
export function dayColumnOf(field: Field): string | undefined {
  const isInstant = field.type.kind === 'scalar' && field.type.name === 'DateTime' && !field.type.isList;
  return field.isOccurredAt && isInstant ? `${snakeCase(field.name)}_day` : undefined;
}

export function sqlType(field: Field): SqlType {
  if (field.type.kind === 'enum') return 'text';
  switch (field.type.name) {
    case 'String':
    case 'CountryCode':
    case 'ID':
      return 'text';
    case 'Int':
      return 'integer';
    case 'Float':
      return 'double precision';
    case 'Boolean':
      return 'boolean';
    case 'Date':
      return 'date';
    case 'DateTime':
      return 'timestamptz';
    default:
      return unreachable(field.type);
  }
}
