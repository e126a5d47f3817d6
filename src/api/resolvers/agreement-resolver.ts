import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { AgreementSignature } from '../../domain/agreement-history.js';
import { type AgreementView, listAgreements, showAgreement } from '../../hub/agreements/show-agreement.js';
import { type Connection, PageArgs, pageOf } from '../connection.js';
import type { ApiContext } from '../context.js';
import { DateTime } from '../scalars.js';
import { AgreementConnection, AgreementType, SignatureType } from '../types/agreement.js';

const AT = { nullable: true, description: 'The instant its status is told for; omitted = now.' } as const;
const instantOf = (at: string | null | undefined): Date | undefined => (at == null ? undefined : new Date(at));

@Resolver()
export class AgreementResolver {
  @Query(() => AgreementConnection, {
    description: "Agreements of the caller's agency, in the order of their references.",
  })
  async agreements(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('at', () => DateTime, AT) at: string | undefined,
    @Ctx() { hub, identity }: ApiContext,
  ): Promise<Connection<AgreementView>> {
    const views = await listAgreements(hub, identity, instantOf(at));
    return pageOf(views, ({ reference }) => reference, args);
  }

  @Query(() => AgreementType, { nullable: true, description: 'Null if it does not exist for the caller’s agency.' })
  async agreement(
    @Arg('reference', () => String) reference: string,
    @Arg('at', () => DateTime, AT) at: string | undefined,
    @Ctx() { hub, identity }: ApiContext,
  ): Promise<AgreementView | null> {
    return (await showAgreement(hub, identity, reference, instantOf(at))) ?? null;
  }
}

@Resolver(() => SignatureType)
export class SignatureResolver {
  @FieldResolver(() => String, { nullable: true, description: 'Ed25519 key of the signatory, 64 hexadecimal digits.' })
  async publicKey(@Root() signature: AgreementSignature, @Ctx() { loaders }: ApiContext): Promise<string | null> {
    const keys = await loaders.keysOfAgency.load(signature.agency);
    return keys.find(({ id }) => id === signature.keyId)?.publicKey ?? null;
  }
}
