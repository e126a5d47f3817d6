import type { GraphQLScalarType } from 'graphql';
import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from '../domain/ask.js';
import { HubError } from '../domain/errors.js';

@ObjectType({ simpleResolvers: true, description: 'Where a page stands in its list.' })
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean;
  @Field(() => Boolean)
  hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true })
  startCursor!: string | null;
  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `At most ${PAGE_SIZE_MAX}; ${PAGE_SIZE_DEFAULT} if neither \`first\` nor \`last\` is given.`,
  })
  first?: number | null;
  @Field(() => String, { nullable: true })
  after?: string | null;
  @Field(() => Int, { nullable: true, description: `At most ${PAGE_SIZE_MAX}.` })
  last?: number | null;
  @Field(() => String, { nullable: true })
  before?: string | null;
}

export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

export interface Connection<T> {
  readonly nodes: readonly T[];
  readonly edges: readonly Edge<T>[];
  readonly pageInfo: PageInfo;
}

/** The classes of a Relay connection of `node`, named after it. */
export function connectionOf<T extends object>(
  node: ClassType<T> | GraphQLScalarType,
  name: string,
): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true })
  class NodeEdge {
    @Field(() => String)
    cursor!: string;
    @Field(() => node)
    node!: T;
  }
  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: `A page of a list of \`${name}\`.` })
  class NodeConnection {
    @Field(() => [node])
    nodes!: readonly T[];
    @Field(() => [NodeEdge])
    edges!: readonly NodeEdge[];
    @Field(() => PageInfo)
    pageInfo!: PageInfo;
  }
  return NodeConnection;
}

const CURSOR_MARK = 'besa:';

/** Opaque by convention, not by secret: these lists hold nothing the caller may not read. */
export const cursorOf = (key: string): string => Buffer.from(CURSOR_MARK + key, 'utf8').toString('base64url');

/** The key inside a cursor. @throws HubError BAD_USER_INPUT if it is none of ours */
export function keyOf(cursor: string, argument: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!text.startsWith(CURSOR_MARK)) {
    throw new HubError('BAD_USER_INPUT', `\`${argument}\` is no cursor of this list`, { path: [argument] });
  }
  return text.slice(CURSOR_MARK.length);
}

export interface PageSize {
  readonly direction: 'FORWARD' | 'BACKWARD';
  readonly size: number;
}

/** How many and which way. @throws HubError BAD_USER_INPUT or LIMIT_EXCEEDED */
export function pageSizeOf({ first, last }: Pick<PageArgs, 'first' | 'last'>): PageSize {
  if (first != null && last != null) {
    throw new HubError('BAD_USER_INPUT', 'give `first` or `last`, not both', { path: ['last'] });
  }
  const name = last == null ? 'first' : 'last';
  const size = last ?? first ?? PAGE_SIZE_DEFAULT;
  if (size < 0) throw new HubError('BAD_USER_INPUT', `\`${name}\` is not negative`, { path: [name] });
  if (size > PAGE_SIZE_MAX) {
    throw new HubError('LIMIT_EXCEEDED', `\`${name}\` is at most ${PAGE_SIZE_MAX}`, {
      limit: PAGE_SIZE_MAX,
      path: [name],
    });
  }
  return { direction: last == null ? 'FORWARD' : 'BACKWARD', size };
}

/**
 * A page of a list that is in memory already, ordered by `key`.
 * @throws HubError as `pageSizeOf` and `keyOf`
 */
export function pageOf<T>(items: readonly T[], key: (item: T) => string, args: PageArgs): Connection<T> {
  const { direction, size } = pageSizeOf(args);
  const after = args.after == null ? undefined : keyOf(args.after, 'after');
  const before = args.before == null ? undefined : keyOf(args.before, 'before');
  const between = items.filter(
    (item) => (after === undefined || key(item) > after) && (before === undefined || key(item) < before),
  );
  const nodes = direction === 'FORWARD' ? between.slice(0, size) : between.slice(Math.max(0, between.length - size));
  const isCut = nodes.length < between.length;
  return connectionFrom(nodes, key, {
    hasNextPage: direction === 'FORWARD' ? isCut : before !== undefined && items.some((item) => key(item) >= before),
    hasPreviousPage: direction === 'BACKWARD' ? isCut : after !== undefined && items.some((item) => key(item) <= after),
  });
}

export function connectionFrom<T>(
  nodes: readonly T[],
  key: (item: T) => string,
  more: Pick<PageInfo, 'hasNextPage' | 'hasPreviousPage'>,
): Connection<T> {
  const edges = nodes.map((node) => ({ cursor: cursorOf(key(node)), node }));
  return {
    nodes,
    edges,
    pageInfo: { ...more, startCursor: edges[0]?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null },
  };
}
