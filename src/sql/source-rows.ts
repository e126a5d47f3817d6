import type { Duration } from '../domain/duration.js';
import type { Operator, Predicate } from '../domain/predicate.js';
import {
  type Field,
  type HandlingCode,
  occurredAtOf,
  type RecordType,
  type Scalar,
  snakeCase,
  VISIBLE_STATUSES,
} from '../domain/record-type.js';
import { redaction, type Treatment, WITHHELD } from '../domain/treatment.js';
import { levelsOf, type RowCondition, type SourcePlan, serves, type Touch } from '../plan/plan-sources.js';
import { allOf, anyOf, caseOf, column, constant, type Expression, isNotFalse, isTrue, TRUE } from './expression.js';
import { comparison, InexactSqlError, predicateExpression, rawPredicate } from './predicate.js';

/** What one source means in SQL: which of its rows are visible, and what each shows. */
export class SourceRows {
  /** TRUE exactly for the visible rows of this database; says nothing about other databases */
  readonly visible: Expression;
  private readonly groups: readonly Expression[];
  private readonly bars: readonly Expression[];

  constructor(
    readonly source: SourcePlan,
    private readonly recordType: RecordType,
  ) {
    const conditions = source.groups.map((group) => groupCondition(group, recordType));
    // Within visible rows, a single group holds always: no need to ask again.
    this.groups = conditions.length === 1 ? [TRUE] : conditions.map(isTrue);
    this.bars = source.bars.map((bar) => isNotFalse(rawPredicate(bar.rows, recordType)));
    this.visible = source.isOwned ? TRUE : visibleRows(source, conditions, recordType);
  }

  /** Builds one expression out of what each treatment of the field would give: the row's own treatment decides. */
  byTreatment(field: Field, give: (treatment: Treatment) => Expression): Expression {
    const { barredBy, levels } = levelsOf(this.source, field);
    const barred = anyOf(barredBy.map((index) => this.bars[index] as Expression));
    const branches = levels.map(({ treatment, groups }) => ({
      when: groups.length === 0 ? TRUE : anyOf(groups.map((index) => this.groups[index] as Expression)),
      gives: give(treatment),
    }));
    // A visible row is in some group: the last level needs no condition.
    const last = branches.at(-1)?.gives ?? give(WITHHELD);
    return caseOf([{ when: barred, gives: give(WITHHELD) }, ...branches.slice(0, -1)], last);
  }

  /** TRUE where the row shows the field well enough for the touch: never unknown. */
  serves(field: Field, touch: Omit<Touch, 'field'>): Expression {
    return this.byTreatment(field, (treatment) => constant(serves(treatment, field, touch)));
  }

  /** The rank of the treatment the row shows the field with. */
  redaction(field: Field): Expression {
    return this.byTreatment(field, (treatment) => constant(redaction(treatment, field.ladder)));
  }

  /** The ask's condition, over shown values. */
  where(predicate: Predicate): Expression {
    const compare = (field: Field, op: Operator, value: Scalar | readonly Scalar[]): Expression =>
      this.byTreatment(field, (treatment) => comparison(field, treatment, op, value));
    return predicateExpression(predicate, this.recordType, compare);
  }

  /** `'101'`: which groups hold and which bars bind on the row, one digit each; empty where only one answer is possible. */
  marks(): Expression {
    if (this.groups.length <= 1 && this.bars.length === 0) return constant('');
    const digit = (when: Expression): Expression => caseOf([{ when, gives: constant('1') }], constant('0'));
    return { kind: 'concat', of: [...this.groups, ...this.bars].map(digit) };
  }
}

function groupCondition(condition: RowCondition, recordType: RecordType): Expression {
  const { rows, codesBlocked, categories, ageMax } = condition;
  return allOf([
    ageMax === undefined ? TRUE : notOlder(ageMax, recordType),
    rows === undefined ? TRUE : rawPredicate(rows, recordType),
    categories === undefined ? TRUE : ofCategory(categories),
    codesBlocked.length === 0 ? TRUE : notBlocked(codesBlocked),
  ]);
}

function notBlocked(codes: readonly HandlingCode[]): Expression {
  const code = column('handling_code');
  const blocked: Expression = { kind: 'oneOf', operand: code, elements: codes.map(constant) };
  return anyOf([
    { kind: 'isNull', of: code },
    { kind: 'not', of: blocked },
  ]);
}

/** Unknown, so not visible, where the category is not stated. */
function ofCategory(categories: readonly string[]): Expression {
  const elements = categories.map((value): Expression => ({ kind: 'value', type: 'text', value }));
  return { kind: 'oneOf', operand: column('data_subject_category'), elements };
}

/** Unknown, so not visible, where the record does not say when it occurred. */
function notOlder(age: Duration, recordType: RecordType): Expression {
  const field = occurredAtOf(recordType);
  if (field === undefined) throw new InexactSqlError(`\`${recordType.name}\` does not say when a record occurred`);
  const scalar = field.type.name === 'Date' ? 'Date' : 'DateTime';
  return { kind: 'compare', op: '>=', left: column(snakeCase(field.name)), right: { kind: 'ago', age, scalar } };
}

function visibleRows(source: SourcePlan, conditions: readonly Expression[], recordType: RecordType): Expression {
  const status: Expression = { kind: 'oneOf', operand: column('status'), elements: VISIBLE_STATUSES.map(constant) };
  // A row is hidden where the prohibition's condition is TRUE or unknown: it must be FALSE.
  const hidden = source.hiding.map(
    (rows): Expression => ({ kind: 'not', of: isNotFalse(rawPredicate(rows, recordType)) }),
  );
  return allOf([anyOf(conditions), ...hidden, status]);
}
