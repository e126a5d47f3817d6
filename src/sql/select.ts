import type { Expression } from './expression.js';
import { type CompiledStatement, quoteName, Renderer } from './render.js';

/** One select over some partitions of one record table. */
export interface SectionSelect {
  readonly columns: readonly Expression[];
  /** what rows of all sections are compared by */
  readonly keys: readonly Expression[];
  /** what this section's rows are sorted by: in the order of `keys`, and indexed where that is */
  readonly sortKeys: readonly Expression[];
  readonly where: Expression;
}

/** A page over one record table: sections sorted alike are merged by the same keys. */
export interface SelectQuery {
  /** table in schema `records` */
  readonly table: string;
  /** at least one */
  readonly sections: readonly SectionSelect[];
  readonly directions: readonly ('ASC' | 'DESC')[];
  /** read from the end: every direction turned round, nulls first; the caller turns the rows back */
  readonly isReversed: boolean;
  /** the keys stand behind the columns, for cursors */
  readonly withKeys: boolean;
  readonly rowsMax: number;
}

/**
 * The statement of a page.
 *
 *     select c."database_id", c."id", …, c."nationality" from records."border_crossing" c
 *     where c."database_id" = 1 and c."border_section" = $1::text
 *     order by c."detected_at_day" desc nulls last, c."id" asc limit 51
 *
 * Several sections become limited branches, each walking its own index, sorted together at the end: a plain UNION ALL under
 * one ORDER BY would read every branch whole. The limit is part of the text: as a parameter it spoils the plan.
 */
export function renderSelect(query: SelectQuery, timeZone: string): CompiledStatement {
  const renderer = new Renderer(timeZone);
  if (query.sections.length === 1) {
    const section = query.sections[0] as SectionSelect;
    return { text: renderSection(section, query, renderer, query.withKeys), values: renderer.values };
  }
  const branches = query.sections.map((section) => `(${renderSection(section, query, renderer, true)})`);
  const width = query.sections[0]?.columns.length ?? 0;
  const outputs = Array.from({ length: width + (query.withKeys ? query.directions.length : 0) }, (_, i) => `u.x${i}`);
  const order = orderBy(
    query.directions.map((_, index) => `u.x${width + index}`),
    'u.x1',
    query,
  );
  return {
    text: `select ${outputs.join(', ')} from (${branches.join(' union all ')}) u ${order} limit ${query.rowsMax}`,
    values: renderer.values,
  };
}

function renderSection(section: SectionSelect, query: SelectQuery, renderer: Renderer, withKeys: boolean): string {
  // An output name equal to a column would change what ORDER BY means: names are x0, x1 …
  const outputs = [...section.columns, ...(withKeys ? section.keys : [])].map(
    (expression, index) => `${renderer.expression(expression)} as x${index}`,
  );
  const keys = section.sortKeys.map((key) => renderer.operand(key));
  return [
    `select ${outputs.join(', ')} from records.${quoteName(query.table)} c`,
    `where ${renderer.expression(section.where)}`,
    `${orderBy(keys, 'c."id"', query)} limit ${query.rowsMax}`,
  ].join(' ');
}

function orderBy(keys: readonly string[], id: string, query: SelectQuery): string {
  const { isReversed } = query;
  const terms = keys.map((key, index) => {
    const isAscending = (query.directions[index] === 'ASC') !== isReversed;
    return `${key} ${isAscending ? 'asc' : 'desc'} nulls ${isReversed ? 'first' : 'last'}`;
  });
  return `order by ${[...terms, `${id} ${isReversed ? 'desc' : 'asc'}`].join(', ')}`;
}
