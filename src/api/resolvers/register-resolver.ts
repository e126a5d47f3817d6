import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Agency, Partner, SharedDatabase, Technology } from '../../domain/registry.js';
import {
  type Registered,
  type Registrar,
  registerAgency,
  registerPartner,
  registerSharedDatabase,
  registerTechnology,
} from '../../hub/register.js';
import type { ApiContext } from '../context.js';
import { payloadOf } from '../types/payload.js';
import {
  AgencyType,
  PartnerType,
  RegisterAgencyInput,
  RegisterPartnerInput,
  RegisterSharedDatabaseInput,
  RegisterTechnologyInput,
  SharedDatabaseType,
  TechnologyType,
} from '../types/registry.js';

const RegisterPartnerPayload = payloadOf(PartnerType, 'registerPartner', 'partner');
const RegisterAgencyPayload = payloadOf(AgencyType, 'registerAgency', 'agency');
const RegisterSharedDatabasePayload = payloadOf(SharedDatabaseType, 'registerSharedDatabase', 'sharedDatabase');
const RegisterTechnologyPayload = payloadOf(TechnologyType, 'registerTechnology', 'technology');

const registrar = ({ identity, journal }: ApiContext): Registrar => ({ identity, journal });

function payload<T>(context: ApiContext, field: string, result: Registered<T>): object {
  // What a loader of this document remembers was read before the registration.
  context.loaders.clear();
  return result.kind === 'REGISTERED'
    ? { [field]: result.value, userErrors: [] }
    : { [field]: null, userErrors: result.userErrors };
}

@Resolver()
export class RegisterResolver {
  @Mutation(() => RegisterPartnerPayload, { description: 'Registers a partner. For the operator of the hub.' })
  async registerPartner(
    @Arg('input', () => RegisterPartnerInput) input: RegisterPartnerInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    const partner: Partner = { code: input.code, name: input.name, footnote: input.footnote ?? null };
    return payload(context, 'partner', await registerPartner(context.hub, registrar(context), partner));
  }

  @Mutation(() => RegisterAgencyPayload, {
    description: 'Registers an agency of a partner. For the operator of the hub.',
  })
  async registerAgency(
    @Arg('input', () => RegisterAgencyInput) input: RegisterAgencyInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    const agency: Agency = { code: input.code, name: input.name, partner: input.partner };
    return payload(context, 'agency', await registerAgency(context.hub, registrar(context), agency));
  }

  @Mutation(() => RegisterSharedDatabasePayload, {
    description: "Registers a shared database of the caller's agency. For its stewards.",
  })
  async registerSharedDatabase(
    @Arg('input', () => RegisterSharedDatabaseInput) input: RegisterSharedDatabaseInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    const result: Registered<Omit<SharedDatabase, 'id'>> = await registerSharedDatabase(
      context.hub,
      registrar(context),
      input,
    );
    return payload(context, 'sharedDatabase', result);
  }

  @Mutation(() => RegisterTechnologyPayload, {
    description: "Registers a technology of the caller's agency. For its stewards and policy officers.",
  })
  async registerTechnology(
    @Arg('input', () => RegisterTechnologyInput) input: RegisterTechnologyInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    const result: Registered<Technology> = await registerTechnology(context.hub, registrar(context), input);
    return payload(context, 'technology', result);
  }
}
