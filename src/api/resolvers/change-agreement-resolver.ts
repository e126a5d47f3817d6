import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { UserError } from '../../domain/errors.js';
import { showAgreement } from '../../hub/agreements/show-agreement.js';
import * as agreements from '../../hub/change-agreement.js';
import type { ApiContext } from '../context.js';
import { AgreementType } from '../types/agreement.js';
import {
  AgreementReferenceInput,
  AmendAgreementInput,
  CounterAgreementInput,
  DraftAgreementInput,
  InterruptAgreementInput,
  RejectAgreementInput,
  SignAgreementInput,
  TerminateAgreementInput,
  WithdrawAgreementInput,
} from '../types/agreement-input.js';
import { payloadOf } from '../types/payload.js';

const payloadTypeOf = (mutation: string) => payloadOf(AgreementType, mutation, 'agreement');
const DraftAgreementPayload = payloadTypeOf('draftAgreement');
const AmendAgreementPayload = payloadTypeOf('amendAgreement');
const OfferAgreementPayload = payloadTypeOf('offerAgreement');
const CounterAgreementPayload = payloadTypeOf('counterAgreement');
const AcceptAgreementPayload = payloadTypeOf('acceptAgreement');
const RejectAgreementPayload = payloadTypeOf('rejectAgreement');
const WithdrawAgreementPayload = payloadTypeOf('withdrawAgreement');
const SignAgreementPayload = payloadTypeOf('signAgreement');
const SuspendAgreementPayload = payloadTypeOf('suspendAgreement');
const ResumeAgreementPayload = payloadTypeOf('resumeAgreement');
const TerminateAgreementPayload = payloadTypeOf('terminateAgreement');

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
export function documentOf(input: DraftAgreementInput): object {
  const clauses = input.clauses.map(({ quota, ...clause }) => ({
    ...given(clause),
    ...(quota == null ? {} : { quota: given(quota) }),
  }));
  const { afterEffects } = input;
  return { ...given(input), ...(afterEffects == null ? {} : { afterEffects: given(afterEffects) }), clauses };
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

  @Mutation(() => AmendAgreementPayload, {
    description: 'Drafts the next version of a finalised agreement; `difference` says what it changes for whom.',
  })
  amendAgreement(
    @Arg('input', () => AmendAgreementInput) { document, seen }: AmendAgreementInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    const input = { document: documentOf(document), ...(seen == null ? {} : { seen }) };
    return payload(context, agreements.amendAgreement(context.hub, party(context), input));
  }

  @Mutation(() => OfferAgreementPayload, { description: 'Sends the own draft to the other parties.' })
  offerAgreement(
    @Arg('input', () => AgreementReferenceInput) input: AgreementReferenceInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    return payload(context, agreements.offerAgreement(context.hub, party(context), referenceOf(input)));
  }

  @Mutation(() => CounterAgreementPayload, {
    description: 'Answers the wording on the table with another complete one: the next round.',
  })
  counterAgreement(
    @Arg('input', () => CounterAgreementInput) { document, seen }: CounterAgreementInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    const input = { document: documentOf(document), ...(seen == null ? {} : { seen }) };
    return payload(context, agreements.counterAgreement(context.hub, party(context), input));
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

  @Mutation(() => WithdrawAgreementPayload, {
    description: 'Takes back the own draft, or the own wording on the table, and ends the talks about this version.',
  })
  withdrawAgreement(
    @Arg('input', () => WithdrawAgreementInput) input: WithdrawAgreementInput,
    @Ctx() context: ApiContext,
  ): Promise<object> {
    const because = input.reason == null ? {} : { reason: input.reason };
    const withdrawn = agreements.withdrawAgreement(context.hub, party(context), { ...referenceOf(input), ...because });
    return payload(context, withdrawn);
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
}
