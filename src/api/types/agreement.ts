import { Field, Int, ObjectType } from 'type-graphql';
import {
  AGREEMENT_STATUSES,
  type AgreementStatus,
  NEGOTIATION_STATES,
  type NegotiationState,
} from '../../domain/agreement.js';
import { EVENT_KINDS, type EventKind } from '../../domain/agreement-history.js';
import { CHANGE_EFFECTS, type ChangeEffect } from '../../domain/difference.js';
import { connectionOf } from '../connection.js';
import { enumOf } from '../enum-of.js';
import { DateTime, Json } from '../scalars.js';

export const AgreementStatusEnum = enumOf(
  'AgreementStatus',
  AGREEMENT_STATUSES,
  'Derived from facts and the clock, never stored.',
);
export const NegotiationStateEnum = enumOf(
  'NegotiationState',
  NEGOTIATION_STATES,
  'How far the talks about a version have come (Dataspace Protocol).',
);
export const EventKindEnum = enumOf('AgreementEventKind', EVENT_KINDS, 'What can happen to an agreement.');
export const ActKindEnum = enumOf(
  'AgreementActKind',
  ['SUSPEND', 'RESUME', 'TERMINATE'] as const,
  "One side's act on a finalised agreement.",
);

@ObjectType('Signature', { simpleResolvers: true })
export class SignatureType {
  @Field(() => String)
  agency!: string;
  @Field(() => String, { description: 'Ed25519 over the UTF-8 bytes of the signed text, hexadecimal.' })
  signature!: string;
  @Field(() => DateTime)
  signedAt!: Date;
}

const DOCUMENT = 'The wording in the form of the agreement file.';
const HASH = 'SHA-256 of the signed text, hexadecimal.';

@ObjectType('AgreementVersion', {
  simpleResolvers: true,
  description: 'A wording all parties signed and the hub finalised.',
})
export class AgreementVersionType {
  @Field(() => Int)
  version!: number;
  @Field(() => AgreementStatusEnum, {
    nullable: true,
    description: 'Null if its bytes or signatures do not verify: it counts for nothing.',
  })
  status!: AgreementStatus | null;
  @Field(() => String, { description: 'What was signed, byte for byte in UTF-8.' })
  text!: string;
  @Field(() => String, { description: HASH })
  hash!: string;
  @Field(() => DateTime)
  finalisedAt!: Date;
  @Field(() => DateTime, {
    nullable: true,
    description: 'From when it counts, after the notice due if one party tightened; null if it counts for nothing.',
  })
  beginsAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'The party that entered it alone; null: every party signed.' })
  tightenedBy!: string | null;
  @Field(() => [SignatureType])
  signatures!: readonly SignatureType[];
  @Field(() => Json, { description: DOCUMENT })
  document!: unknown;
}

@ObjectType('WordingChange', { simpleResolvers: true, description: 'One place at which two wordings differ.' })
export class WordingChangeType {
  @Field(() => [String], { description: 'The place in the document, outermost first; clauses by article.' })
  path!: readonly string[];
  @Field(() => Json, { nullable: true, description: 'Null: it was not there.' })
  before!: unknown;
  @Field(() => Json, { nullable: true, description: 'Null: it is not there any more.' })
  after!: unknown;
}

@ObjectType('NegotiationRound', { simpleResolvers: true, description: 'One complete wording that was sent.' })
export class NegotiationRoundType {
  @Field(() => Int, { description: 'Counted from 1.' })
  round!: number;
  @Field(() => Int)
  revision!: number;
  @Field(() => String, { description: 'The agency whose wording it is.' })
  author!: string;
  @Field(() => DateTime)
  at!: Date;
  @Field(() => String, { description: HASH })
  hash!: string;
  @Field(() => Json, { description: DOCUMENT })
  document!: unknown;
  @Field(() => [WordingChangeType], { description: 'Against the round before; the first, against the version before.' })
  diff!: readonly WordingChangeType[];
}

@ObjectType('Negotiation', { simpleResolvers: true, description: 'The version on the table.' })
export class NegotiationType {
  @Field(() => Int)
  version!: number;
  @Field(() => Int, { description: 'Which wording of that version.' })
  revision!: number;
  @Field(() => NegotiationStateEnum)
  state!: NegotiationState;
  @Field(() => String)
  drafter!: string;
  @Field(() => String, { description: 'The agency that wrote the wording on the table.' })
  author!: string;
  @Field(() => Int, { description: 'Which wording of these talks it is, from 1; 0: a draft that was not sent.' })
  round!: number;
  @Field(() => [String], { description: 'Agencies that wrote or accepted this wording.' })
  accepted!: readonly string[];
  @Field(() => [String], { description: 'Agencies that signed it.' })
  signed!: readonly string[];
  @Field(() => String, { description: 'What a signatory signs, byte for byte in UTF-8.' })
  text!: string;
  @Field(() => String, { description: HASH })
  hash!: string;
  @Field(() => Json, { description: DOCUMENT })
  document!: unknown;
  @Field(() => [WordingChangeType], {
    description: 'What it changes of the round before; of the first one, and of a draft, of the version before.',
  })
  diff!: readonly WordingChangeType[];
  @Field(() => [NegotiationRoundType], { description: 'Every wording that was sent in these talks, oldest first.' })
  rounds!: readonly NegotiationRoundType[];
}

export const ChangeEffectEnum = enumOf(
  'ChangeEffect',
  CHANGE_EFFECTS,
  'NARROWER: less is permitted or more forbidden. WIDER: more, or it is not certain that it is not. NEUTRAL: neither.',
);

@ObjectType('AgreementChange', {
  simpleResolvers: true,
  description: 'One thing that the wording on the table changes against the version before it.',
})
export class AgreementChangeType {
  @Field(() => ChangeEffectEnum)
  effect!: ChangeEffect;
  @Field(() => String, { nullable: true, description: 'Null: the agreement as a whole.' })
  article!: string | null;
  @Field(() => String, { nullable: true, description: 'The agency that gives.' })
  assigner!: string | null;
  @Field(() => String, { nullable: true, description: 'The agency that receives.' })
  assignee!: string | null;
  @Field(() => [String], { description: 'Where in the document.' })
  path!: readonly string[];
  @Field(() => String)
  sentence!: string;
}

@ObjectType('AgreementAct', { simpleResolvers: true })
export class AgreementActType {
  @Field(() => ActKindEnum)
  kind!: 'SUSPEND' | 'RESUME' | 'TERMINATE';
  @Field(() => String, { description: 'The agency whose side it is.' })
  by!: string;
  @Field(() => DateTime)
  effectiveAt!: Date;
  @Field(() => String, { nullable: true, description: 'The direction meant; null = every direction.' })
  assigner?: string;
  @Field(() => String, { nullable: true, description: 'The article meant; null = every article.' })
  article?: string;
}

@ObjectType('AgreementEvent', { simpleResolvers: true })
export class AgreementEventType {
  @Field(() => Int)
  number!: number;
  @Field(() => EventKindEnum)
  kind!: EventKind;
  @Field(() => Int)
  version!: number;
  @Field(() => Int)
  revision!: number;
  @Field(() => String, { nullable: true, description: 'Null: the hub itself.' })
  agency?: string;
  @Field(() => String)
  person!: string;
  @Field(() => String, { nullable: true })
  reason?: string;
  @Field(() => DateTime)
  at!: Date;
}

@ObjectType('Agreement', {
  simpleResolvers: true,
  description: 'Seen by its parties only; to everybody else it does not exist.',
})
export class AgreementType {
  @Field(() => String)
  reference!: string;
  @Field(() => String)
  title!: string;
  @Field(() => [String], { description: 'Codes of agencies.' })
  parties!: readonly string[];
  @Field(() => AgreementStatusEnum, { nullable: true, description: 'Null before anything was finalised.' })
  status!: AgreementStatus | null;
  @Field(() => NegotiationType, { nullable: true })
  negotiation!: NegotiationType | null;
  @Field(() => [AgreementChangeType], {
    nullable: true,
    description: 'Who gains and who loses by the wording on the table; null if there is no version before it.',
  })
  difference!: readonly AgreementChangeType[] | null;
  @Field(() => [String], {
    description:
      'Parties of which each may enter that wording by its signature alone: it only narrows what concerns them.',
  })
  mayEnterAlone!: readonly string[];
  @Field(() => [AgreementVersionType], { description: 'Finalised ones, oldest first.' })
  versions!: readonly AgreementVersionType[];
  @Field(() => [AgreementActType])
  acts!: readonly AgreementActType[];
  @Field(() => [AgreementEventType])
  events!: readonly AgreementEventType[];
}

export const AgreementConnection = connectionOf(AgreementType, 'Agreement');
