import { Args, ArgsType, Ctx, Field, Query, Resolver } from 'type-graphql';
import type { Action } from '../../domain/action.js';
import { HubError } from '../../domain/errors.js';
import { type Explanation, explainAccess } from '../../hub/explain.js';
import type { ApiContext } from '../context.js';
import { DateTime, PurposeName } from '../scalars.js';
import { AccessExplanationType } from '../types/explanation.js';
import { ActionEnum } from '../types/ledger.js';

@ArgsType()
export class ExplainArgs {
  @Field(() => PurposeName)
  purpose!: string;
  @Field(() => String, { nullable: true })
  justification?: string | null;
  @Field(() => String, { description: 'Name of the record type.' })
  recordType!: string;
  @Field(() => ActionEnum, { defaultValue: ActionEnum.READ })
  action!: Action;
  @Field(() => [String], { nullable: true, description: 'Codes; omitted = all of the record type.' })
  databases?: readonly string[] | null;
  @Field(() => [String], { nullable: true, description: 'Fields a filter, order or group would touch.' })
  touches?: readonly string[] | null;
  @Field(() => DateTime, { nullable: true, description: 'Omitted = now.' })
  at?: string | null;
}

@Resolver()
export class ExplainResolver {
  @Query(() => [AccessExplanationType], {
    description:
      'What each shared database would answer to this ask, under which clause or why not: the live decision itself.',
  })
  explainAccess(
    @Args(() => ExplainArgs) args: ExplainArgs,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<readonly Explanation[]> {
    if (identity.agency === undefined) throw new HubError('FORBIDDEN');
    return explainAccess(hub, journal, {
      agency: identity.agency,
      action: args.action,
      purpose: args.purpose,
      recordType: args.recordType,
      touches: args.touches ?? [],
      ...(args.justification == null ? {} : { justification: args.justification }),
      ...(args.databases == null ? {} : { databases: args.databases }),
      ...(args.at == null ? {} : { at: new Date(args.at) }),
    });
  }
}
