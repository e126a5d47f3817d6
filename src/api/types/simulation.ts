import { Field, InputType, ObjectType } from 'type-graphql';
import type { Action } from '../../domain/action.js';
import type { Change } from '../../domain/difference.js';
import type { UserError } from '../../domain/errors.js';
import { enumOf } from '../enum-of.js';
import { DateTime, PurposeName, SafeInt } from '../scalars.js';
import { AgreementChangeType } from './agreement.js';
import { DraftAgreementInput } from './agreement-input.js';
import { ExplainedFieldType } from './explanation.js';
import { ActionEnum } from './ledger.js';
import { UserErrorType } from './payload.js';

const ChangeKindEnum = enumOf(
  'SimulatedChangeKind',
  ['RIGHT', 'FIELD', 'RECORDS'] as const,
  'What would be otherwise: the right itself, how one field is shown, or which records.',
);

@InputType({ description: 'Either of the two.' })
export class SimulateAgreementInput {
  @Field(() => String, { nullable: true, description: 'The wording on the table under this reference.' })
  reference?: string | null;
  @Field(() => DraftAgreementInput, { nullable: true, description: 'A wording nobody has seen yet.' })
  document?: DraftAgreementInput | null;
}

@ObjectType('SimulatedChange', { simpleResolvers: true })
export class SimulatedChangeType {
  @Field(() => ChangeKindEnum)
  kind!: 'RIGHT' | 'FIELD' | 'RECORDS';
  @Field(() => String)
  database!: string;
  @Field(() => String)
  recordType!: string;
  @Field(() => ActionEnum)
  action!: Action;
  @Field(() => [PurposeName])
  purposes!: readonly string[];
  @Field(() => [ExplainedFieldType], {
    description: 'Of a right, the fields it shows where it is there; of a field, how it is shown after.',
  })
  fields!: readonly ExplainedFieldType[];
  @Field(() => String, {
    description: 'Treatment of the field, or what stands in the way of the right, as things are.',
  })
  before!: string;
  @Field(() => String, { description: 'The same, as they would be.' })
  after!: string;
  @Field(() => SafeInt, {
    nullable: true,
    description: "Records the recipient can see now, of the caller's own databases only.",
  })
  recordsBefore!: number | null;
  @Field(() => SafeInt, { nullable: true, description: 'Records it would see.' })
  recordsAfter!: number | null;
  @Field(() => String)
  sentence!: string;
}

@ObjectType('ReplayCounts', {
  simpleResolvers: true,
  description: 'Requests of the last 90 days asked again, both times now. A justification is taken as given.',
})
export class ReplayCountsType {
  @Field(() => SafeInt, { description: 'A request counts once for each owner it asked.' })
  requests!: number;
  @Field(() => SafeInt)
  same!: number;
  @Field(() => SafeInt, { description: 'Refused as things are, and would be answered.' })
  nowAllowed!: number;
  @Field(() => SafeInt, { description: 'Answered as things are, and would be refused.' })
  nowRefused!: number;
  @Field(() => SafeInt, { description: 'Answered with more.' })
  more!: number;
  @Field(() => SafeInt, { description: 'Answered with less.' })
  less!: number;
  @Field(() => SafeInt, { description: 'Answered with more in one thing and less in another.' })
  mixed!: number;
}

@ObjectType('SimulatedDirection', {
  simpleResolvers: true,
  description: 'What the assignee would gain and lose of the assigner.',
})
export class SimulatedDirectionType {
  @Field(() => String)
  assigner!: string;
  @Field(() => String)
  assignee!: string;
  @Field(() => [SimulatedChangeType])
  gains!: readonly SimulatedChangeType[];
  @Field(() => [SimulatedChangeType])
  losses!: readonly SimulatedChangeType[];
  @Field(() => [SimulatedChangeType], {
    description: 'Other conditions on records, where nobody knows whether they are more or fewer.',
  })
  changes!: readonly SimulatedChangeType[];
  @Field(() => ReplayCountsType)
  replay!: ReplayCountsType;
}

@ObjectType('Replay', { simpleResolvers: true, description: 'What the replay of the ledger was made from.' })
export class ReplayType {
  @Field(() => DateTime)
  since!: Date;
  @Field(() => Boolean, { description: 'False: there were more, and the oldest were left out.' })
  isComplete!: boolean;
}

@ObjectType('AgreementSimulation', {
  simpleResolvers: true,
  description: 'What would be otherwise were this wording in force now.',
})
export class AgreementSimulationType {
  @Field(() => String)
  reference!: string;
  @Field(() => SafeInt, { nullable: true, description: 'The version it would replace; null for a new agreement.' })
  replaces!: number | null;
  @Field(() => DateTime)
  at!: Date;
  @Field(() => [AgreementChangeType], {
    nullable: true,
    description: 'What its words change against the version it would replace; null for a new agreement.',
  })
  difference!: readonly Change[] | null;
  @Field(() => [SimulatedDirectionType], { description: 'Between the caller and each other party, both ways.' })
  directions!: readonly SimulatedDirectionType[];
  @Field(() => ReplayType)
  replay!: ReplayType;
}

@ObjectType('SimulateAgreementPayload', { simpleResolvers: true })
export class SimulateAgreementPayload {
  @Field(() => AgreementSimulationType, { nullable: true })
  simulation!: AgreementSimulationType | null;
  @Field(() => [UserErrorType])
  userErrors!: readonly UserError[];
}
