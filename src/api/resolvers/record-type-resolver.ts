import { Args, Ctx, Query, Resolver } from 'type-graphql';
import type { Field, RecordType } from '../../domain/record-type.js';
import { type Connection, PageArgs, pageOf } from '../connection.js';
import type { ApiContext } from '../context.js';
import { RecordTypeConnection, type RecordTypeFieldType, type RecordTypeType } from '../types/standard.js';

function describedField(field: Field): RecordTypeFieldType {
  const named = field.type.isList ? `[${field.type.name}]` : field.type.name;
  return {
    name: field.name,
    description: field.description,
    type: field.isRequired ? `${named}!` : named,
    sensitivity: field.sensitivity,
    isKey: field.isKey,
    isMeasure: field.isMeasure,
    isMatchable: field.normalise !== undefined,
    ladder: field.ladder.map((step) => step.name),
  };
}

const described = (recordType: RecordType): RecordTypeType => ({
  name: recordType.name,
  plural: recordType.plural,
  description: recordType.description,
  umf: recordType.umf ?? null,
  fields: recordType.fields.map(describedField),
});

@Resolver()
export class RecordTypeResolver {
  @Query(() => RecordTypeConnection, {
    description: 'The record types of the exchange standard, in the order of their names.',
  })
  recordTypes(@Args(() => PageArgs) args: PageArgs, @Ctx() { hub }: ApiContext): Connection<RecordTypeType> {
    const types = [...hub.standard.recordTypes].sort((a, b) => (a.name < b.name ? -1 : 1));
    return pageOf(types.map(described), (recordType) => recordType.name, args);
  }
}
