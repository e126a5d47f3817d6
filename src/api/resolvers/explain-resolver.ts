import { Args, ArgsType, Ctx, Field, Int, Query, Resolver } from 'type-graphql';
import type { Action } from '../../domain/action.js';
import { HubError } from '../../domain/errors.js';
import { explainAccess } from '../../hub/explain.js';
import type { ApiContext } from '../context.js';
import { DateTime, PurposeName } from '../scalars.js';
import { AccessExplanationType } from '../types/explanation.js';
import { ActionEnum } from '../types/ledger.js';
import { quotaUseOf } from './quota-resolver.js';

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
  @Field(() => [String], {
    nullable: true,
    description: 'Fields a filter would touch by `eq`, `ne`, `in`, `notIn` and `isNull` alone: tokens serve these too.',
  })
  compares?: readonly string[] | null;
  @Field(() => DateTime, { nullable: true, description: 'Omitted = now.' })
  at?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Records the page would ask for: what a quota is charged. Omitted = 1.',
  })
  first?: number | null;
}

@Resolver()
export class ExplainResolver {
  @Query(() => [AccessExplanationType], {
    description:
      'What each shared database would answer to this ask, under which clause or why not: the live decision itself.',
  })
  async explainAccess(
    @Args(() => ExplainArgs) args: ExplainArgs,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<readonly AccessExplanationType[]> {
    if (identity.agency === undefined) throw new HubError('FORBIDDEN');
    const explained = await explainAccess(hub, journal, {
      agency: identity.agency,
      action: args.action,
      purpose: args.purpose,
      recordType: args.recordType,
      touches: args.touches ?? [],
      compares: args.compares ?? [],
      ...(args.justification == null ? {} : { justification: args.justification }),
      ...(args.databases == null ? {} : { databases: args.databases }),
      ...(args.at == null ? {} : { at: new Date(args.at) }),
      ...(args.first == null ? {} : { first: args.first }),
    });
    return explained.map((one) => ({ ...one, resetsAt: one.resetsAt ?? null, quotas: one.quotas.map(quotaUseOf) }));
  }
}
