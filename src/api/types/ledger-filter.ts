import { Field, InputType } from 'type-graphql';
import type { LedgerEntry } from '../../domain/ledger.js';
import type { LedgerFilter, LedgerPerspective } from '../../domain/ledger-view.js';
import { DateTime, SafeInt } from '../scalars.js';
import { LedgerOutcomeEnum, LedgerPerspectiveEnum } from './ledger.js';

@InputType('LedgerFilter', {
  description: 'All that is given holds. It is applied to what the caller may read: what it may not, no filter finds.',
})
export class LedgerFilterInput {
  @Field(() => String, { nullable: true, description: 'Code of the agency that asked.' })
  agency?: string | null;
  @Field(() => String, { nullable: true })
  person?: string | null;
  @Field(() => String, { nullable: true, description: 'Also one that the exchange standard has no more.' })
  purpose?: string | null;
  @Field(() => String, { nullable: true, description: 'Exactly this text.' })
  justification?: string | null;
  @Field(() => String, { nullable: true, description: 'One of the actions of an entry.' })
  action?: string | null;
  @Field(() => LedgerOutcomeEnum, { nullable: true })
  outcome?: LedgerEntry['outcome'] | null;
  @Field(() => String, { nullable: true, description: 'Code of a database that was asked.' })
  database?: string | null;
  @Field(() => String, { nullable: true })
  recordType?: string | null;
  @Field(() => LedgerPerspectiveEnum, { nullable: true })
  perspective?: LedgerPerspective | null;
  @Field(() => DateTime, { nullable: true, description: 'Then or later.' })
  from?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Earlier than then.' })
  until?: string | null;
  @Field(() => SafeInt, { nullable: true, description: 'This sequence or a greater one.' })
  fromSequence?: number | null;
  @Field(() => SafeInt, { nullable: true, description: 'A smaller sequence than this one.' })
  untilSequence?: number | null;
}

/** What was given, as the hub takes it. */
export function filterFrom(input: LedgerFilterInput | null | undefined): LedgerFilter {
  const { from, until, ...rest } = input ?? {};
  const given = Object.entries(rest).filter(([, value]) => value != null);
  return {
    ...(Object.fromEntries(given) as LedgerFilter),
    ...(from == null ? {} : { from: new Date(from) }),
    ...(until == null ? {} : { until: new Date(until) }),
  };
}
