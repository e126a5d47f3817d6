import { Field, ObjectType } from 'type-graphql';
import type { Action } from '../../domain/action.js';
import { DateTime, SafeInt } from '../scalars.js';
import { ActionEnum, ClauseReferenceType } from './ledger.js';

@ObjectType('RecordDisclosure', {
  simpleResolvers: true,
  description: 'That an agency received a record. Holds nothing of what stands in it.',
})
export class RecordDisclosureType {
  @Field(() => SafeInt, { description: 'Of the entry in the ledger.' })
  sequence!: number;
  @Field(() => DateTime)
  at!: Date;
  @Field(() => String, { description: 'Agency that received it; the owner itself, where it read its own.' })
  agency!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Null, as is the justification: the entry is in an archive.',
  })
  person!: string | null;
  @Field(() => String, { nullable: true })
  purpose!: string | null;
  @Field(() => String, { nullable: true })
  justification!: string | null;
  @Field(() => ActionEnum)
  action!: Action;
  @Field(() => SafeInt, { description: 'Of the record, as it was then.' })
  version!: number;
  @Field(() => [String], {
    description: 'Fields that were asked for; which of them were shown follows from the clauses.',
  })
  fields!: readonly string[];
  @Field(() => [ClauseReferenceType], { description: 'Clauses relied on; none: the owner’s own.' })
  basis!: readonly ClauseReferenceType[];
}
