import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { UserError } from '../../domain/errors.js';
import * as agreements from '../../hub/change-agreement.js';
import { showAgreement } from '../../hub/show-agreement.js';
import type { ApiContext } from '../context.js';
import { AgreementType } from '../types/agreement.js';
import {
  AgreementReferenceInput,
  DraftAgreementInput,
  InterruptAgreementInput,
  RegisterSignatoryKeyInput,
  RejectAgreementInput,
  SignAgreementInput,
  TerminateAgreementInput,
} from '../types/agreement-input.js';
import { payloadOf } from '../types/payload.js';
import { AgencyType } from '../types/registry.js';

const payloadTypeOf = (mutation: string) => payloadOf(AgreementType, mutation, 'agreement');
const DraftAgreementPayload = payloadTypeOf('draftAgreement');
const OfferAgreementPayload = payloadTypeOf('offerAgreement');
const AcceptAgreementPayload = payloadTypeOf('acceptAgreement');
const RejectAgreementPayload = payloadTypeOf('rejectAgreement');
const SignAgreementPayload = payloadTypeOf('signAgreement');
const SuspendAgreementPayload = payloadTypeOf('suspendAgreement');
const ResumeAgreementPayload = payloadTypeOf('resumeAgreement');
const TerminateAgreementPayload = payloadTypeOf('terminateAgreement');
const RegisterSignatoryKeyPayload = payloadOf(AgencyType, 'registerSignatoryKey', 'agency');

const party = ({ identity, journal }: ApiContext): agreements.Party => ({ identity, journal });

/** An input without what was not given: to a document, `null` is a value, and nobody signs one by leaving a key out. */
const given = <T extends object>(input: T): { [Key in keyof T]: NonNullable<T[Key]> } =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value != null)) as {
    [Key in keyof T]: NonNullable<T[Key]>;
  };

const referenceOf = (input: AgreementReferenceInput): agreements.Reference => ({
  reference: input.reference,
  ...(input.seen == null ? {} : { seen: input.seen }),
});

/** The document of the agreement file, from the input of the same keys. */
function documentOf(input: DraftAgreementInput): object {
  const clauses = input.clauses.map(({ quota, ...clause }) => ({
    ...given(clause),
    ...(quota == null ? {} : { quota: { values: quota.values, per: quota.per } }),
  }));
  return { ...given(input), clauses };
}

function interruptionOf(input: InterruptAgreementInput | TerminateAgreementInput) {
  const { assigner, article } = input as InterruptAgreementInput;
  return {
    ...referenceOf(input),
    reason: input.reason,
    ...(input.effectiveAt == null ? {} : { effectiveAt: new Date(input.effectiveAt) }),
    ...(assigner == null ? {} : { assigner }),
    ...(article == null ? {} : { article }),
  };
}

async function payload({ hub, identity }: ApiContext, changing: Promise<agreements.Changed>): Promise<object> {
  const changed = await changing;
  if (changed.kind === 'REFUSED') return refusal(changed.userErrors);
  return { agreement: (await showAgreement(hub, identity, changed.reference)) ?? null, userErrors: [] };
}

const refusal = (userErrors: readonly UserError[]): object => ({ agreement: null, userErrors });

@Resolver()
export class ChangeAgreementResolver {
  @Mutation(() => DraftAgreementPayload, { description: 'Drafts an agreement, or a new wording of the own draft.' })
  draftAgreement(
    @Arg('input', () => DraftAgreementInput) input: DraftAgreementInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    return payload(context, agreements.draftAgreement(context.hub, party(context), documentOf(input)));
  }

  @Mutation(() => OfferAgreementPayload, { description: 'Sends the own draft to the other parties.' })
  offerAgreement(
    @Arg('input', () => AgreementReferenceInput) input: AgreementReferenceInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    return payload(context, agreements.offerAgreement(context.hub, party(context), referenceOf(input)));
  }

  @Mutation(() => AcceptAgreementPayload, { description: 'Agrees to the wording on the table.' })
  acceptAgreement(
    @Arg('input', () => AgreementReferenceInput) input: AgreementReferenceInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    return payload(context, agreements.acceptAgreement(context.hub, party(context), referenceOf(input)));
  }

  @Mutation(() => RejectAgreementPayload, { description: 'Ends the talks about the version on the table.' })
  rejectAgreement(
    @Arg('input', () => RejectAgreementInput) input: RejectAgreementInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    const { reason } = input;
    return payload(context, agreements.rejectAgreement(context.hub, party(context), { ...referenceOf(input), reason }));
  }

  @Mutation(() => SignAgreementPayload, {
    description: "Signs the accepted wording; the last party's signature puts it into force.",
  })
  signAgreement(
    @Arg('input', () => SignAgreementInput) input: SignAgreementInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    const { signature } = input;
    return payload(
      context,
      agreements.signAgreement(context.hub, party(context), { ...referenceOf(input), signature }),
    );
  }

  @Mutation(() => SuspendAgreementPayload, {
    description: 'Stops what the agreement permits until the same side resumes it.',
  })
  suspendAgreement(
    @Arg('input', () => InterruptAgreementInput) input: InterruptAgreementInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    return payload(context, agreements.suspendAgreement(context.hub, party(context), interruptionOf(input)));
  }

  @Mutation(() => ResumeAgreementPayload, { description: 'Lifts what the own side suspended.' })
  resumeAgreement(
    @Arg('input', () => InterruptAgreementInput) input: InterruptAgreementInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    return payload(context, agreements.resumeAgreement(context.hub, party(context), interruptionOf(input)));
  }

  @Mutation(() => TerminateAgreementPayload, { description: 'Ends an agreement for good.' })
  terminateAgreement(
    @Arg('input', () => TerminateAgreementInput) input: TerminateAgreementInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    return payload(context, agreements.terminateAgreement(context.hub, party(context), interruptionOf(input)));
  }

  @Mutation(() => RegisterSignatoryKeyPayload, {
    description: "Registers the public key of an agency's signatory. For the operator of the hub.",
  })
  async registerSignatoryKey(
    @Arg('input', () => RegisterSignatoryKeyInput) input: RegisterSignatoryKeyInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    // Keys of the demo world come in with the demo world alone.
    const key = { agency: input.agency, publicKey: input.publicKey, isDemo: false };
    const changed = await agreements.registerSignatoryKey(context.hub, party(context), key);
    return changed.kind === 'REFUSED'
      ? { agency: null, userErrors: changed.userErrors }
      : { agency: await context.loaders.agency.load(input.agency), userErrors: [] };
  }
}
