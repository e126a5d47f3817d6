import { Field, ObjectType } from 'type-graphql';
import type { Action } from '../../domain/action.js';
import { TRACE_STEPS, type TraceStepKind } from '../../hub/access/access-trace.js';
import { enumOf } from '../enum-of.js';
import { DateTime, PurposeName, ReasonName, SourceOutcomeName } from '../scalars.js';
import { ActionEnum, ClauseReferenceType } from './ledger.js';
import { QuotaUseType } from './quota.js';

@ObjectType('ExplainedField', { simpleResolvers: true })
export class ExplainedFieldType {
  @Field(() => String)
  field!: string;
  @Field(() => String, {
    description: 'The least redacted it may be shown: `CLEAR`, `GENERALISED`, `MASKED`, `PSEUDONYM`, `WITHHELD`.',
  })
  treatment!: string;
  @Field(() => String, { nullable: true, description: 'The step of its ladder, where it is generalised.' })
  step!: string | null;
  @Field(() => Boolean, { description: 'Whether that holds on every row the caller sees.' })
  onEveryRow!: boolean;
}

export const TraceStepEnum = enumOf('AccessTraceStepKind', TRACE_STEPS, 'What a step of an explanation is about.');

@ObjectType('AccessTraceStep', {
  simpleResolvers: true,
  description: 'One step from the clauses to the answer. Only clauses towards the caller are told.',
})
export class AccessTraceStepType {
  @Field(() => TraceStepEnum)
  step!: TraceStepKind;
  @Field(() => ClauseReferenceType, { nullable: true, description: 'Null: the step is about the database as a whole.' })
  clause!: ClauseReferenceType | null;
  @Field(() => String, {
    description: '`HOLDS` or `FAILS`; of a status the status, of a prohibition `BINDS`, of the outcome the outcome.',
  })
  outcome!: string;
  @Field(() => String)
  sentence!: string;
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
  @Field(() => DateTime, {
    nullable: true,
    description: 'When the reason may end by itself; null where that is not known.',
  })
  resetsAt!: Date | null;
  @Field(() => [QuotaUseType], { description: 'What is used of the quotas of its clauses.' })
  quotas!: readonly QuotaUseType[];
  @Field(() => [AccessTraceStepType], { description: 'The way to the outcome, step by step.' })
  trace!: readonly AccessTraceStepType[];
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
