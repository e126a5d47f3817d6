import { Field, InputType, Int } from 'type-graphql';
import type { Action } from '../../domain/action.js';
import { EVIDENCE, type Evidence, ZERO_POLICIES, type ZeroPolicy } from '../../domain/clause.js';
import type { Sensitivity } from '../../domain/record-type.js';
import { enumOf } from '../enum-of.js';
import { CalendarDate, DateTime, HandlingCodeName, Json, PurposeName } from '../scalars.js';
import { ActionEnum } from './ledger.js';
import { SensitivityEnum } from './standard.js';

const ClauseKindEnum = enumOf(
  'ClauseKind',
  ['PERMISSION', 'PROHIBITION'] as const,
  'A permission shows; a prohibition withholds, and wins.',
);
const EvidenceEnum = enumOf('EvidenceDemand', EVIDENCE, 'What the ledger keeps of the values that were shown.');
const ZeroPolicyEnum = enumOf('ZeroPolicy', ZERO_POLICIES, 'What is done with groups without records.');

@InputType()
export class QuotaInput {
  @Field(() => Int, { nullable: true, description: 'Values asked for in matches.' })
  values?: number | null;
  @Field(() => Int, { nullable: true })
  requests?: number | null;
  @Field(() => Int, { nullable: true, description: 'Records disclosed.' })
  records?: number | null;
  @Field(() => Int, { nullable: true, description: 'Different records disclosed.' })
  subjects?: number | null;
  @Field(() => String, { description: '`day` or `month`.' })
  per!: string;
}

@InputType({ description: 'A clause as in the agreement file.' })
export class ClauseInput {
  @Field(() => String)
  article!: string;
  @Field(() => ClauseKindEnum)
  kind!: string;
  @Field(() => String, {
    description: 'The owner: an agency, or a partner for those of its agencies that are parties.',
  })
  assigner!: string;
  @Field(() => String)
  assignee!: string;
  @Field(() => Boolean, { nullable: true, description: 'Mirrored for the other direction.' })
  mutual?: boolean | null;
  @Field(() => String, { nullable: true })
  recordType?: string | null;
  @Field(() => String, { nullable: true, description: 'Code of one shared database, instead of a record type.' })
  database?: string | null;
  @Field(() => ActionEnum, { nullable: true })
  action?: Action | null;
  @Field(() => [PurposeName], { nullable: true })
  purposes?: readonly string[] | null;
  @Field(() => Json, { nullable: true, description: '`{ and|or|not: … }` or `{ field, op, value }`.' })
  rows?: unknown;
  @Field(() => Json, { nullable: true, description: 'Of a permission, field → treatment; of a prohibition, names.' })
  fields?: unknown;
  @Field(() => [SensitivityEnum], { nullable: true })
  sensitivity?: readonly Sensitivity[] | null;
  @Field(() => Int, { nullable: true })
  countMin?: number | null;
  @Field(() => ZeroPolicyEnum, { nullable: true })
  zeroPolicy?: ZeroPolicy | null;
  @Field(() => Json, { nullable: true, description: '`REQUIRED`, or a reason in a form: `{ pattern: "AA-999999" }`.' })
  justification?: unknown;
  @Field(() => String, { nullable: true, description: 'The legal regime its purposes stand under.' })
  regime?: string | null;
  @Field(() => CalendarDate, {
    nullable: true,
    description: 'First local day of the clause; omitted = the agreement’s.',
  })
  from?: string | null;
  @Field(() => CalendarDate, { nullable: true, description: 'The local day before which it ends.' })
  until?: string | null;
  @Field(() => [String], { nullable: true, description: 'Records about these people alone.' })
  dataSubjectCategories?: readonly string[] | null;
  @Field(() => [HandlingCodeName], { nullable: true })
  handlingCodes?: readonly string[] | null;
  @Field(() => QuotaInput, { nullable: true })
  quota?: QuotaInput | null;
  @Field(() => Int, { nullable: true })
  rowsMax?: number | null;
  @Field(() => String, { nullable: true })
  recordAgeMax?: string | null;
  @Field(() => String, { nullable: true })
  hours?: string | null;
  @Field(() => String, { nullable: true })
  retainFor?: string | null;
  @Field(() => Int, { nullable: true })
  onwardDepth?: number | null;
  @Field(() => [Json], { nullable: true, description: 'Texts, or `{ duty, within, every }`.' })
  duties?: readonly unknown[] | null;
  @Field(() => EvidenceEnum, {
    nullable: true,
    description: 'Keeps a commitment to what was shown of each record, which its owner can open later.',
  })
  evidence?: Evidence | null;
}

@InputType({ description: 'What becomes of what was received when the agreement ends.' })
export class AfterEffectsInput {
  @Field(() => String, { description: '`ERASE` or `RETURN`.' })
  received!: string;
  @Field(() => String, { nullable: true, description: 'ISO 8601 duration after the end; omitted = by the end itself.' })
  within?: string | null;
}

@InputType({ description: 'An agreement as in its file.' })
export class DraftAgreementInput {
  @Field(() => String)
  reference!: string;
  @Field(() => String)
  title!: string;
  @Field(() => [String])
  parties!: readonly string[];
  @Field(() => String)
  legalBasis!: string;
  @Field(() => String, { description: 'IANA name.' })
  timeZone!: string;
  @Field(() => CalendarDate, { description: 'In force from the first instant of this day.' })
  from!: string;
  @Field(() => CalendarDate, { description: 'No longer in force from the first instant of this day.' })
  until!: string;
  @Field(() => String, { nullable: true })
  framework?: string | null;
  @Field(() => String, {
    nullable: true,
    description: "ISO 8601 duration between one side's tightening and its effect; omitted = at once.",
  })
  amendmentNotice?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'ISO 8601 duration between a notice of termination and the end; omitted = at once.',
  })
  terminationNotice?: string | null;
  @Field(() => AfterEffectsInput, { nullable: true })
  afterEffects?: AfterEffectsInput | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Who besides giver and receiver of a clause may see that it exists: `PARTIES` or `ALL`; omitted = nobody.',
  })
  matrix?: string | null;
  @Field(() => [ClauseInput])
  clauses!: readonly ClauseInput[];
}

@InputType()
export class AgreementReferenceInput {
  @Field(() => String)
  reference!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Number of the last event seen; if something happened since, `STALE_VERSION`.',
  })
  seen?: number | null;
}

@InputType({ description: 'The next version of a finalised agreement.' })
export class AmendAgreementInput {
  @Field(() => DraftAgreementInput, { description: 'The complete wording, of the same reference and parties.' })
  document!: DraftAgreementInput;
  @Field(() => Int, {
    nullable: true,
    description: 'Number of the last event seen; if something happened since, `STALE_VERSION`.',
  })
  seen?: number | null;
}

@InputType()
export class CounterAgreementInput {
  @Field(() => DraftAgreementInput, { description: 'The complete wording, of the same reference and parties.' })
  document!: DraftAgreementInput;
  @Field(() => Int, {
    nullable: true,
    description: 'Number of the last event seen; if something happened since, `STALE_VERSION`.',
  })
  seen?: number | null;
}

@InputType()
export class WithdrawAgreementInput extends AgreementReferenceInput {
  @Field(() => String, { nullable: true, description: 'The other parties read it.' })
  reason?: string | null;
}

@InputType()
export class SignAgreementInput extends AgreementReferenceInput {
  @Field(() => String, {
    description: "Ed25519 over the UTF-8 bytes of the negotiation's `text`, 128 hexadecimal digits.",
  })
  signature!: string;
}

@InputType()
export class RejectAgreementInput extends AgreementReferenceInput {
  @Field(() => String)
  reason!: string;
}

@InputType()
export class TerminateAgreementInput extends RejectAgreementInput {
  @Field(() => DateTime, {
    nullable: true,
    description: 'Omitted = at once; of a termination, at the end of the notice agreed on.',
  })
  effectiveAt?: string | null;
}

@InputType()
export class InterruptAgreementInput extends TerminateAgreementInput {
  @Field(() => String, { nullable: true, description: 'One direction only: from this agency or partner.' })
  assigner?: string | null;
  @Field(() => String, { nullable: true, description: 'One article only.' })
  article?: string | null;
}
