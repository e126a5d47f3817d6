import { Arg, Args, ArgsType, Ctx, Field, Query, Resolver } from 'type-graphql';
import { HubError } from '../../domain/errors.js';
import { type AccessMatrix, accessMatrix } from '../../hub/access/access-matrix.js';
import { type SimulationInput, simulateAgreement } from '../../hub/access/simulate.js';
import { type Viewing, whoCanSee } from '../../hub/access/who-can-see.js';
import type { ApiContext } from '../context.js';
import { DateTime } from '../scalars.js';
import { AccessMatrixType, RecipientViewType } from '../types/access-matrix.js';
import { SimulateAgreementInput, SimulateAgreementPayload } from '../types/simulation.js';
import { documentOf } from './change-agreement-resolver.js';

const AT = 'An instant, past or to come; omitted = now.';

@ArgsType()
export class WhoCanSeeArgs {
  @Field(() => String, { nullable: true, description: 'Name of a record type; omitted = all.' })
  recordType?: string | null;
  @Field(() => String, { nullable: true, description: "Code of one of the caller's databases; omitted = all." })
  database?: string | null;
  @Field(() => DateTime, { nullable: true, description: AT })
  at?: string | null;
}

/** Answers about agreements that are worked out, not stored: who may what, and what if. */
@Resolver()
export class AccessResolver {
  @Query(() => AccessMatrixType, {
    description: 'Who shares what with whom at an instant, as far as it concerns the caller. As it was then.',
  })
  accessMatrix(
    @Arg('at', () => DateTime, { nullable: true, description: AT }) at: string | null | undefined,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<AccessMatrix> {
    return accessMatrix(hub, journal, agencyOf(identity), at == null ? undefined : new Date(at));
  }

  @Query(() => [RecipientViewType], { description: "Who can see what of the caller's own databases." })
  whoCanSee(
    @Args(() => WhoCanSeeArgs) { recordType, database, at }: WhoCanSeeArgs,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<readonly Viewing[]> {
    return whoCanSee(hub, journal, agencyOf(identity), {
      ...(recordType == null ? {} : { recordType }),
      ...(database == null ? {} : { database }),
      ...(at == null ? {} : { at: new Date(at) }),
    });
  }

  @Query(() => SimulateAgreementPayload, {
    description: 'What each side would gain and lose were a wording in force now. Changes nothing.',
  })
  async simulateAgreement(
    @Arg('input', () => SimulateAgreementInput) input: SimulateAgreementInput,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<SimulateAgreementPayload> {
    const simulated = await simulateAgreement(hub, { identity, journal }, inputFrom(input));
    return simulated.kind === 'SIMULATED'
      ? { simulation: simulated.simulation, userErrors: [] }
      : { simulation: null, userErrors: simulated.userErrors };
  }
}

function inputFrom({ reference, document }: SimulateAgreementInput): SimulationInput {
  if ((reference == null) === (document == null)) {
    throw new HubError('BAD_USER_INPUT', 'give either `reference` or `document`', { path: ['input'] });
  }
  if (document == null) return { reference: reference ?? '' };
  return { document: documentOf(document) };
}

function agencyOf({ agency }: ApiContext['identity']): string {
  if (agency === undefined) throw new HubError('FORBIDDEN');
  return agency;
}
