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
import type { ExchangeStandard } from '../domain/record-type.js';
import type { ApiContext } from './context.js';
import { gateOf, rootFieldsOf } from './gate.js';
import type { RecordResolvers } from './raw-json.js';
import { ExplainResolver } from './resolvers/explain-resolver.js';
import { LedgerResolver } from './resolvers/ledger-resolver.js';
import { RecordTypeResolver } from './resolvers/record-type-resolver.js';
import { RegisterResolver } from './resolvers/register-resolver.js';
import {
  AgencyResolver,
  PartnerResolver,
  RegistryResolver,
  SharedDatabaseResolver,
  TechnologyResolver,
} from './resolvers/registry-resolver.js';
import { ViewerResolver } from './resolvers/viewer-resolver.js';
import { SCALARS } from './scalars.js';
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
  ExplainResolver,
  ViewerResolver,
] as const;

/** Marks a root field whose resolver answers JSON text (`RawJson`): the executor calls it and nothing below it. */
export const RAW_JSON = 'besaRawJson';

export interface SchemaParts {
  readonly standard: ExchangeStandard;
  /** what is generated from the exchange standard, as SDL */
  readonly recordSdl: string;
  readonly recordResolvers: RecordResolvers;
}

type Resolvers = NonNullable<IExecutableSchemaDefinition<ApiContext>['resolvers']>;

/** The one served schema, behind its gate. @throws at start if a root field has no resolver or no row in the gate's table */
export async function assembleSchema(parts: SchemaParts): Promise<GraphQLSchema> {
  const handwritten = await buildTypeDefsAndResolvers({ resolvers: [...RESOLVERS], validate: false });
  const generated = parse(parts.recordSdl);
  const schema = makeExecutableSchema<ApiContext>({
    typeDefs: [generated, withoutTypesOf(generated, parse(handwritten.typeDefs))],
    resolvers: [
      withoutTypes(handwritten.resolvers, typeNamesOf(generated)),
      scalarsOf(generated),
      recordRootResolvers(parts),
    ] as Resolvers,
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  });
  const gate = gateOf(parts.standard);
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

/** Types both sides declare are taken from the generated side: there they know the purposes and reasons of the standard. */
function withoutTypesOf(generated: DocumentNode, handwritten: DocumentNode): DocumentNode {
  const names = typeNamesOf(generated);
  return {
    kind: Kind.DOCUMENT,
    definitions: handwritten.definitions.filter(
      (definition) => !isTypeDefinition(definition) || !names.has(definition.name.value),
    ),
  };
}

function withoutTypes<T extends object>(resolvers: T, names: ReadonlySet<string>): Partial<T> {
  return Object.fromEntries(Object.entries(resolvers).filter(([name]) => !names.has(name))) as Partial<T>;
}

function scalarsOf(generated: DocumentNode): Record<string, (typeof SCALARS)[number]> {
  const names = typeNamesOf(generated);
  return Object.fromEntries(SCALARS.filter((scalar) => names.has(scalar.name)).map((scalar) => [scalar.name, scalar]));
}

function recordRootResolvers({ standard, recordResolvers }: SchemaParts) {
  const Query: Record<string, object> = {};
  const Mutation: Record<string, object> = {};
  const demanded = <T>(from: Readonly<Record<string, T>>, name: string): T => {
    const resolver = from[name];
    if (resolver === undefined) throw new Error(`root field \`${name}\` has no resolver`);
    return resolver;
  };
  for (const recordType of standard.recordTypes) {
    const { page, one, statistics, import: load } = rootFieldsOf(recordType);
    for (const name of [page, one, statistics]) {
      const resolve = demanded(recordResolvers.Query, name);
      Query[name] = {
        resolve: (_root: unknown, ...rest: Parameters<typeof resolve>) => resolve(...rest),
        extensions: { [RAW_JSON]: true },
      };
    }
    const resolve = demanded(recordResolvers.Mutation, load);
    Mutation[load] = { resolve: (_root: unknown, ...rest: Parameters<typeof resolve>) => resolve(...rest) };
  }
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
