import type { Cursor, ReadAsk } from '../domain/ask.js';
import type { Predicate } from '../domain/predicate.js';
import type { Scalar } from '../domain/record-type.js';
import { Token } from '../sql/render.js';
import type { Statement } from './ports.js';

/**
 * An ask with its values taken out: what a statement's text depends on. Asks of one shape under one decision share one
 * compiled statement, whatever they look for; the values go back into their places.
 */
export interface AskShape {
  readonly ask: ReadAsk;
  /** in the order of their slots */
  readonly values: readonly Scalar[];
  /** equal for asks of one shape */
  readonly key: string;
}

// No text of a filter or a cursor can hold NUL: it is refused on the way in, and PostgreSQL stores none.
const SLOT = '\u0000slot ';

/** The first value's place: for a statement that takes one id. */
export const ID_SLOT = `${SLOT}0`;

/** Takes the values of filter and cursor out of an ask. Whether a value is there at all stays part of the shape. */
export function shapeOf(ask: ReadAsk): AskShape {
  const values: Scalar[] = [];
  const slot = (value: Scalar): string => `${SLOT}${values.push(value) - 1}`;
  const { where, page, ...rest } = ask;
  const { cursor, ...place } = page;
  const shaped: ReadAsk = {
    ...rest,
    ...(where === undefined ? {} : { where: shapedPredicate(where, slot) }),
    page: cursor === undefined ? place : { ...place, cursor: shapedCursor(cursor, slot) },
  };
  const { fields, orderBy } = ask;
  return { ask: shaped, values, key: JSON.stringify([fields, shaped.where ?? null, orderBy, shaped.page]) };
}

function shapedPredicate(predicate: Predicate, slot: (value: Scalar) => string): Predicate {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return { kind: predicate.kind, of: predicate.of.map((operand) => shapedPredicate(operand, slot)) };
    case 'not':
      return { kind: 'not', of: shapedPredicate(predicate.of, slot) };
    case 'compare': {
      const { op, value } = predicate;
      // `isNull: true` and `isNull: false` are different conditions, not one condition on two values.
      if (op === 'isNull') return predicate;
      return { ...predicate, value: typeof value === 'object' ? value.map(slot) : slot(value) };
    }
  }
}

function shapedCursor(cursor: Cursor, slot: (value: Scalar) => string): Cursor {
  return { values: cursor.values.map((value) => (value === null ? null : slot(value))), id: slot(cursor.id) };
}

/**
 * The statement with the values of one ask in their places; a clause's own values stay as they were compiled.
 *
 * @param behindToken what is behind a token; the place of one that opens to nothing falls away from its list
 * @throws if the statement compares tokens and there is nobody to open them
 */
export function filled(
  statement: Statement,
  values: readonly Scalar[],
  behindToken: (token: string) => string | undefined = nobody,
): Statement {
  const placed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.flatMap((element) => inList(element));
    return typeof value === 'string' && value.startsWith(SLOT) ? values[Number(value.slice(SLOT.length))] : value;
  };
  const inList = (element: unknown): readonly unknown[] => {
    if (!(element instanceof Token)) return [placed(element)];
    const opened = behindToken(String(placed(element.text)));
    return opened === undefined ? [] : [opened];
  };
  return { text: statement.text, values: statement.values.map(placed) };
}

function nobody(): never {
  throw new Error('a token needs its recipient');
}
