import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import {
  buildSchema,
  defaultFieldResolver,
  GraphQLEnumType,
  GraphQLObjectType,
  GraphQLScalarType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  specifiedScalarTypes,
} from 'graphql';
import { CONSTRAINT_KEYS } from '../../src/agreements/read-constraints.js';
import { assembleSchema, printApi } from '../../src/api/assemble.js';
import { gateOf } from '../../src/api/gate.js';
import { rolesPage } from '../../src/api/roles-table.js';
import { shielded } from '../../src/api/shield.js';
import type { ExchangeStandard } from '../../src/domain/record-type.js';
import { shippedSchema, standard } from './harness.js';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The file as it stands in the repository; `UPDATE_GOLDEN=api` writes it. */
function golden(path: string, text: string): string {
  if (process.env.UPDATE_GOLDEN === 'api') writeFileSync(file(path), text);
  return readFileSync(file(path), 'utf8');
}

const served = await shippedSchema();
const objects = Object.values(served.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
const rootNames = new Set(['Query', 'Mutation']);

test('whatever a clause of a file may demand can be drafted over GraphQL too', () => {
  const input = served.getType('ClauseInput');
  if (!isInputObjectType(input)) throw new Error('there is no input for clauses');
  expect(Object.keys(input.getFields())).toEqual(expect.arrayContaining([...CONSTRAINT_KEYS]));
});

describe('the gate', () => {
  test('lists every root field of schema/besa.graphql, and no other', () => {
    const committed = buildSchema(readFileSync(file('schema/besa.graphql'), 'utf8'));
    const gate = gateOf(standard);
    expect(Object.keys(gate.Query).sort()).toEqual(Object.keys(committed.getQueryType()?.getFields() ?? {}).sort());
    expect(Object.keys(gate.Mutation).sort()).toEqual(
      Object.keys(committed.getMutationType()?.getFields() ?? {}).sort(),
    );
    expect(committed.getSubscriptionType()).toBeUndefined();
  });

  test('denies a root field without a row', async () => {
    const schema = buildSchema('type Query { known: Int hidden: Int } type Mutation { act: Int }');
    const fields = schema.getQueryType()?.getFields() ?? {};
    for (const field of Object.values(fields)) field.resolve = () => 1;
    const guarded = shielded(schema, { Query: { known: ['ANALYST'] }, Mutation: {} });
    const context = { identity: { person: 'x', roles: ['ANALYST'] } };
    const ask = async (name: string) =>
      guarded
        .getQueryType()
        ?.getFields()
        [name]?.resolve?.({}, {}, context, {} as never);
    expect(await ask('known')).toBe(1);
    expect(await ask('hidden')).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });

  test('refuses at start to guard a field that has no resolver, because the rule would never run', () => {
    const schema = buildSchema('type Query { bare: Int }');
    expect(() => shielded(schema, { Query: { bare: ['ANALYST'] }, Mutation: {} })).toThrow('has no resolver');
  });

  test('is what docs/roles.md says', () => {
    const page = rolesPage(gateOf(standard));
    expect(golden('docs/roles.md', page)).toBe(page);
  });

  test('gives an operator no way to records, agreements or the ledger', () => {
    const { Query, Mutation } = gateOf(standard);
    const open = [...Object.entries(Query), ...Object.entries(Mutation)].filter(([, roles]) =>
      roles.includes('OPERATOR'),
    );
    expect(open.map(([name]) => name).sort()).toEqual(
      [
        'agencies',
        'jobs',
        'partners',
        'recordTypes',
        'registerAgency',
        'registerPartner',
        'registerSignatoryKey',
        'revokeSignatoryKey',
        'signatoryKeys',
        'sharedDatabases',
        'technologies',
        'turnedAway',
        'viewer',
      ].sort(),
    );
  });
});

describe('the served schema', () => {
  test('is schema/besa.graphql, byte by byte', () => {
    const text = printApi(served);
    expect(golden('schema/besa.graphql', text)).toBe(text);
  });

  test('is the same whatever the order of the record types', async () => {
    const turned: ExchangeStandard = { ...standard, recordTypes: [...standard.recordTypes].reverse() };
    expect(printApi(await assembleSchema(turned))).toBe(printApi(served));
  });

  test('runs no code for a plain field: only root fields and look-ups have resolvers', () => {
    const withCode = objects
      .filter((type) => !rootNames.has(type.name))
      .flatMap((type) =>
        Object.values((type as GraphQLObjectType).getFields()).map(
          (field) => [`${type.name}.${field.name}`, field.resolve] as const,
        ),
      )
      .filter(([, resolve]) => resolve !== undefined && resolve !== defaultFieldResolver)
      .map(([name]) => name);
    const lookUps = /^(Partner|Agency|SharedDatabase|Technology|Viewer|Signature)\./;
    const renderings = /^(AgreementVersion|Negotiation)\.(odrl|dataspaceProtocol|summary|html)$/;
    // A list within a list, of which the pages are small: read for who asks for it.
    const pages = /^QualityNotice\.records$/;
    const rest = withCode.filter((name) => ![lookUps, renderings, pages].some((known) => known.test(name)));
    expect(rest).toEqual([]);
  });

  test('has a description of where each own scalar is specified', () => {
    const scalars = Object.values(served.getTypeMap()).filter(
      (type) => type instanceof GraphQLScalarType && !specifiedScalarTypes.some(({ name }) => name === type.name),
    );
    expect(scalars.length).toBeGreaterThan(3);
    for (const scalar of scalars) expect((scalar as GraphQLScalarType).specifiedByURL).toMatch(/^https:/);
  });

  test('names types PascalCase, fields camelCase and enum values SCREAMING_SNAKE', () => {
    for (const type of Object.values(served.getTypeMap()).filter(({ name }) => !name.startsWith('__'))) {
      expect(type.name).toMatch(/^[A-Z][A-Za-z0-9]*$/);
      if (type instanceof GraphQLEnumType)
        for (const { name } of type.getValues()) expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
      if (type instanceof GraphQLObjectType)
        for (const name of Object.keys(type.getFields())) expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
    }
  });

  test('lists things of the registry, of agreements and of the ledger as connections', () => {
    const listed = new Set([
      'Partner',
      'Agency',
      'SharedDatabase',
      'Technology',
      'RecordType',
      'LedgerEntry',
      'Agreement',
    ]);
    const bare = objects
      .filter(({ name }) => !name.endsWith('Connection'))
      .flatMap((type) =>
        Object.values((type as GraphQLObjectType).getFields()).filter((field) => {
          const outer = isNonNullType(field.type) ? field.type.ofType : field.type;
          return isListType(outer) && listed.has(String(outer.ofType).replace('!', ''));
        }),
      );
    expect(bare).toEqual([]);
  });

  test('takes one input and answers userErrors, for every mutation', () => {
    for (const field of Object.values(served.getMutationType()?.getFields() ?? {})) {
      expect(field.args.map(({ name }) => name)).toEqual(['input']);
      const payload = isNonNullType(field.type) ? field.type.ofType : field.type;
      expect(Object.keys((payload as GraphQLObjectType).getFields())).toContain('userErrors');
    }
  });

  test('refuses at start a record type that takes the name of another thing', async () => {
    const [first] = standard.recordTypes;
    const clash = { ...standard, recordTypes: [{ ...first!, name: 'UserError', plural: 'userErrors' }] };
    await expect(assembleSchema(clash)).rejects.toThrow('which the API has for something else');
  });
});
