// Values as steps and comparisons mean them: design 3 (ladders), 5.6 and the words of domain/predicate and domain/ladder.
import type { LadderStep, Period } from '../../src/domain/ladder.js';
import type { Predicate, Truth } from '../../src/domain/predicate.js';
import type { Scalar, Value } from '../../src/domain/record-type.js';
import { localTime, startOfDay } from './local-clock.js';

/** A value at a step of its ladder. */
export function atStep(value: Scalar, step: LadderStep, timeZone: string): Scalar {
  switch (step.kind) {
    case 'period': {
      const text = String(value);
      if (!text.includes('T')) return firstDay(text, step.period);
      const start = firstDay(localTime(Date.parse(text), timeZone).day, step.period);
      return new Date(startOfDay(start, timeZone)).toISOString();
    }
    case 'width':
      return Math.floor(Number(value) / step.width) * step.width;
    case 'before':
      return String(value).split(step.separator)[0] as string;
    case 'groups':
      return Object.entries(step.groups).find(([, members]) => members.includes(String(value)))?.[0] ?? step.otherwise;
  }
}

function firstDay(day: string, period: Period): string {
  const [year, month] = day.split('-');
  switch (period) {
    case 'day':
      return day;
    case 'month':
      return `${year}-${month}-01`;
    case 'quarter':
      return `${year}-${String(Math.floor((Number(month) - 1) / 3) * 3 + 1).padStart(2, '0')}-01`;
    case 'year':
      return `${year}-01-01`;
  }
}

/** The ISO 8601 label of a period that begins with this shown value; other steps are their own label. */
export function labelAtStep(shown: Scalar | null, step: LadderStep, timeZone: string): Scalar | null {
  if (shown === null || step.kind !== 'period') return shown;
  const text = String(shown);
  const day = text.includes('T') ? localTime(Date.parse(text), timeZone).day : text;
  const [year, month] = day.split('-');
  switch (step.period) {
    case 'day':
      return day;
    case 'month':
      return `${year}-${month}`;
    case 'quarter':
      return `${year}-Q${Math.ceil(Number(month) / 3)}`;
    case 'year':
      return String(year);
  }
}

export function isListValue(value: Value): value is readonly Scalar[] {
  return typeof value === 'object' && value !== null;
}

/** Numbers by size, FALSE before TRUE, text by its bytes. */
export function compareValues(a: Scalar, b: Scalar): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return Number(a) - Number(b);
}

/** What a condition's leaves see of a row. */
export interface Sight {
  valueOf(field: string): Value;
  /** what stands in the condition, brought to how the row shows the field */
  literalOf(field: string, literal: Scalar): Scalar;
}

/** TRUE, FALSE or unknown. */
export function truthOf(predicate: Predicate, sight: Sight): Truth {
  switch (predicate.kind) {
    case 'and': {
      const parts = predicate.of.map((part) => truthOf(part, sight));
      return parts.includes(false) ? false : parts.includes(null) ? null : true;
    }
    case 'or': {
      const parts = predicate.of.map((part) => truthOf(part, sight));
      return parts.includes(true) ? true : parts.includes(null) ? null : false;
    }
    case 'not': {
      const part = truthOf(predicate.of, sight);
      return part === null ? null : !part;
    }
    case 'compare':
      return truthOfComparison(predicate, sight);
  }
}

type Comparison = Extract<Predicate, { kind: 'compare' }>;

function truthOfComparison({ field, op, value: given }: Comparison, sight: Sight): Truth {
  const value = sight.valueOf(field);
  if (op === 'isNull') return (value === null) === given;
  if (value === null) return null;
  const literals = (isListValue(given) ? given : [given]).map((literal) => sight.literalOf(field, literal));
  const [literal] = literals;
  if (literal === undefined) throw new Error(`\`${op}\` without a value`);
  if (isListValue(value)) return value.includes(literal);
  switch (op) {
    case 'eq':
      return value === literal;
    case 'ne':
      return value !== literal;
    case 'in':
      return literals.includes(value);
    case 'notIn':
      return !literals.includes(value);
    case 'gt':
      return compareValues(value, literal) > 0;
    case 'gte':
      return compareValues(value, literal) >= 0;
    case 'lt':
      return compareValues(value, literal) < 0;
    case 'lte':
      return compareValues(value, literal) <= 0;
    case 'contains':
      return String(value).includes(String(literal));
    case 'startsWith':
      return String(value).startsWith(String(literal));
  }
}
