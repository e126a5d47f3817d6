import { Arg, Args, ArgsType, Ctx, Field, Int, Mutation, Query, Resolver } from 'type-graphql';
import { HubError } from '../../domain/errors.js';
import type { NoticeKind } from '../../domain/notice.js';
import { markInboxRead, noticeIdOf, readInbox, type ShownNotice } from '../../hub/inbox/inbox.js';
import { type Connection, connectionFrom, keyOf, pageSizeOf } from '../connection.js';
import type { ApiContext } from '../context.js';
import { NoticeKindEnum } from '../types/duty.js';
import { InboxConnection, InboxStandingType, MarkInboxReadInput } from '../types/inbox.js';
import { payloadOf } from '../types/payload.js';

@ArgsType()
export class InboxArgs {
  @Field(() => Int, { nullable: true })
  first?: number | null;
  @Field(() => String, { nullable: true })
  after?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'True: what nobody has said to have read. Absent: all.' })
  unread?: boolean | null;
  @Field(() => [NoticeKindEnum], { nullable: true })
  kinds?: readonly NoticeKind[] | null;
}

const MarkInboxReadPayload = payloadOf(InboxStandingType, 'markInboxRead', 'inbox');

@Resolver()
export class InboxResolver {
  @Query(() => InboxConnection, {
    description:
      "What the caller's agency was told, newest first. What is new is told before it is read. `GET /inbox/v1/stream` tells of it as it comes.",
  })
  async inbox(
    @Args(() => InboxArgs) { first, after, unread, kinds }: InboxArgs,
    @Ctx() { hub, identity }: ApiContext,
  ): Promise<Connection<ShownNotice>> {
    const { size } = pageSizeOf({ first: first ?? null, last: null });
    const below = after == null ? undefined : idOf(after);
    const { notices, hasMore } = await readInbox(hub, identity, {
      size,
      ...(below === undefined ? {} : { below }),
      ...(unread == null ? {} : { unread }),
      ...(kinds == null ? {} : { kinds }),
    });
    return connectionFrom(notices, ({ id }) => String(id), {
      hasNextPage: hasMore,
      hasPreviousPage: below !== undefined,
    });
  }

  @Mutation(() => MarkInboxReadPayload, {
    description: 'Says that the own agency has read its inbox up to a notice. Who said so, and when, is kept.',
  })
  async markInboxRead(
    @Arg('input', () => MarkInboxReadInput) { upTo }: MarkInboxReadInput,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<object> {
    const marked = await markInboxRead(hub, { identity, journal }, upTo);
    if (marked.kind === 'REFUSED') return { inbox: null, userErrors: marked.userErrors };
    const { last, readUpTo } = marked.standing;
    const inbox: InboxStandingType = {
      last: last === 0 ? null : last,
      readUpTo: readUpTo === 0 ? null : readUpTo,
      unread: last - readUpTo,
    };
    return { inbox, userErrors: [] };
  }
}

/** @throws HubError BAD_USER_INPUT */
function idOf(cursor: string): number {
  const id = noticeIdOf(keyOf(cursor, 'after'));
  if (id === undefined) throw new HubError('BAD_USER_INPUT', '`after` is no cursor of this list', { path: ['after'] });
  return id;
}
