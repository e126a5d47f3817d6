import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { gateOf } from '../../src/api/gate.js';
import { ROLES } from '../../src/domain/identity.js';
import { memoryHub, shippedSchema, standard, type TestServer, testServer } from './harness.js';

let hub: TestServer;
beforeAll(async () => {
  hub = await testServer(memoryHub());
});
afterAll(() => hub?.close());

const SAMPLES: Readonly<Record<string, string>> = {
  Int: '1',
  SafeInt: '1',
  Float: '1.5',
  Boolean: 'true',
  Date: '"2026-01-01"',
  DateTime: '"2026-01-01T00:00:00Z"',
  CountryCode: '"ALB"',
};

/** The least that fits the type. */
function sample(type: GraphQLInputType): string {
  if (isNonNullType(type)) return sample(type.ofType);
  if (isListType(type)) return `[${sample(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) return `{ ${required(Object.values(type.getFields()))} }`;
  return SAMPLES[type.name] ?? '"x"';
}

const required = (members: readonly Pick<GraphQLArgument, 'name' | 'type' | 'defaultValue'>[]): string =>
  members
    .filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined)
    .map(({ name, type }) => `${name}: ${sample(type)}`)
    .join(', ');

function documentOf(kind: 'query' | 'mutation', { name, args, type }: GraphQLField<unknown, unknown>): string {
  const given = required(args);
  return `${kind} { ${name}${given === '' ? '' : `(${given})`} ${isLeafType(getNamedType(type)) ? '' : '{ __typename }'} }`;
}

const schema = await shippedSchema();
const gate = gateOf(standard);
const fields = [
  ...Object.values(schema.getQueryType()?.getFields() ?? {}).map(
    (field) => [field.name, 'query', field, gate.Query[field.name]] as const,
  ),
  ...Object.values(schema.getMutationType()?.getFields() ?? {}).map(
    (field) => [field.name, 'mutation', field, gate.Mutation[field.name]] as const,
  ),
];

describe('each role reaches what the table gives it, and nothing else', () => {
  test.each(fields)('%s', async (_name, kind, field, roles) => {
    const refused: string[] = [];
    for (const role of ROLES) {
      const as = role === 'OPERATOR' ? ':OPERATOR' : `AL-BMP:${role}`;
      const { body } = await hub.ask({ query: documentOf(kind, field), as });
      const codes = body.errors?.map(({ extensions }) => extensions.code) ?? [];
      expect(codes).not.toContain('GRAPHQL_VALIDATION_FAILED');
      if (codes.includes('FORBIDDEN')) refused.push(role);
    }
    expect(refused).toEqual(ROLES.filter((role) => roles?.includes(role) !== true));
  });

  test('several roles open what any of them opens', async () => {
    const { body } = await hub.ask({ query: '{ ledger { nodes { sequence } } }', as: 'AL-BMP:ANALYST,AUDITOR' });
    expect(body.errors).toBeUndefined();
  });
});
