import { canonicalJson, type JsonValue } from '../../support/canonical-json.js';

/** Do two parts of a document say the same, to the letter? Absent keys and keys without a value are one. */
export function isSame(a: unknown, b: unknown): boolean {
  return a === b || textOf(a) === textOf(b);
}

/** The one spelling of a part of a document; of what is absent, `null`. */
export function textOf(part: unknown): string {
  // Terms hold what JSON holds: they were read from it.
  return canonicalJson((part ?? null) as JsonValue);
}
