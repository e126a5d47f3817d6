/** Values as PostgreSQL's COPY reads them in text format (manual, COPY, File Formats). */
import type { Scalar, Value } from '../domain/record-type.js';

const NULL = '\\N';
const TO_ESCAPE = /[\\\b\f\n\r\t\v]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** `[7, 'a\tb', null]` → `7⇥a\tb⇥\N↵`: one row, tabs between, ended by a newline. */
export function copyLine(line: number, values: readonly Value[]): string {
  let text = String(line);
  for (const value of values) text += `\t${copyCell(value)}`;
  return `${text}\n`;
}

function copyCell(value: Value): string {
  if (value === null) return NULL;
  if (typeof value === 'object') return escaped(arrayLiteral(value));
  return typeof value === 'string' ? escaped(value) : scalarText(value);
}

function scalarText(value: Scalar): string {
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return String(value);
}

function escaped(text: string): string {
  // Most values hold nothing to escape: one test is cheaper than one replacement.
  return TO_ESCAPE.test(text)
    ? text.replace(/[\\\b\f\n\r\t\v]/g, (character) => ESCAPES[character] ?? character)
    : text;
}

/** `['a', 'b"c']` → `{"a","b\"c"}`; quoted always, so that `NULL` and the empty text stay texts. */
function arrayLiteral(items: readonly Scalar[]): string {
  return `{${items.map((item) => `"${scalarText(item).replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
