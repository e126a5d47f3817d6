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

export function isRawJson(value: unknown): value is RawJson {
  return typeof value === 'object' && value !== null && typeof (value as Partial<RawJson>).toJson === 'function';
}
