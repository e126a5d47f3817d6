import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DUTY_KINDS, DUTY_STATUSES, type DutyKind, type DutyStatus } from '../../domain/duty.js';
import { NOTICE_KINDS, type NoticeKind } from '../../domain/notice.js';
import { connectionOf } from '../connection.js';
import { enumOf } from '../enum-of.js';
import { DateTime, Json } from '../scalars.js';

export const DutyStatusEnum = enumOf(
  'DutyStatus',
  DUTY_STATUSES,
  'Derived from agreements, attestations and the clock.',
);
export const DutyKindEnum = enumOf(
  'DutyKind',
  DUTY_KINDS,
  'What is owed: what a clause asks, or what the end of an agreement does.',
);
export const NoticeKindEnum = enumOf('NoticeKind', NOTICE_KINDS, 'What an agency is told.', {
  QUALITY_NOTICE: 'A record the agency received was corrected, disputed or erased: it owes an answer.',
  QUALITY_DUE_SOON: 'Such an answer is due within seven days.',
  QUALITY_OVERDUE: 'Such an answer is overdue. Told to who owes it, and to the owner of the record.',
  REVIEW_DUE: 'Records of the agency are due for a review.',
  QUOTA_NEARLY_USED: 'Four fifths of a quota are used. Told to who gives and who receives.',
  REFUSALS_RISE: 'An agency was refused about the own databases five times as often as usual, on one day.',
});

@ObjectType('DutyAttestation', { simpleResolvers: true })
export class DutyAttestationType {
  @Field(() => String)
  person!: string;
  @Field(() => String)
  statement!: string;
  @Field(() => DateTime)
  at!: Date;
}

@ObjectType('Duty', {
  simpleResolvers: true,
  description: 'What a recipient of data owes its owner. Seen by these two only.',
})
export class DutyType {
  @Field(() => ID)
  id!: string;
  @Field(() => String)
  agreement!: string;
  @Field(() => DutyKindEnum)
  kind!: DutyKind;
  @Field(() => String, { nullable: true, description: 'Null: owed for the agreement as a whole.' })
  article!: string | null;
  @Field(() => String, { description: 'Agency that owes it.' })
  debtor!: string;
  @Field(() => String, { description: 'Agency it is owed to.' })
  creditor!: string;
  @Field(() => String, { nullable: true, description: 'The words of the clause.' })
  words!: string | null;
  @Field(() => DateTime)
  owedFrom!: Date;
  @Field(() => DateTime, { nullable: true })
  dueAt!: Date | null;
  @Field(() => DutyStatusEnum)
  status!: DutyStatus;
  @Field(() => DutyAttestationType, { nullable: true })
  attestation!: DutyAttestationType | null;
}

export const DutyConnection = connectionOf(DutyType, 'Duty');

@InputType()
export class AttestDutyInput {
  @Field(() => ID)
  duty!: string;
  @Field(() => String, { description: 'What was done; the creditor reads it.' })
  statement!: string;
}

@ObjectType('Notice', {
  simpleResolvers: true,
  description: 'Derived when it is asked for: nothing is sent, nothing is missed.',
})
export class NoticeType {
  @Field(() => ID)
  id!: string;
  @Field(() => NoticeKindEnum)
  kind!: NoticeKind;
  @Field(() => DateTime, { description: 'Since when there is something to tell.' })
  at!: Date;
  @Field(() => String, { nullable: true })
  agreement!: string | null;
  @Field(() => String)
  sentence!: string;
  @Field(() => DateTime, { nullable: true, description: 'When what it tells of happens, or must be done.' })
  dueAt!: Date | null;
  @Field(() => Json, {
    nullable: true,
    description: 'Of an agreement that ends soon: the same words for as long again, ready for `amendAgreement`.',
  })
  renewal!: unknown;
}

export const NoticeConnection = connectionOf(NoticeType, 'Notice');
