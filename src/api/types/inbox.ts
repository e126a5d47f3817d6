import { Field, ID, InputType, ObjectType } from 'type-graphql';
import type { NoticeKind } from '../../domain/notice.js';
import { connectionOf } from '../connection.js';
import { DateTime, Json, SafeInt } from '../scalars.js';
import { NoticeKindEnum } from './duty.js';

@ObjectType('InboxNotice', {
  simpleResolvers: true,
  description: 'Something an agency was told: kept as it was told, and never changed. Holds nothing of a record.',
})
export class InboxNoticeType {
  @Field(() => ID, { description: "Counts from 1 in each agency's inbox, without a gap." })
  id!: number;
  @Field(() => NoticeKindEnum)
  kind!: NoticeKind;
  @Field(() => DateTime, { description: 'Since when there is something to tell.' })
  at!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When what it tells of happens, or must be done.' })
  dueAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'Reference of the agreement it is about; null: of none.' })
  agreement!: string | null;
  @Field(() => String)
  sentence!: string;
  @Field(() => Json, { description: 'What a program needs of it: ids and codes the agency knows.' })
  subject!: Readonly<Record<string, string | number | boolean | null>>;
  @Field(() => DateTime, { description: 'When it came into the inbox.' })
  postedAt!: Date;
  @Field(() => Boolean, { description: 'Whether somebody of the agency said so: `markInboxRead`.' })
  isRead!: boolean;
}

export const InboxConnection = connectionOf(InboxNoticeType, 'InboxNotice');

@ObjectType('InboxStanding', { simpleResolvers: true, description: "Where an agency's inbox stands." })
export class InboxStandingType {
  @Field(() => ID, { nullable: true, description: 'The newest notice; null: there is none.' })
  last!: number | null;
  @Field(() => ID, { nullable: true, description: 'Read up to this notice, and with it; null: nothing was.' })
  readUpTo!: number | null;
  @Field(() => SafeInt)
  unread!: number;
}

@InputType()
export class MarkInboxReadInput {
  @Field(() => ID, { description: 'The newest notice that was read: it, and all before it.' })
  upTo!: string;
}
