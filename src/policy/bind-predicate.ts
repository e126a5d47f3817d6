import { operatorsOf, type Predicate, VALUES_IN_LIST_MAX } from '../domain/predicate.js';
import type { Field, RecordType, Scalar } from '../domain/record-type.js';

type Comparison = Extract<Predicate, { kind: 'compare' }>;

/**
 * A clause's condition as it binds to a record type: the same tree with instants in the one form rows have
 * (`2024-05-01T00:00:00+02:00` → `2024-04-30T22:00:00.000Z`), or null if it does not fit.
 *
 * Drafting refuses what does not fit; but the exchange standard may change after a clause was signed. Null then means:
 * a permission shows nothing, a prohibition speaks of every row.
 */
export function bindPredicate(predicate: Predicate, recordType: RecordType): Predicate | null {
  switch (predicate.kind) {
    case 'and':
    case 'or': {
      const of = predicate.of.map((part) => bindPredicate(part, recordType));
      return of.length > 0 && isWhole(of) ? { kind: predicate.kind, of } : null;
    }
    case 'not': {
      const of = bindPredicate(predicate.of, recordType);
      return of === null ? null : { kind: 'not', of };
    }
    case 'compare':
      return bindComparison(predicate, recordType);
    default:
      // A kind of a later version of the hub, read from a stored agreement.
      return null;
  }
}

function bindComparison({ field: name, op, value }: Comparison, recordType: RecordType): Predicate | null {
  const field = recordType.fields.find((one) => one.name === name);
  if (field === undefined || !operatorsOf(field).includes(op)) return null;
  if (op === 'isNull') return typeof value === 'boolean' ? { kind: 'compare', field: name, op, value } : null;
  if (op === 'in' || op === 'notIn') {
    if (!Array.isArray(value) || value.length === 0 || value.length > VALUES_IN_LIST_MAX) return null;
    const values = value.map((one: Scalar) => bindLiteral(one, field));
    return isWhole(values) ? { kind: 'compare', field: name, op, value: values } : null;
  }
  if (typeof value === 'object') return null;
  const literal = bindLiteral(value, field);
  return literal === null ? null : { kind: 'compare', field: name, op, value: literal };
}

function isWhole<Part>(parts: readonly (Part | null)[]): parts is readonly Part[] {
  return !parts.includes(null);
}

const INT_MAX = 2 ** 31 - 1;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

function bindLiteral(literal: Scalar, { type }: Field): Scalar | null {
  if (type.kind === 'enum') return typeof literal === 'string' && type.values.includes(literal) ? literal : null;
  switch (type.name) {
    case 'Int':
      return Number.isInteger(literal) && Math.abs(Number(literal)) <= INT_MAX ? literal : null;
    case 'Float':
      return Number.isFinite(literal) ? literal : null;
    case 'Boolean':
      return typeof literal === 'boolean' ? literal : null;
    case 'Date':
      return typeof literal === 'string' && isDay(literal) ? literal : null;
    case 'DateTime':
      return typeof literal === 'string' && isInstant(literal) ? new Date(literal).toISOString() : null;
    case 'String':
    case 'CountryCode':
    case 'ID':
      return typeof literal === 'string' && isStorable(literal) ? literal : null;
    default:
      return null;
  }
}

function isDay(text: string): boolean {
  const instant = Date.parse(`${text}T00:00:00.000Z`);
  // `2023-02-30` is read as 2 March: only what reads back the same is a day.
  return text.length === 10 && !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
}

function isInstant(text: string): boolean {
  return INSTANT.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text));
}

/** PostgreSQL holds neither NUL nor half a surrogate pair, so no value of a row equals one. */
function isStorable(text: string): boolean {
  return !text.includes('\u0000') && !/\p{Surrogate}/u.test(text);
}
