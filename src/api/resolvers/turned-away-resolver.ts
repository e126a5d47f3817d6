import { Args, ArgsType, Ctx, Field, Int, Query, Resolver } from 'type-graphql';
import { HubError } from '../../domain/errors.js';
import { TURNED_AWAY_KEPT_DAYS, TURNED_AWAY_REASONS, type TurnedAway } from '../../domain/turned-away.js';
import type { TurnedAwayPage } from '../../hub/ports.js';
import { type Connection, connectionFrom, connectionOf, keyOf, pageSizeOf } from '../connection.js';
import type { ApiContext } from '../context.js';
import { DateTime } from '../scalars.js';
import { TurnedAwayType } from '../types/turned-away.js';

@ArgsType()
export class TurnedAwayArgs {
  @Field(() => DateTime, { nullable: true, description: 'Minutes that begin then or later.' })
  from?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Minutes that begin earlier.' })
  until?: string | null;
  @Field(() => Int, { nullable: true })
  first?: number | null;
  @Field(() => String, { nullable: true })
  after?: string | null;
}

const TurnedAwayConnection = connectionOf(TurnedAwayType, 'TurnedAway');

const keyOfCount = ({ minute, source, reason }: TurnedAway): string => `${minute.toISOString()} ${source} ${reason}`;

/** @throws HubError BAD_USER_INPUT */
function placeOf(cursor: string): NonNullable<TurnedAwayPage['after']> {
  const [minute = '', source = '', word = ''] = keyOf(cursor, 'after').split(' ');
  const reason = TURNED_AWAY_REASONS.find((known) => known === word);
  if (reason === undefined || source === '' || Number.isNaN(Date.parse(minute))) {
    throw new HubError('BAD_USER_INPUT', '`after` is no cursor of this list', { path: ['after'] });
  }
  return { minute: new Date(minute), source, reason };
}

@Resolver()
export class TurnedAwayResolver {
  @Query(() => TurnedAwayConnection, {
    description: `How many requests authentication turned away, per source and minute, newest first; kept ${TURNED_AWAY_KEPT_DAYS} days. For operators.`,
  })
  async turnedAway(
    @Args(() => TurnedAwayArgs) { from, until, first, after }: TurnedAwayArgs,
    @Ctx() { hub }: ApiContext,
  ): Promise<Connection<TurnedAwayType>> {
    const { size } = pageSizeOf({ first: first ?? null, last: null });
    // One more than asked for tells whether there is a next page.
    const found = await hub.turnedAway.list({
      limit: size + 1,
      ...(from == null ? {} : { from: new Date(from) }),
      ...(until == null ? {} : { until: new Date(until) }),
      ...(after == null ? {} : { after: placeOf(after) }),
    });
    return connectionFrom(found.slice(0, size), keyOfCount, {
      hasNextPage: found.length > size,
      hasPreviousPage: after != null,
    });
  }
}
