import { Args, ArgsType, Ctx, Field, ID, Int, Query, Resolver } from 'type-graphql';
import { HubError } from '../../domain/errors.js';
import { type DisclosurePlace, recordDisclosures } from '../../hub/evidence/record-disclosures.js';
import { type Connection, connectionFrom, connectionOf, keyOf, pageSizeOf } from '../connection.js';
import type { ApiContext } from '../context.js';
import { Json } from '../scalars.js';
import { RecordDisclosureType } from '../types/record-disclosure.js';

@ArgsType()
export class RecordDisclosuresArgs {
  @Field(() => String, { description: "Code of one of the caller's databases." })
  database!: string;
  @Field(() => ID, {
    nullable: true,
    description: 'As it was served to the caller’s agency, for whatever purpose. Either this or `key`.',
  })
  id?: string | null;
  @Field(() => Json, {
    nullable: true,
    description: 'One value for each field of the key, by its name. Of an erased record too.',
  })
  key?: unknown;
  @Field(() => Int, { nullable: true })
  first?: number | null;
  @Field(() => String, { nullable: true })
  after?: string | null;
}

const RecordDisclosureConnection = connectionOf(RecordDisclosureType, 'RecordDisclosure');

/** @throws HubError BAD_USER_INPUT */
function placeOf(cursor: string): DisclosurePlace {
  const [, sequence, place] = /^(\d{1,15})-(\d{1,6})$/.exec(keyOf(cursor, 'after')) ?? [];
  if (sequence === undefined || place === undefined)
    throw new HubError('BAD_USER_INPUT', '`after` is no cursor of this list', { path: ['after'] });
  return { sequence: Number(sequence), place: Number(place) };
}

@Resolver()
export class RecordDisclosureResolver {
  @Query(() => RecordDisclosureConnection, {
    description: 'Who received a record of the caller’s own databases, newest first. For its auditors.',
  })
  async recordDisclosures(
    @Args(() => RecordDisclosuresArgs) { database, id, key, first, after }: RecordDisclosuresArgs,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<Connection<RecordDisclosureType>> {
    const { size } = pageSizeOf({ first: first ?? null, last: null });
    const { disclosures, hasMore } = await recordDisclosures(hub, identity, journal, {
      database,
      size,
      ...(id == null ? {} : { id }),
      ...(key == null ? {} : { key }),
      ...(after == null ? {} : { behind: placeOf(after) }),
    });
    return connectionFrom(disclosures, ({ sequence, place }) => `${sequence}-${place}`, {
      hasNextPage: hasMore,
      hasPreviousPage: after != null,
    });
  }
}
