import { Field, ObjectType } from 'type-graphql';
import { ACTIONS, type Action } from '../../domain/action.js';
import type { LedgerEntry } from '../../domain/ledger.js';
import { enumOf } from '../enum-of.js';
import { DateTime, Json, ReasonName, SafeInt, SourceOutcomeName } from '../scalars.js';

export const ActionEnum = enumOf(
  'Action',
  ACTIONS,
  '`MATCH < READ < EXPORT` and `AGGREGATE < READ`: a right includes those below it.',
);
export const LedgerOutcomeEnum = enumOf(
  'LedgerOutcome',
  ['ANSWERED', 'REFUSED', 'FAILED'] as const,
  'What became of a request.',
);

@ObjectType('ClauseReference', { simpleResolvers: true, description: 'Under which clause.' })
export class ClauseReferenceType {
  @Field(() => String)
  agreement!: string;
  @Field(() => SafeInt)
  version!: number;
  @Field(() => String)
  article!: string;
}

@ObjectType('LedgerLine', { simpleResolvers: true, description: 'What one database was asked and gave.' })
export class LedgerLineType {
  @Field(() => String)
  database!: string;
  @Field(() => SourceOutcomeName)
  outcome!: string;
  @Field(() => ReasonName, { nullable: true })
  reason!: string | null;
  @Field(() => [ClauseReferenceType])
  basis!: readonly ClauseReferenceType[];
  @Field(() => SafeInt, {
    nullable: true,
    description: 'Records disclosed, or counted into cells; null: counted together with other databases.',
  })
  records!: number | null;
}

@ObjectType('LedgerAsk', { simpleResolvers: true })
export class LedgerAskType {
  @Field(() => ActionEnum)
  action!: Action;
  @Field(() => String)
  recordType!: string;
  @Field(() => [String])
  selectedFields!: readonly string[];
  @Field(() => [String])
  touchedFields!: readonly string[];
  @Field(() => String, {
    nullable: true,
    description: 'The agency through whose eyes an owner looked at its own records; null: through its own.',
  })
  viewAs?: string;
  @Field(() => [LedgerLineType])
  lines!: readonly LedgerLineType[];
}

@ObjectType('LedgerEntry', {
  simpleResolvers: true,
  description: 'One request, as it was answered or refused. Holds no value of a record.',
})
export class LedgerEntryType {
  @Field(() => SafeInt)
  sequence!: number;
  @Field(() => DateTime)
  at!: Date;
  @Field(() => String, { nullable: true })
  agency!: string | null;
  @Field(() => String)
  person!: string;
  @Field(() => String, { description: 'Roles of the token, separated by commas.' })
  role!: string;
  @Field(() => String, { nullable: true })
  purpose!: string | null;
  @Field(() => String, { nullable: true, description: 'Legal regime of the purpose.' })
  regime!: string | null;
  @Field(() => String, { nullable: true })
  justification!: string | null;
  @Field(() => String, {
    description: '`READ`, `AGGREGATE` …; of what is no ask for records, the name of the operation.',
  })
  action!: string;
  @Field(() => LedgerOutcomeEnum)
  outcome!: LedgerEntry['outcome'];
  @Field(() => String, { nullable: true })
  errorCode!: string | null;
  @Field(() => String, { nullable: true })
  operationName!: string | null;
  @Field(() => String, { nullable: true, description: 'SHA-256 of the document, hexadecimal.' })
  operationHash!: string | null;
  @Field(() => [LedgerAskType])
  asks!: readonly LedgerAskType[];
  @Field(() => Json, { description: 'What else an auditor needs of an act: references, counts, hashes.' })
  subject!: LedgerEntry['subject'];
  @Field(() => SafeInt)
  durationMs!: number;
}
