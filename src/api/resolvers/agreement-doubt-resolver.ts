import { Ctx, Query, Resolver } from 'type-graphql';
import type { Doubt } from '../../domain/agreement-history.js';
import { agreementDoubts } from '../../hub/agreements/agreement-doubts.js';
import type { ApiContext } from '../context.js';
import { AgreementDoubtType } from '../types/agreement-doubt.js';

@Resolver()
export class AgreementDoubtResolver {
  @Query(() => [AgreementDoubtType], {
    description:
      "Versions of the caller's own agreements that do not verify: they permit nothing until they are mended.",
  })
  agreementDoubts(@Ctx() { hub, identity }: ApiContext): Promise<readonly Doubt[]> {
    return agreementDoubts(hub, identity);
  }
}
