import 'reflect-metadata';
import { type IExecutableSchemaDefinition, makeExecutableSchema } from '@graphql-tools/schema';
import {
  type DocumentNode,
  GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  lexicographicSortSchema,
  parse,
  printSchema,
} from 'graphql';
import { buildTypeDefsAndResolvers } from 'type-graphql';
import type { ExchangeStandard, RecordType } from '../domain/record-type.js';
import { namesOf } from '../records/generated-names.js';
import { graphqlSdl } from '../records/graphql-sdl.js';
import type { ApiContext } from './context.js';
import { gateOf } from './gate.js';
import { importResolverOf } from './import-resolver.js';
import type { RecordResolver } from './raw-json.js';
import { recordResolversOf } from './record-resolver.js';
import { AccessResolver } from './resolvers/access-resolver.js';
import { AgreementDoubtResolver } from './resolvers/agreement-doubt-resolver.js';
import { AgreementResolver, SignatureResolver } from './resolvers/agreement-resolver.js';
import { ChangeAgreementResolver } from './resolvers/change-agreement-resolver.js';
import { DutyResolver } from './resolvers/duty-resolver.js';
import { ExplainResolver } from './resolvers/explain-resolver.js';
import { InboxResolver } from './resolvers/inbox-resolver.js';
import { NegotiationSummaryResolver, VersionInterchangeResolver } from './resolvers/interchange-resolver.js';
import { JobResolver } from './resolvers/job-resolver.js';
import { LedgerHeadResolver } from './resolvers/ledger-head-resolver.js';
import { LedgerResolver } from './resolvers/ledger-resolver.js';
import { QualityNoticeResolver } from './resolvers/quality-notice-resolver.js';
import { QuotaResolver } from './resolvers/quota-resolver.js';
import { RecordDisclosureResolver } from './resolvers/record-disclosure-resolver.js';
import { RecordTypeResolver } from './resolvers/record-type-resolver.js';
import { RegisterResolver } from './resolvers/register-resolver.js';
import {
  AgencyResolver,
  PartnerResolver,
  RegistryResolver,
  SharedDatabaseResolver,
  TechnologyResolver,
} from './resolvers/registry-resolver.js';
import { SignatoryKeyResolver } from './resolvers/signatory-key-resolver.js';
import { TurnedAwayResolver } from './resolvers/turned-away-resolver.js';
import { ViewerResolver } from './resolvers/viewer-resolver.js';
import { HandlingCodeName, PurposeName, ReasonName, RecordStatusName, SCALARS, SourceOutcomeName } from './scalars.js';
import { shielded } from './shield.js';

const RESOLVERS = [
  RegistryResolver,
  PartnerResolver,
  AgencyResolver,
  SharedDatabaseResolver,
  TechnologyResolver,
  RegisterResolver,
  RecordTypeResolver,
  LedgerResolver,
  RecordDisclosureResolver,
  LedgerHeadResolver,
  InboxResolver,
  JobResolver,
  TurnedAwayResolver,
  QualityNoticeResolver,
  QuotaResolver,
  ExplainResolver,
  AccessResolver,
  AgreementResolver,
  SignatureResolver,
  VersionInterchangeResolver,
  DutyResolver,
  NegotiationSummaryResolver,
  ChangeAgreementResolver,
  SignatoryKeyResolver,
  AgreementDoubtResolver,
  ViewerResolver,
] as const;

const SHARED: ReadonlySet<string> = new Set(
  [...SCALARS, HandlingCodeName, PurposeName, ReasonName, RecordStatusName, SourceOutcomeName].map(({ name }) => name),
);

/** Marks a root field whose resolver answers JSON text (`RawJson`): the executor calls it and nothing below it. */
export const RAW_JSON = 'besaRawJson';

type Resolvers = NonNullable<IExecutableSchemaDefinition<ApiContext>['resolvers']>;

/** The one served schema, behind its gate. @throws at start if a root field has no resolver or no row in the gate's table */
export async function assembleSchema(standard: ExchangeStandard): Promise<GraphQLSchema> {
  const handwritten = await buildTypeDefsAndResolvers({ resolvers: [...RESOLVERS], validate: false });
  const generated = parse(graphqlSdl(standard));
  const shared = sharedNames(generated, parse(handwritten.typeDefs));
  const schema = makeExecutableSchema<ApiContext>({
    typeDefs: [generated, withoutTypes(parse(handwritten.typeDefs), shared)],
    resolvers: [
      Object.fromEntries(Object.entries(handwritten.resolvers).filter(([name]) => !shared.has(name))),
      scalarsOf(generated),
      ...standard.recordTypes.map(resolversOf),
    ] as Resolvers,
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  });
  const gate = gateOf(standard);
  demandFullGate(schema, gate);
  return shielded(schema, gate);
}

/** The schema as text: sorted, so that a change of the API is a readable difference. */
export function printApi(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

const isTypeDefinition = (
  definition: DocumentNode['definitions'][number],
): definition is typeof definition & { name: { value: string } } =>
  'name' in definition && definition.name !== undefined && definition.kind.endsWith('TypeDefinition');

function typeNamesOf(document: DocumentNode): ReadonlySet<string> {
  const names = document.definitions.filter(isTypeDefinition).map((definition) => definition.name.value);
  return new Set(names.filter((name) => name !== 'Query' && name !== 'Mutation'));
}

/**
 * Types both sides declare: scalars, and the stand-ins for enums that only the generated side knows in full. Those are taken
 * from there. @throws at start if a record type brings along a type that has another meaning here
 */
function sharedNames(generated: DocumentNode, handwritten: DocumentNode): ReadonlySet<string> {
  const names = typeNamesOf(generated);
  const both = [...typeNamesOf(handwritten)].filter((name) => names.has(name));
  const clash = both.find((name) => !SHARED.has(name));
  if (clash !== undefined)
    throw new Error(`the exchange standard declares \`${clash}\`, which the API has for something else`);
  return new Set(both);
}

const withoutTypes = (document: DocumentNode, names: ReadonlySet<string>): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: document.definitions.filter(
    (definition) => !isTypeDefinition(definition) || !names.has(definition.name.value),
  ),
});

function scalarsOf(generated: DocumentNode): Record<string, (typeof SCALARS)[number]> {
  const names = typeNamesOf(generated);
  return Object.fromEntries(SCALARS.filter((scalar) => names.has(scalar.name)).map((scalar) => [scalar.name, scalar]));
}

/** Root fields of one record type: pages, records and statistics are told as text, imports by graphql-js. */
function resolversOf(recordType: RecordType) {
  const Query = Object.fromEntries(
    Object.entries(recordResolversOf(recordType)).map(([name, resolve]) => [
      name,
      {
        resolve: (_root: unknown, ...rest: Parameters<RecordResolver>) => resolve(...rest),
        extensions: { [RAW_JSON]: true },
      },
    ]),
  );
  const load = importResolverOf(recordType);
  const Mutation = {
    [namesOf(recordType).importField]: (_root: unknown, ...rest: Parameters<typeof load>) => load(...rest),
  };
  return { Query, Mutation };
}

/** INVARIANT (nothing is open by omission): every root field has a row. The shield denies the others; this names them at start. */
function demandFullGate(schema: GraphQLSchema, gate: ReturnType<typeof gateOf>): void {
  for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    if (!(type instanceof GraphQLObjectType)) continue;
    const rows: Readonly<Record<string, unknown>> =
      type.name === 'Query' ? gate.Query : type.name === 'Mutation' ? gate.Mutation : {};
    for (const name of Object.keys(type.getFields())) {
      if (rows[name] === undefined)
        throw new Error(`root field \`${type.name}.${name}\` has no row in the gate's table`);
    }
  }
}
