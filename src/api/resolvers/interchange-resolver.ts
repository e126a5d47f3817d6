import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import {
  type Rendering,
  renderAgreement,
  SUMMARY_LANGUAGES,
  type SummaryLanguage,
} from '../../hub/agreements/interchange.js';
import type { NegotiationView, VersionView } from '../../hub/agreements/show-agreement.js';
import type { ApiContext } from '../context.js';
import { enumOf } from '../enum-of.js';
import { Json } from '../scalars.js';
import { AgreementVersionType, NegotiationType } from '../types/agreement.js';

export const SummaryLanguageEnum = enumOf(
  'SummaryLanguage',
  SUMMARY_LANGUAGES,
  'A language an agreement is told in. What binds is the signed text.',
);

const LANGUAGE = { defaultValue: 'ENGLISH' } as const;
const SUMMARY = 'What it says, in plain words.';
const HTML = 'The same as a page to print for the paper file: with hash and signatures, self-contained.';

@Resolver(() => AgreementVersionType)
export class VersionInterchangeResolver {
  @FieldResolver(() => Json, {
    description: 'As an ODRL 2.2 Agreement in JSON-LD, with the profile of docs/interchange.md.',
  })
  odrl(@Root() version: VersionView, @Ctx() context: ApiContext): Promise<unknown> {
    return rendered(context, version, { format: 'ODRL' });
  }

  @FieldResolver(() => Json, {
    description:
      'As Contract Agreement Messages of the Dataspace Protocol 2025-1: one per provider, consumer and dataset.',
  })
  dataspaceProtocol(@Root() version: VersionView, @Ctx() context: ApiContext): Promise<unknown> {
    return rendered(context, version, { format: 'DATASPACE_PROTOCOL' });
  }

  @FieldResolver(() => String, { description: SUMMARY })
  summary(
    @Root() version: VersionView,
    @Arg('language', () => SummaryLanguageEnum, LANGUAGE) language: SummaryLanguage,
    @Ctx() context: ApiContext,
  ): Promise<unknown> {
    return rendered(context, version, { format: 'SUMMARY', language });
  }

  @FieldResolver(() => String, { description: HTML })
  html(
    @Root() version: VersionView,
    @Arg('language', () => SummaryLanguageEnum, LANGUAGE) language: SummaryLanguage,
    @Ctx() context: ApiContext,
  ): Promise<unknown> {
    return rendered(context, version, { format: 'HTML', language });
  }
}

@Resolver(() => NegotiationType)
export class NegotiationSummaryResolver {
  @FieldResolver(() => String, { description: SUMMARY })
  summary(
    @Root() { text, hash }: NegotiationView,
    @Arg('language', () => SummaryLanguageEnum, LANGUAGE) language: SummaryLanguage,
    @Ctx() { hub }: ApiContext,
  ): Promise<unknown> {
    return renderAgreement(hub, { text, hash, finalisedAt: null, signatures: [] }, { format: 'SUMMARY', language });
  }
}

function rendered({ hub }: ApiContext, version: VersionView, rendering: Rendering): Promise<unknown> {
  return renderAgreement(hub, version, rendering);
}
