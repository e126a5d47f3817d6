import type { OrderTerm } from '../domain/ask.js';
import { type RecordType, screamingCase } from '../domain/record-type.js';
import type { InputProblem } from './filter.js';

/** A value of a type's order enum and the field it stands for; lists have no order. */
export function orderFieldsOf(
  recordType: Pick<RecordType, 'fields'>,
): readonly { readonly name: string; readonly field: string }[] {
  return recordType.fields
    .filter((field) => !field.type.isList)
    .map((field) => ({ name: screamingCase(field.name), field: field.name }));
}

export type ReadOrder =
  | { readonly kind: 'order'; readonly terms: readonly OrderTerm[] }
  | { readonly kind: 'problems'; readonly problems: readonly InputProblem[] };

/**
 * The terms an `orderBy` argument says, the weightiest first; none for the default order. A second term for the same field
 * would never decide, so it is refused.
 */
export function readOrder(recordType: RecordType, input: unknown, path: readonly string[] = ['orderBy']): ReadOrder {
  if (input === null || input === undefined) return { kind: 'order', terms: [] };
  const known = orderFieldsOf(recordType);
  const terms: OrderTerm[] = [];
  const problems: InputProblem[] = [];
  // GraphQL takes a single object for a list of one.
  const items: readonly unknown[] = Array.isArray(input) ? input : [input];
  items.forEach((item: unknown, index) => {
    const at = [...path, String(index)];
    const given = typeof item === 'object' && item !== null ? (item as Readonly<Record<string, unknown>>) : {};
    const field = known.find(({ name }) => name === given.field)?.field;
    const direction = given.direction;
    if (field === undefined)
      problems.push({ path: [...at, 'field'], message: `a field of \`${recordType.name}\` is expected` });
    else if (direction !== 'ASC' && direction !== 'DESC') {
      problems.push({ path: [...at, 'direction'], message: '`ASC` or `DESC` is expected' });
    } else if (terms.some((term) => term.field === field)) {
      problems.push({ path: at, message: `\`${field}\` is ordered by already` });
    } else terms.push({ field, direction });
  });
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'order', terms };
}
