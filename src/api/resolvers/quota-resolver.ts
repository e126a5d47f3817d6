import { Ctx, Query, Resolver } from 'type-graphql';
import { HubError } from '../../domain/errors.js';
import { type QuotaStanding, quotaStandings } from '../../hub/quota-use.js';
import type { ApiContext } from '../context.js';
import { QuotaUseType } from '../types/quota.js';

/** A standing as it is served: the clause's parts beside the rest. */
export const quotaUseOf = ({ basis, ...standing }: QuotaStanding): QuotaUseType => ({ ...basis, ...standing });

@Resolver()
export class QuotaResolver {
  @Query(() => [QuotaUseType], {
    description:
      "What is used of the quotas by which the caller's agency gives or receives, in the present day or month.",
  })
  async quotas(@Ctx() { hub, identity }: ApiContext): Promise<readonly QuotaUseType[]> {
    if (identity.agency === undefined) throw new HubError('FORBIDDEN');
    return (await quotaStandings(hub, identity.agency)).map(quotaUseOf);
  }
}
