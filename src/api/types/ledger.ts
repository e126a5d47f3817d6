import { Field, ID, ObjectType } from 'type-graphql';
import { ACTIONS, type Action } from '../../domain/action.js';
import type { LedgerEntry } from '../../domain/ledger.js';
import { LEDGER_PERSPECTIVES, type LedgerPerspective } from '../../domain/ledger-view.js';
import { PROCESSING_OPERATIONS, type ProcessingOperation } from '../../domain/processing.js';
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

export const ProcessingEnum = enumOf(
  'ProcessingOperation',
  PROCESSING_OPERATIONS,
  'Collection, alteration, consultation, disclosure, combination and erasure of records; administration and inspection of what is about them.',
);

export const LedgerPerspectiveEnum = enumOf(
  'LedgerPerspective',
  LEDGER_PERSPECTIVES,
  "As whom one reads an entry. OWN: the caller's agency asked. OWNER: somebody else asked databases of the caller's agency.",
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

@ObjectType('LedgerRecord', {
  simpleResolvers: true,
  description: 'A record that was disclosed. For its owner alone.',
})
export class LedgerRecordType {
  @Field(() => ID, {
    description: 'For `recordDisclosures` and for acts of the owner: none of the ids that recipients are given.',
  })
  id!: string;
  @Field(() => SafeInt)
  version!: number;
  @Field(() => String, {
    nullable: true,
    description: 'Salted commitment to exactly what was shown, where a clause asks for one; hexadecimal.',
  })
  commitment?: string | undefined;
  @Field(() => String, {
    nullable: true,
    description:
      'The salt that opens the commitment (`besa audit open`), hexadecimal; null: there is none, or the record was erased and it was forgotten.',
  })
  opening?: string | undefined;
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
    description: 'Records disclosed; null: counted into cells of statistics, how many is told to nobody.',
  })
  records!: number | null;
  @Field(() => [LedgerRecordType], {
    nullable: true,
    description: "The records disclosed. Null: none, or the database is not the caller's own.",
  })
  disclosed?: readonly LedgerRecordType[] | undefined;
}

@ObjectType('LedgerAsk', { simpleResolvers: true, description: 'One question for records of one type.' })
export class LedgerAskType {
  @Field(() => ActionEnum)
  action!: Action;
  @Field(() => String)
  recordType!: string;
  @Field(() => [String], { description: 'Names of the fields that were asked for.' })
  selectedFields!: readonly string[];
  @Field(() => [String], { description: 'Names of the fields it filtered, sorted, grouped or summed by.' })
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
  description:
    'One request, as it was answered or refused. Holds no value of a record. Of what others asked, an owner reads who asked and what for, and the lines about its own databases.',
})
export class LedgerEntryType {
  @Field(() => SafeInt)
  sequence!: number;
  @Field(() => DateTime)
  at!: Date;
  @Field(() => LedgerPerspectiveEnum)
  perspective!: LedgerPerspective;
  @Field(() => String, { nullable: true, description: 'Agency that asked.' })
  agency!: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Null, as is the justification: nothing was ever agreed between the agency that asked and the owner who reads.',
  })
  person!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'The client its token was issued to. Null: the token does not say, or the perspective is OWNER.',
  })
  client?: string | undefined;
  @Field(() => String, { description: 'Roles of the token, separated by commas.' })
  role!: string;
  @Field(() => String, { nullable: true })
  purpose!: string | null;
  @Field(() => String, { nullable: true, description: 'Legal regime of the purpose.' })
  regime!: string | null;
  @Field(() => String, { nullable: true })
  justification!: string | null;
  @Field(() => String, {
    description:
      '`READ`, `AGGREGATE` …, several separated by commas; of what is no ask for records, the name of the operation.',
  })
  action!: string;
  @Field(() => [ProcessingEnum], { description: 'What Directive (EU) 2016/680, article 25, calls it.' })
  processing!: readonly ProcessingOperation[];
  @Field(() => LedgerOutcomeEnum, { description: "Of an OWNER's entry: of the lines about its databases." })
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
  @Field(() => SafeInt, {
    nullable: true,
    description: 'Null where the perspective is OWNER, as is all else of the operation.',
  })
  durationMs!: number | null;
}
