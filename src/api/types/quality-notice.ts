import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { UserError } from '../../domain/errors.js';
import {
  QUALITY_KINDS,
  QUALITY_OUTCOMES,
  QUALITY_REASONS,
  QUALITY_STATUSES,
  type QualityAttestation,
  type QualityKind,
  type QualityNotice,
  type QualityOutcome,
  type QualityReason,
  type QualityStatus,
} from '../../domain/evidence.js';
import { connectionOf } from '../connection.js';
import { enumOf } from '../enum-of.js';
import { DateTime, Json, RecordStatusName } from '../scalars.js';
import { UserErrorType } from './payload.js';

export const QualityKindEnum = enumOf('QualityKind', QUALITY_KINDS, 'What happened to a record.');
export const QualityReasonEnum = enumOf(
  'QualityReason',
  QUALITY_REASONS,
  'Why a record was corrected, disputed or erased, in words that hold nothing of it.',
);
export const QualityStatusEnum = enumOf('QualityStatus', QUALITY_STATUSES, 'Derived from attestation and clock.', {
  OPEN: 'The recipient has not yet said what it did.',
  OVERDUE: 'Nor has it by its day.',
});
export const QualityOutcomeEnum = enumOf('QualityOutcome', QUALITY_OUTCOMES, 'What a recipient did with its copy.', {
  NOT_HELD: 'It has kept none.',
});
export const QualityRoleEnum = enumOf(
  'QualityNoticeRole',
  ['RECEIVED', 'ISSUED'] as const,
  'To the own agency, or about its own databases.',
);

@ObjectType('QualityAttestation', { simpleResolvers: true, description: 'What a recipient said, in its own words.' })
export class QualityAttestationType {
  @Field(() => String, { description: 'Who said so for the recipient.' })
  person!: string;
  @Field(() => String)
  statement!: string;
  @Field(() => QualityOutcomeEnum)
  outcome!: QualityOutcome;
  @Field(() => DateTime)
  at!: Date;
}

@ObjectType('ServedRecordId', { simpleResolvers: true })
export class ServedRecordIdType {
  @Field(() => String, {
    nullable: true,
    description: 'For which the record was served under this id; null: the id its owner has of it.',
  })
  purpose!: string | null;
  @Field(() => ID)
  id!: string;
}

@ObjectType('QualityNoticeRecord', {
  simpleResolvers: true,
  description: 'A record the recipient received. Nothing of its content: the recipient finds its copy by the id.',
})
export class QualityNoticeRecordType {
  @Field(() => [ServedRecordIdType], { description: 'As it was served to the recipient, for each purpose.' })
  ids!: readonly ServedRecordIdType[];
  @Field(() => [Int], { description: 'Versions the recipient received, ascending.' })
  versions!: readonly number[];
  @Field(() => Int, { nullable: true, description: 'The version that takes their place; null: erased.' })
  currentVersion!: number | null;
  @Field(() => [String], {
    description: 'Fields the recipient was shown for certain and that are concerned; empty: which ones cannot be told.',
  })
  fields!: readonly string[];
  @Field(() => [String], { description: 'References of the agreements it was received under.' })
  agreements!: readonly string[];
}

export const QualityNoticeRecordConnection = connectionOf(QualityNoticeRecordType, 'QualityNoticeRecord');

@ObjectType('QualityNotice', {
  simpleResolvers: true,
  description:
    'What an agency that received records is told of them: that they are others now, and until when it says what it did.',
})
export class QualityNoticeType implements Omit<QualityNotice, 'number' | 'databaseId'> {
  @Field(() => ID)
  id!: string;
  @Field(() => String, { description: 'Code of the shared database.' })
  database!: string;
  @Field(() => String, { description: 'Code of the agency whose record it is.' })
  owner!: string;
  @Field(() => String, { description: 'Code of the agency that received it, and owes an answer.' })
  recipient!: string;
  @Field(() => QualityKindEnum)
  kind!: QualityKind;
  @Field(() => QualityReasonEnum)
  reason!: QualityReason;
  @Field(() => String, {
    nullable: true,
    description: 'What the owner noted of its act; null to the recipient, and once the record is erased.',
  })
  note!: string | null;
  @Field(() => DateTime)
  issuedAt!: Date;
  @Field(() => DateTime, { description: 'By when the recipient says what it did.' })
  dueAt!: Date;
  @Field(() => QualityStatusEnum)
  status!: QualityStatus;
  @Field(() => Int)
  recordCount!: number;
  @Field(() => QualityAttestationType, { nullable: true, description: 'Null: not yet.' })
  attestation!: QualityAttestation | null;
}

export const QualityNoticeConnection = connectionOf(QualityNoticeType, 'QualityNotice');

@ObjectType('ActedRecord', { simpleResolvers: true, description: 'A record after an act of its owner.' })
export class ActedRecordType {
  @Field(() => ID, { description: "As in the owner's view of the ledger." })
  id!: string;
  @Field(() => Int)
  version!: number;
  @Field(() => RecordStatusName)
  status!: string;
}

@ObjectType('QualityActPayload', { simpleResolvers: true })
export class QualityActPayload {
  @Field(() => ActedRecordType, { nullable: true })
  record!: ActedRecordType | null;
  @Field(() => [QualityNoticeType], {
    nullable: true,
    description:
      'One for each agency that received the record. Null beside a record: the act is done, and they are told within minutes.',
  })
  notices!: readonly QualityNoticeType[] | null;
  @Field(() => [UserErrorType])
  userErrors!: readonly UserError[];
}

const DUE_WITHIN = 'P30D';

@InputType()
export class DisputeRecordInput {
  @Field(() => String, { description: "Code of a shared database of the caller's agency." })
  database!: string;
  @Field(() => ID, { nullable: true, description: 'As the record was served to its owner; either this or `key`.' })
  id?: string | null;
  @Field(() => Json, { nullable: true, description: 'A value for each key field; either this or `id`.' })
  key?: unknown;
  @Field(() => QualityReasonEnum)
  reason!: QualityReason;
  @Field(() => String, {
    nullable: true,
    description:
      'For the owner alone: no notice carries it, and it goes when the record is erased; an erasure keeps none. The ledger has its SHA-256.',
  })
  note?: string | null;
  @Field(() => String, {
    defaultValue: DUE_WITHIN,
    description: 'How long recipients have to say what they did: a duration of ISO 8601, from `P1D` to `P1Y`.',
  })
  dueWithin!: string;
}

@InputType()
export class EraseRecordInput extends DisputeRecordInput {}

@InputType()
export class CorrectRecordInput extends DisputeRecordInput {
  @Field(() => Json, { description: 'Fields that get another value; null takes one away. The key stays as it is.' })
  changes!: unknown;
}

@InputType()
export class AttestQualityNoticeInput {
  @Field(() => ID, { description: 'Of a notice the own agency received.' })
  notice!: string;
  @Field(() => String, { description: 'What was done; the owner of the record reads it.' })
  statement!: string;
  @Field(() => QualityOutcomeEnum)
  outcome!: QualityOutcome;
}

@ArgsType()
export class FirstAfterArgs {
  @Field(() => Int, { nullable: true })
  first?: number | null;
  @Field(() => String, { nullable: true })
  after?: string | null;
}

@ArgsType()
export class QualityNoticeArgs extends FirstAfterArgs {
  @Field(() => QualityRoleEnum)
  role!: 'RECEIVED' | 'ISSUED';
  @Field(() => QualityStatusEnum, { nullable: true })
  status?: QualityStatus | null;
}
