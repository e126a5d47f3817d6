/** How a document (parsed YAML or JSON) is taken apart: every fault is noted with its path, and reading goes on. */
import type { UserError } from '../domain/errors.js';
import { nearWord } from '../support/near-word.js';

/** Where in the document: `['clauses', '0', 'fields', 'detectedAt']`. */
export type Path = readonly string[];

const FAULTS_MAX = 100;
const MORE_FAULTS: UserError = {
  path: [],
  code: 'MORE_FAULTS',
  message: `only the first ${FAULTS_MAX} faults are told; mend these and try again`,
};

/** Faults of a document in the order they were met, 100 at most. */
export class Faults {
  readonly #noted: UserError[] = [];

  /** @param message a function where it takes work to say: it is asked only for faults that are told */
  note(path: Path, code: string, message: string | (() => string)): undefined {
    if (this.#noted.length < FAULTS_MAX) {
      this.#noted.push({ path, code, message: typeof message === 'string' ? message : message() });
    }
    // A document made of faults would otherwise be answered with many times its own length.
    else if (this.#noted.length === FAULTS_MAX) this.#noted.push(MORE_FAULTS);
    return undefined;
  }

  get all(): readonly UserError[] {
    return this.#noted;
  }
}

export type Mapping = Readonly<Record<string, unknown>>;

/** One value of the document, where it stands, and where its faults are noted. */
export interface Place {
  readonly value: unknown;
  readonly path: Path;
  readonly faults: Faults;
}

/** The place of a key of a mapping, or of an element of a list. */
export function placeAt(of: Place, key: string | number, value: unknown): Place {
  return { value, path: [...of.path, String(key)], faults: of.faults };
}

/**
 * The value as a mapping of known keys only. What nobody reads must not stand in what is signed: an unknown key is a fault,
 * with the key that was probably meant.
 */
export function readMapping(place: Place, keys: readonly string[], meant: string): Mapping | undefined {
  const { value, path, faults } = place;
  if (!isMapping(value)) return faults.note(path, 'INVALID', `expected ${meant}, found ${kindOf(value)}`);
  for (const key of Object.keys(value)) {
    if (keys.includes(key)) continue;
    const shown = shownInput(key);
    faults.note([...path, shown], 'KEY_UNKNOWN', () => {
      const near = nearWord(shown, keys);
      const hint = near === undefined ? `known are ${quoted(keys)}` : `did you mean \`${near}\`?`;
      return `there is no key \`${shown}\` here; ${hint}`;
    });
  }
  return value;
}

/** Is it an object with keys, as JSON and YAML know them? Never an array, never an object of some class. */
export function isMapping(value: unknown): value is Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A key's value, own keys only: `constructor` is not in every mapping. */
export function memberOf(mapping: Mapping, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

export interface TextRule {
  readonly meant: string;
  readonly pattern?: RegExp;
  readonly lengthMax: number;
}

/**
 * Control characters, lone surrogates, private use, marks that turn the direction of writing, and what takes no room: what
 * is signed must be what is seen.
 */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]/u;

const SHOWN_LENGTH_MAX = 80;

/** Input as a message or a path may show it: on one line, visible, and short. */
export function shownInput(text: string): string {
  const visible = text.slice(0, SHOWN_LENGTH_MAX).replace(new RegExp(UNPRINTABLE, 'gu'), '\ufffd');
  return text.length > SHOWN_LENGTH_MAX ? `${visible}…` : visible;
}

/** The value as text. White space around it is a fault, not trimmed: the signed text is the text as written. */
export function readText({ value, path, faults }: Place, rule: TextRule): string | undefined {
  if (value === undefined || value === null) return faults.note(path, 'REQUIRED', `${rule.meant} is missing`);
  if (typeof value !== 'string') {
    const mend = typeof value === 'number' ? '; put it in quotes' : '';
    return faults.note(path, 'INVALID', `expected ${rule.meant} as text, found ${kindOf(value)}${mend}`);
  }
  if (value === '' || value.trim() !== value) {
    return faults.note(path, 'INVALID', `${rule.meant} is empty or has white space around it`);
  }
  if (value.length > rule.lengthMax) {
    return faults.note(path, 'INVALID', `${rule.meant} has more than ${rule.lengthMax} characters`);
  }
  if (UNPRINTABLE.test(value)) return faults.note(path, 'INVALID', `${rule.meant} holds an invisible character`);
  if (rule.pattern !== undefined && !rule.pattern.test(value)) {
    return faults.note(path, 'INVALID', `\`${shownInput(value)}\` is not ${rule.meant}`);
  }
  return value;
}

/** The value as one of the words. */
export function readWord<T extends string>({ value, path, faults }: Place, words: readonly T[]): T | undefined {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  if (value === undefined) return faults.note(path, 'REQUIRED', `one of ${quoted(words)} is missing`);
  const text = typeof value === 'string' ? shownInput(value) : undefined;
  const shown = text === undefined ? kindOf(value) : `\`${text}\``;
  return faults.note(path, 'INVALID', () => {
    const near = text === undefined ? undefined : nearWord(text, words);
    const hint = near === undefined ? `expected one of ${quoted(words)}` : `did you mean \`${near}\`?`;
    return `${shown} is not known here; ${hint}`;
  });
}

/** The value as a whole number within bounds. */
export function readWhole(
  { value, path, faults }: Place,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  return faults.note(path, 'INVALID', `expected a whole number from ${min} to ${max}`);
}

/**
 * The value as a list without repetition, each element read by `readElement`. Undefined if one element is faulty.
 *
 * @param bounds how many elements are allowed
 */
export function readList<T>(
  place: Place,
  bounds: { readonly min: number; readonly max: number },
  readElement: (element: Place) => T | undefined,
): readonly T[] | undefined {
  const { value, path, faults } = place;
  if (!Array.isArray(value)) return faults.note(path, 'INVALID', `expected a list, found ${kindOf(value)}`);
  if (value.length < bounds.min || value.length > bounds.max) {
    return faults.note(path, 'INVALID', `expected ${bounds.min} to ${bounds.max} elements, found ${value.length}`);
  }
  const elements = value.map((element: unknown, index) => readElement(placeAt(place, index, element)));
  const read = elements.filter((element) => element !== undefined);
  return read.length === elements.length ? read : undefined;
}

/**
 * The value as a set of texts: repetition is a fault, and the order says nothing, so they come out sorted by UTF-16 code
 * units. Two documents that mean the same have the same signed bytes.
 */
export function readSet<T extends string>(
  place: Place,
  bounds: { readonly min: number; readonly max: number },
  readElement: (element: Place) => T | undefined,
): readonly T[] | undefined {
  const elements = readList(place, bounds, readElement);
  if (elements === undefined) return undefined;
  if (new Set(elements).size !== elements.length) {
    return place.faults.note(place.path, 'DUPLICATE', 'the same element stands twice');
  }
  return [...elements].sort();
}

/** A value's kind in a reader's words; never the value itself. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return 'a mapping';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

/** `` `a`, `b` `` */
export function quoted(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}
