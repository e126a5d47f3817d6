import { Field, Int, ObjectType } from 'type-graphql';
import {
  AGREEMENT_STATUSES,
  type AgreementStatus,
  NEGOTIATION_STATES,
  type NegotiationState,
} from '../../domain/agreement.js';
import { EVENT_KINDS, type EventKind } from '../../domain/agreement-history.js';
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
  @Field(() => [SignatureType])
  signatures!: readonly SignatureType[];
  @Field(() => Json, { description: DOCUMENT })
  document!: unknown;
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
  @Field(() => [String], { description: 'Agencies that accepted this wording.' })
  accepted!: readonly string[];
  @Field(() => [String], { description: 'Agencies that signed it.' })
  signed!: readonly string[];
  @Field(() => String, { description: 'What a signatory signs, byte for byte in UTF-8.' })
  text!: string;
  @Field(() => String, { description: HASH })
  hash!: string;
  @Field(() => Json, { description: DOCUMENT })
  document!: unknown;
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
  @Field(() => [AgreementVersionType], { description: 'Finalised ones, oldest first.' })
  versions!: readonly AgreementVersionType[];
  @Field(() => [AgreementActType])
  acts!: readonly AgreementActType[];
  @Field(() => [AgreementEventType])
  events!: readonly AgreementEventType[];
}

export const AgreementConnection = connectionOf(AgreementType, 'Agreement');
