import { describe, expect, test } from '@jest/globals';
import { buildSchema, type GraphQLObjectType, isObjectType, isScalarType, isSpecifiedScalarType } from 'graphql';
import type { ExchangeStandard } from '../../src/domain/record-type.js';
import { namesOf } from '../../src/records/generated-names.js';
import { graphqlSdl } from '../../src/records/graphql-sdl.js';
import { expectGolden } from './golden.js';
import { PURPOSES, SAMPLE, standardOf } from './sample-standard.js';
import { SHIPPED } from './shipped-standard.js';

/** What the hand-written part of the API brings along. */
const HAND_WRITTEN = 'type PageInfo { hasNextPage: Boolean! } type UserError { message: String! }';

const schemaOf = (standard: ExchangeStandard) => buildSchema(graphqlSdl(standard) + HAND_WRITTEN);

function objectOf(standard: ExchangeStandard, name: string): GraphQLObjectType {
  const type = schemaOf(standard).getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object`);
  return type;
}

describe('the generated API', () => {
  test('of a small type is this, word by word', () => {
    expectGolden('visit.sdl', graphqlSdl(SAMPLE));
  });

  test('of the shipped types is a valid schema', () => {
    expect(() => schemaOf(SHIPPED)).not.toThrow();
  });

  test('serves every field nullable: a withheld value is null, never a failure', () => {
    for (const recordType of SHIPPED.recordTypes) {
      const fields = objectOf(SHIPPED, recordType.name).getFields();
      for (const { name } of recordType.fields) expect(String(fields[name]?.type)).not.toMatch(/!$/);
    }
  });

  test('demands a purpose of everyone who asks for records', () => {
    const queries = objectOf(SHIPPED, 'Query').getFields();
    expect(Object.keys(queries)).toHaveLength(SHIPPED.recordTypes.length * 3);
    for (const query of Object.values(queries)) {
      expect(String(query.args.find(({ name }) => name === 'purpose')?.type)).toBe('Purpose!');
    }
  });

  test('has the root fields of the design for each type', () => {
    for (const recordType of SHIPPED.recordTypes) {
      const { list, one, statisticsField, importField } = namesOf(recordType);
      expect(Object.keys(objectOf(SHIPPED, 'Query').getFields())).toEqual(
        expect.arrayContaining([list, one, statisticsField]),
      );
      expect(Object.keys(objectOf(SHIPPED, 'Mutation').getFields())).toContain(importField);
    }
  });

  test('tells a period by its label, and sums of Int as whole numbers beyond 32 bits', () => {
    const text = (type: string, field: string): string => String(objectOf(SAMPLE, type).getFields()[field]?.type);
    expect(text('VisitStatisticsGroup', 'visitedAt')).toBe('String');
    expect(text('VisitStatisticsGroup', 'flag')).toBe('CountryCode');
    expect(text('VisitStatisticsSum', 'crewCount')).toBe('SafeInt');
    expect(text('VisitStatisticsSum', 'draught')).toBe('Float');
    expect(text('VisitStatisticsCell', 'count')).toBe('SafeInt');
  });

  test('names no sum where nothing can be summed', () => {
    const bare = standardOf(
      'type Call @record(plural: "calls") { on: Date! @key @sensitivity(is: REFERENCE) @occurredAt }',
      PURPOSES,
    );
    expect(objectOf(bare, 'CallStatisticsCell').getFields()).not.toHaveProperty('sum');
    expect(schemaOf(bare).getType('CallStatisticsSum')).toBeUndefined();
  });

  test('says of each of its scalars where it is specified', () => {
    const scalars = Object.values(schemaOf(SHIPPED).getTypeMap()).filter(
      (type) => isScalarType(type) && !isSpecifiedScalarType(type),
    );
    expect(scalars.map(({ name }) => name).sort()).toEqual(['CountryCode', 'Date', 'DateTime', 'JSON', 'SafeInt']);
    for (const scalar of scalars) expect(isScalarType(scalar) && scalar.specifiedByURL).toMatch(/^https:/);
  });

  test('keeps what the files say about fields, enums and purposes', () => {
    const schema = schemaOf(SAMPLE);
    expect(objectOf(SAMPLE, 'Visit').getFields().number?.description).toBe(
      'Number of the visit. Sensitivity: REFERENCE.',
    );
    expect(schema.getType('VisitState')?.description).toBe('State of a visit.');
    expect(graphqlSdl(SAMPLE)).toContain('"""Not ended yet."""\n  OPEN');
    expect(graphqlSdl(SAMPLE)).toContain('"""Legal regime: LED."""\n  CONTROL');
  });

  test('survives any description', () => {
    const description = 'say """hello""" to "you" \\';
    const [recordType] = SAMPLE.recordTypes;
    if (recordType === undefined) throw new Error('no sample');
    const schema = schemaOf({ ...SAMPLE, recordTypes: [{ ...recordType, description }] });
    expect(schema.getType('Visit')?.description).toBe(description);
  });
});
