import { Field, ObjectType } from 'type-graphql';
import type { Action } from '../../domain/action.js';
import type { AgreementStatus } from '../../domain/agreement.js';
import { DateTime, PurposeName, ReasonName } from '../scalars.js';
import { AgreementStatusEnum } from './agreement.js';
import { ExplainedFieldType } from './explanation.js';
import { ActionEnum, ClauseReferenceType } from './ledger.js';

@ObjectType('AccessMatrixCell', {
  simpleResolvers: true,
  description: 'That a clause speaks of this database, action and purpose between these two, and where it stands.',
})
export class AccessMatrixCellType {
  @Field(() => String)
  owner!: string;
  @Field(() => String)
  recipient!: string;
  @Field(() => String)
  recordType!: string;
  @Field(() => String)
  database!: string;
  @Field(() => PurposeName)
  purpose!: string;
  @Field(() => ActionEnum)
  action!: Action;
  @Field(() => AgreementStatusEnum)
  status!: AgreementStatus;
  @Field(() => ReasonName, {
    nullable: true,
    description: 'Why not, or not everything, is answered though a clause is in force.',
  })
  reason!: string | null;
  @Field(() => [String], { description: 'References of the agreements.' })
  agreements!: readonly string[];
}

@ObjectType('AccessMatrixOtherCell', {
  simpleResolvers: true,
  description: 'What the parties of an agreement let others know of it.',
})
export class AccessMatrixOtherCellType {
  @Field(() => String)
  owner!: string;
  @Field(() => String)
  recipient!: string;
  @Field(() => String)
  recordType!: string;
  @Field(() => String)
  agreement!: string;
  @Field(() => AgreementStatusEnum)
  status!: AgreementStatus;
}

@ObjectType('AccessMatrix', { simpleResolvers: true, description: 'Who shares what with whom at an instant.' })
export class AccessMatrixType {
  @Field(() => DateTime)
  at!: Date;
  @Field(() => [AccessMatrixCellType], {
    description: 'Of pairs the caller is one of. What no clause speaks of is absent: nothing is shared there.',
  })
  cells!: readonly AccessMatrixCellType[];
  @Field(() => [AccessMatrixOtherCellType], { description: 'Of other pairs, where their agreement says so.' })
  others!: readonly AccessMatrixOtherCellType[];
}

@ObjectType('RecipientView', {
  simpleResolvers: true,
  description: "What one recipient may see of one of the caller's databases for one action and purpose.",
})
export class RecipientViewType {
  @Field(() => String)
  recipient!: string;
  @Field(() => String)
  database!: string;
  @Field(() => String)
  recordType!: string;
  @Field(() => ActionEnum)
  action!: Action;
  @Field(() => PurposeName)
  purpose!: string;
  @Field(() => ReasonName, { nullable: true, description: 'Why it may see less than its clauses say.' })
  reason!: string | null;
  @Field(() => [String], { description: 'References of the agreements.' })
  agreements!: readonly string[];
  @Field(() => [ClauseReferenceType])
  clauses!: readonly ClauseReferenceType[];
  @Field(() => Boolean, { description: 'False: only records that meet the conditions of its clauses.' })
  everyRow!: boolean;
  @Field(() => [ExplainedFieldType], { description: 'Fields it sees in some form.' })
  fields!: readonly ExplainedFieldType[];
  @Field(() => String)
  sentence!: string;
}
