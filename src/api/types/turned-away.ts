import { Field, ObjectType } from 'type-graphql';
import { TURNED_AWAY_REASONS, type TurnedAwayReason } from '../../domain/turned-away.js';
import { enumOf } from '../enum-of.js';
import { DateTime, SafeInt } from '../scalars.js';

export const TurnedAwayReasonEnum = enumOf(
  'TurnedAwayReason',
  TURNED_AWAY_REASONS,
  'Why a request got no further than the door. `UNDECIDED`: whether its token is good could not be found out.',
);

@ObjectType('TurnedAway', {
  simpleResolvers: true,
  description: 'Requests of one source in one minute that authentication turned away. Nothing of their tokens is kept.',
})
export class TurnedAwayType {
  @Field(() => DateTime, { description: 'Begin of the minute.' })
  minute!: Date;
  @Field(() => String, {
    description: 'IPv4 address, IPv6 network of 64 bits, or `others`: sources too many to be told apart.',
  })
  source!: string;
  @Field(() => TurnedAwayReasonEnum)
  reason!: TurnedAwayReason;
  @Field(() => SafeInt)
  count!: number;
}
