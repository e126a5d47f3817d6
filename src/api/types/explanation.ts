import { Field, ObjectType } from 'type-graphql';
import type { Action } from '../../domain/action.js';
import { PurposeName, ReasonName, SourceOutcomeName } from '../scalars.js';
import { ActionEnum, ClauseReferenceType } from './ledger.js';

@ObjectType('ExplainedField', { simpleResolvers: true })
export class ExplainedFieldType {
  @Field(() => String)
  field!: string;
  @Field(() => String, {
    description: 'The least redacted it may be shown: `CLEAR`, `GENERALISED`, `MASKED`, `WITHHELD`.',
  })
  treatment!: string;
  @Field(() => String, { nullable: true, description: 'The step of its ladder, where it is generalised.' })
  step!: string | null;
  @Field(() => Boolean, { description: 'Whether that holds on every row the caller sees.' })
  onEveryRow!: boolean;
}

@ObjectType('AccessExplanation', {
  simpleResolvers: true,
  description: 'What one shared database would answer, and why.',
})
export class AccessExplanationType {
  @Field(() => String)
  database!: string;
  @Field(() => String)
  owner!: string;
  @Field(() => SourceOutcomeName)
  outcome!: string;
  @Field(() => ReasonName, { nullable: true })
  reason!: string | null;
  @Field(() => [String], { description: 'References of the agreements.' })
  agreements!: readonly string[];
  @Field(() => [ClauseReferenceType], { description: 'Clauses relied on, or behind the refusal.' })
  clauses!: readonly ClauseReferenceType[];
  @Field(() => [ExplainedFieldType])
  fields!: readonly ExplainedFieldType[];
  @Field(() => String)
  sentence!: string;
}

@ObjectType('MayAsk', {
  simpleResolvers: true,
  description: "One thing the caller may ask of another agency's database now.",
})
export class MayAskType {
  @Field(() => String)
  recordType!: string;
  @Field(() => String)
  database!: string;
  @Field(() => String)
  owner!: string;
  @Field(() => ActionEnum)
  action!: Action;
  @Field(() => PurposeName)
  purpose!: string;
  @Field(() => Boolean)
  justificationRequired!: boolean;
  @Field(() => [String])
  agreements!: readonly string[];
}
