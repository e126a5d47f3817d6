import { Ctx, Field, FieldResolver, ObjectType, Query, Resolver, Root } from 'type-graphql';
import type { Identity, Role } from '../../domain/identity.js';
import type { Agency } from '../../domain/registry.js';
import { type MayAsk, mayAsk } from '../../hub/explain.js';
import type { ApiContext } from '../context.js';
import { MayAskType } from '../types/explanation.js';
import { AgencyType } from '../types/registry.js';
import { RoleEnum } from '../types/role.js';

@ObjectType('Viewer', { simpleResolvers: true, description: 'Who asks, as the hub understood the token.' })
export class ViewerType {
  @Field(() => String)
  person!: string;
  @Field(() => [RoleEnum])
  roles!: readonly Role[];
}

@Resolver(() => ViewerType)
export class ViewerResolver {
  @Query(() => ViewerType, { description: 'Who asks, and what of whom.' })
  viewer(@Ctx() { identity }: ApiContext): Identity {
    return identity;
  }

  @FieldResolver(() => AgencyType, { nullable: true, description: 'None: an operator of the hub.' })
  async agency(@Root() identity: Identity, @Ctx() { loaders }: ApiContext): Promise<Agency | null> {
    return identity.agency === undefined ? null : loaders.agency.load(identity.agency);
  }

  @FieldResolver(() => [MayAskType], { description: 'What may be asked of whom now, own databases left out.' })
  async mayAsk(@Root() identity: Identity, @Ctx() { hub }: ApiContext): Promise<readonly MayAsk[]> {
    return identity.agency === undefined ? [] : mayAsk(hub, identity.agency);
  }
}
