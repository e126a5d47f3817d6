import type { FieldType, Scalar, ScalarName, Value } from '../domain/record-type.js';
import { instantOf, isCalendarDate } from './calendar.js';
import { oneOf } from './words.js';

/** Longest text in characters; longest text of a key or matched field (PostgreSQL indexes no row above 2.7 kB). */
export const TEXT_LENGTH_MAX = 10_000;
export const INDEXED_TEXT_LENGTH_MAX = 200;
/** most items of a list */
export const LIST_ITEMS_MAX = 1_000;
/** stands between the items of a list in one CSV cell */
export const LIST_SEPARATOR = '|';

/**
 * A typed value, or what was there instead and what was expected. Never the value itself: a message may travel to logs and
 * screens where the value must not.
 */
export type Read<T = Value> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'problem'; readonly valueKind: string; readonly expectation: string };

/** A reader for one type: from a JSON value, or from the text of a CSV cell. */
export interface ValueReader {
  /** `null` and `undefined` are null; every other value must fit */
  readonly fromJson: (input: unknown) => Read;
  /** the empty text is null; items of a list stand between `|` */
  readonly fromText: (text: string) => Read;
}

type ReadScalar = (input: unknown) => Read<Scalar>;

const NOTHING: Read = { kind: 'value', value: null };

/**
 * The reader for a field's type, for imports, filters and clauses alike: one rule of what fits.
 * Values come out as domain/record-type.ts says: DateTime in UTC with milliseconds (further digits are cut), `-0` as `0`.
 */
export function valueReader(type: FieldType): ValueReader {
  const json = scalarReader(type);
  const text: ReadScalar = type.kind === 'enum' ? json : (TEXT_READERS[type.name] ?? json);
  if (!type.isList) {
    return {
      fromJson: (input) => (input === null || input === undefined ? NOTHING : json(input)),
      fromText: (cell) => (cell === '' ? NOTHING : text(cell)),
    };
  }
  return {
    fromJson: (input) => (input === null || input === undefined ? NOTHING : readList(input, json)),
    fromText: (cell) => (cell === '' ? NOTHING : readList(cell.split(LIST_SEPARATOR), text)),
  };
}

/** The reader for one item: of a list field, or of the list behind `in`. Null is no item. */
export function itemReader(type: FieldType): (input: unknown) => Read<Scalar> {
  return scalarReader(type);
}

function readList(input: unknown, item: ReadScalar): Read {
  if (!Array.isArray(input)) return problem(input, 'a list');
  if (input.length > LIST_ITEMS_MAX) return problem(input, `a list of at most ${LIST_ITEMS_MAX} items`);
  const values: Scalar[] = [];
  for (const element of input) {
    const read = element === '' ? problem(element, 'a list without empty items') : item(element);
    if (read.kind === 'problem') return { ...read, valueKind: `list with ${read.valueKind}` };
    values.push(read.value);
  }
  return { kind: 'value', value: values };
}

function scalarReader(type: FieldType): ReadScalar {
  if (type.kind === 'scalar') return JSON_READERS[type.name];
  const values = new Set(type.values);
  const expectation = `one of ${oneOf(type.values)}`;
  return (input) => (typeof input === 'string' && values.has(input) ? sound(input) : problem(input, expectation));
}

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const WHOLE = /^-?(0|[1-9]\d*)$/;
/**
 * Beyond, arithmetic leaves the range of a double: PostgreSQL then fails the whole statement, so that one stored value
 * could keep everybody from summing; and a ladder would show a number just below 0 as 0.
 */
const FLOAT_EXPONENT_MAX = 100;
const FLOAT_SIZE_MAX = 10 ** FLOAT_EXPONENT_MAX;
const FLOAT_SIZE_MIN = 10 ** -FLOAT_EXPONENT_MAX;

function isOrdinary(number: number): boolean {
  const size = Math.abs(number);
  return size === 0 || (size >= FLOAT_SIZE_MIN && size <= FLOAT_SIZE_MAX);
}

/** With the `u` flag, halves of a pair match on their own only. */
const LONE_SURROGATE = /\p{Surrogate}/u;
const COUNTRY_CODE = /^[A-Z]{3}$/;

const JSON_READERS: Readonly<Record<ScalarName, ReadScalar>> = {
  String: readText,
  ID: (input) => (typeof input === 'number' && Number.isSafeInteger(input) ? sound(String(input)) : readText(input)),
  Int: (input) =>
    typeof input === 'number' && Number.isInteger(input) && input >= INT_MIN && input <= INT_MAX
      ? sound(input + 0)
      : problem(input, `a whole number from ${INT_MIN} to ${INT_MAX}`),
  Float: (input) =>
    typeof input === 'number' && isOrdinary(input)
      ? sound(input + 0)
      : problem(
          input,
          `a number between -1e${FLOAT_EXPONENT_MAX} and 1e${FLOAT_EXPONENT_MAX}, 0 or not smaller than 1e-${FLOAT_EXPONENT_MAX}`,
        ),
  Boolean: (input) => (typeof input === 'boolean' ? sound(input) : problem(input, '`true` or `false`')),
  Date: (input) =>
    typeof input === 'string' && isCalendarDate(input)
      ? sound(input)
      : problem(input, 'a calendar date of the years 1000 to 9999, such as `2023-05-04`'),
  DateTime: readInstant,
  CountryCode: (input) =>
    typeof input === 'string' && COUNTRY_CODE.test(input)
      ? sound(input)
      : problem(input, 'three capital letters, such as `XKX`'),
};

/** Where a CSV cell reads otherwise than a JSON text: numbers and truth values have no quotes there. */
const TEXT_READERS: Readonly<Partial<Record<ScalarName, ReadScalar>>> = {
  Int: (cell) => JSON_READERS.Int(typeof cell === 'string' && WHOLE.test(cell) ? Number(cell) : cell),
  Float: (cell) => JSON_READERS.Float(typeof cell === 'string' && NUMBER.test(cell) ? Number(cell) : cell),
  Boolean: (cell) => JSON_READERS.Boolean(typeof cell === 'string' ? (TRUTHS.get(cell.toLowerCase()) ?? cell) : cell),
};
const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

function readText(input: unknown): Read<Scalar> {
  if (typeof input !== 'string') return problem(input, 'a text');
  if (input.includes('\u0000')) return problem(input, 'a text without the character NUL');
  if (LONE_SURROGATE.test(input)) return problem(input, 'a text of whole Unicode characters');
  if (isLongerThan(input, TEXT_LENGTH_MAX)) return problem(input, `a text of at most ${TEXT_LENGTH_MAX} characters`);
  return sound(input);
}

function readInstant(input: unknown): Read<Scalar> {
  // A scalar of the API may have made a Date of it already.
  const instant =
    typeof input === 'string' ? instantOf(input) : input instanceof Date ? instantOf(isoOf(input)) : undefined;
  return instant === undefined
    ? problem(input, 'an instant of the years 1000 to 9999 with its offset, such as `2023-05-04T10:00:00Z`')
    : sound(instant);
}

const isoOf = (date: Date): string => (Number.isNaN(date.getTime()) ? '' : date.toISOString());

/** Is a text longer than this many characters (code points)? */
export function isLongerThan(text: string, charactersMax: number): boolean {
  if (text.length <= charactersMax) return false;
  let count = 0;
  for (const _ of text) {
    count += 1;
    if (count > charactersMax) return true;
  }
  return false;
}

const sound = (value: Scalar): Read<Scalar> => ({ kind: 'value', value });

function problem(input: unknown, expectation: string): Extract<Read, { kind: 'problem' }> {
  return { kind: 'problem', valueKind: kindOf(input), expectation };
}

/** What kind of value this is, in a word that tells nothing about it. */
export function kindOf(input: unknown): string {
  if (input === null || input === undefined) return 'nothing';
  if (Array.isArray(input)) return 'list';
  if (input === '') return 'empty text';
  switch (typeof input) {
    case 'string':
      return 'text';
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return input instanceof Date ? 'instant' : 'object';
  }
}
