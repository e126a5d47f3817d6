import type { GraphQLResolveInfo } from 'graphql';
import type { ApiContext } from './context.js';

/**
 * What a record root field answers: the JSON text of the field's value, written once from the text cells of the database.
 * graphql-js never walks it, so no resolver and no rule runs per record field (design 10).
 */
export interface RawJson {
  toJson(): string;
}

/** The resolver of one record root field. Arguments are coerced; `info` holds the selection to write. */
export type RecordResolver = (
  args: Readonly<Record<string, unknown>>,
  context: ApiContext,
  info: GraphQLResolveInfo,
) => Promise<RawJson | null>;

/** One resolver per generated root field, by its name. A field without one is a failure at start, not at the first query. */
export interface RecordResolvers {
  readonly Query: Readonly<Record<string, RecordResolver>>;
  /** imports: their payloads are small, so graphql-js walks them */
  readonly Mutation: Readonly<
    Record<
      string,
      (args: Readonly<Record<string, unknown>>, context: ApiContext, info: GraphQLResolveInfo) => Promise<unknown>
    >
  >;
}

export function isRawJson(value: unknown): value is RawJson {
  return typeof value === 'object' && value !== null && typeof (value as Partial<RawJson>).toJson === 'function';
}
