import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { SignatoryKey } from '../../domain/agreement-history.js';
import * as keys from '../../hub/agreements/signatory-keys.js';
import type { Changed } from '../../hub/change-agreement.js';
import type { ApiContext } from '../context.js';
import { payloadOf } from '../types/payload.js';
import { AgencyType } from '../types/registry.js';
import {
  ConfirmSignatoryKeyInput,
  RegisterSignatoryKeyInput,
  RevokeSignatoryKeyInput,
  SignatoryKeyType,
} from '../types/signatory-key.js';

const RegisterSignatoryKeyPayload = payloadOf(AgencyType, 'registerSignatoryKey', 'agency');
const ConfirmSignatoryKeyPayload = payloadOf(AgencyType, 'confirmSignatoryKey', 'agency');
const RevokeSignatoryKeyPayload = payloadOf(AgencyType, 'revokeSignatoryKey', 'agency');

const instant = <K extends string>(name: K, at: string | null | undefined): { readonly [P in K]?: Date } =>
  (at == null ? {} : { [name]: new Date(at) }) as { readonly [P in K]?: Date };

async function payload({ loaders }: ApiContext, changing: Promise<Changed>): Promise<object> {
  const changed = await changing;
  if (changed.kind === 'REFUSED') return { agency: null, userErrors: changed.userErrors };
  loaders.clear();
  return { agency: await loaders.agency.load(changed.reference), userErrors: [] };
}

@Resolver()
export class SignatoryKeyResolver {
  @Query(() => [SignatoryKeyType], {
    description:
      "Keys of the caller's agency; of another agency those it confirmed, if both signed something together, else none.",
  })
  signatoryKeys(
    @Arg('agency', () => String, { nullable: true, description: "Omitted = the caller's." }) agency: string | undefined,
    @Ctx() { hub, identity }: ApiContext,
  ): Promise<readonly SignatoryKey[]> {
    return keys.signatoryKeys(hub, identity, agency ?? undefined);
  }

  @Mutation(() => RegisterSignatoryKeyPayload, {
    description:
      "Proposes the public key of an agency's signatory, until a second person confirms it. For the operator of the hub and the agency's policy officers.",
  })
  registerSignatoryKey(
    @Arg('input', () => RegisterSignatoryKeyInput) input: RegisterSignatoryKeyInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    const { hub, identity, journal } = context;
    const { agency, publicKey, validFrom, validUntil } = input;
    const validity = { ...instant('validFrom', validFrom), ...instant('validUntil', validUntil) };
    // Keys of the demo world come in with the demo world alone.
    const proposal = { agency, publicKey, isDemo: false, ...validity };
    return payload(context, keys.registerSignatoryKey(hub, { identity, journal }, proposal));
  }

  @Mutation(() => ConfirmSignatoryKeyPayload, {
    description: 'Confirms a key of the own agency that another person registered: it counts from now on.',
  })
  confirmSignatoryKey(
    @Arg('input', () => ConfirmSignatoryKeyInput) input: ConfirmSignatoryKeyInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    const { hub, identity, journal } = context;
    return payload(context, keys.confirmSignatoryKey(hub, { identity, journal }, { publicKey: input.publicKey }));
  }

  @Mutation(() => RevokeSignatoryKeyPayload, {
    description:
      "Ends a key; what was signed with it before stays signed. For the agency's signatories and the operator.",
  })
  revokeSignatoryKey(
    @Arg('input', () => RevokeSignatoryKeyInput) input: RevokeSignatoryKeyInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    const { hub, identity, journal } = context;
    const { publicKey, reason } = input;
    return payload(context, keys.revokeSignatoryKey(hub, { identity, journal }, { publicKey, reason }));
  }
}
