import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { HOSTINGS, type Hosting } from '../../domain/registry.js';
import { connectionOf } from '../connection.js';

export const HostingEnum = Object.fromEntries(HOSTINGS.map((name) => [name, name])) as { [Name in Hosting]: Name };
registerEnumType(HostingEnum, {
  name: 'Hosting',
  description: 'Where the records of a shared database lie.',
  valuesConfig: {
    HOSTED: { description: 'in the hub' },
    FEDERATED: { description: "in the owner's own PostgreSQL" },
  },
});

@ObjectType('Partner', {
  simpleResolvers: true,
  description: 'A state or EU body; its agencies are the parties of agreements.',
})
export class PartnerType {
  @Field(() => String)
  code!: string;
  @Field(() => String)
  name!: string;
  @Field(() => String, { nullable: true, description: 'Printed wherever the partner is named.' })
  footnote!: string | null;
}

@ObjectType('Agency', { simpleResolvers: true, description: 'Who owns records and who asks for them.' })
export class AgencyType {
  @Field(() => String)
  code!: string;
  @Field(() => String)
  name!: string;
  // `partner` is a code in the registry: the resolver of that field looks it up.
  partner!: string;
}

@ObjectType('SharedDatabase', { simpleResolvers: true, description: "An agency's data of one record type." })
export class SharedDatabaseType {
  @Field(() => String)
  code!: string;
  @Field(() => String)
  name!: string;
  @Field(() => String, { description: 'Name of the record type.' })
  recordType!: string;
  @Field(() => HostingEnum)
  hosting!: Hosting;
  owner!: string;
}

@ObjectType('Technology', { simpleResolvers: true, description: 'What an agency has and others may want.' })
export class TechnologyType {
  @Field(() => String)
  code!: string;
  @Field(() => String)
  name!: string;
  @Field(() => String)
  kind!: string;
  @Field(() => String)
  description!: string;
  @Field(() => Int, { description: 'Technology readiness level, 1 to 9 (ISO 16290).' })
  maturity!: number;
  owner!: string;
}

export const PartnerConnection = connectionOf(PartnerType, 'Partner');
export const AgencyConnection = connectionOf(AgencyType, 'Agency');
export const SharedDatabaseConnection = connectionOf(SharedDatabaseType, 'SharedDatabase');
export const TechnologyConnection = connectionOf(TechnologyType, 'Technology');

const CODE = 'Two to eight capital letters, then parts of capital letters and digits after a hyphen.';

@InputType()
export class RegisterPartnerInput {
  @Field(() => String, { description: CODE })
  code!: string;
  @Field(() => String)
  name!: string;
  @Field(() => String, { nullable: true })
  footnote?: string | null;
}

@InputType()
export class RegisterAgencyInput {
  @Field(() => String, { description: CODE })
  code!: string;
  @Field(() => String)
  name!: string;
  @Field(() => String, { description: 'Code of the partner it belongs to.' })
  partner!: string;
}

@InputType({ description: "The owner is the caller's agency." })
export class RegisterSharedDatabaseInput {
  @Field(() => String, { description: CODE })
  code!: string;
  @Field(() => String)
  name!: string;
  @Field(() => String)
  recordType!: string;
  @Field(() => HostingEnum, { defaultValue: HostingEnum.HOSTED })
  hosting!: Hosting;
}

@InputType({ description: "The owner is the caller's agency." })
export class RegisterTechnologyInput {
  @Field(() => String, { description: CODE })
  code!: string;
  @Field(() => String)
  name!: string;
  @Field(() => String)
  kind!: string;
  @Field(() => String)
  description!: string;
  @Field(() => Int, { description: 'Technology readiness level, 1 to 9 (ISO 16290).' })
  maturity!: number;
}
