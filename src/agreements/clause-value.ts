import type { Field, Scalar } from '../domain/record-type.js';

export type ReadValue = { readonly value: Scalar } | { readonly expected: string };

const INT_MAX = 2_147_483_647;
const INSTANT = /^[1-9]\d{3}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const DAY = /^[1-9]\d{3}-\d{2}-\d{2}$/;

/**
 * One value of a clause's condition in the form rows hold it: what it is compared with.
 *
 *     DateTime: 2024-05-01T00:00:00+02:00 → 2024-04-30T22:00:00.000Z     Int: 3.5 → expected a whole number …
 */
export function clauseValue(field: Field, value: Scalar): ReadValue {
  const { type } = field;
  if (type.kind === 'enum') {
    const isKnown = typeof value === 'string' && type.values.includes(value);
    return isKnown ? { value } : { expected: `a value of \`${type.name}\`` };
  }
  switch (type.name) {
    case 'Boolean':
      return typeof value === 'boolean' ? { value } : { expected: '`true` or `false`' };
    case 'Int':
      return Number.isInteger(value) && Math.abs(Number(value)) <= INT_MAX
        ? { value }
        : { expected: 'a whole number of 32 bits' };
    case 'Float':
      return typeof value === 'number' ? { value } : { expected: 'a number' };
    case 'Date':
      return typeof value === 'string' && isDay(value) ? { value } : { expected: 'a day such as `2024-05-01`' };
    case 'DateTime':
      return instantValue(value);
    case 'CountryCode':
      return typeof value === 'string' && /^[A-Z]{3}$/.test(value)
        ? { value }
        : { expected: 'a country code of three capital letters' };
    case 'String':
    case 'ID':
      return typeof value === 'string' ? { value } : { expected: 'text' };
  }
}

function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const instant = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text);
}

function instantValue(value: Scalar): ReadValue {
  const expected = { expected: 'an instant with offset such as `2024-05-01T00:00:00+02:00`' };
  if (typeof value !== 'string' || !INSTANT.test(value) || !isDay(value.slice(0, 10))) return expected;
  const instant = new Date(value);
  return Number.isNaN(instant.getTime()) ? expected : { value: instant.toISOString() };
}
