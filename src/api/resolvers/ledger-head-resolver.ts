import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { LedgerKey } from '../../domain/evidence.js';
import * as heads from '../../hub/evidence/ledger-heads.js';
import type { ApiContext } from '../context.js';
import { SafeInt } from '../scalars.js';
import {
  LedgerConsistencyType,
  LedgerInclusionType,
  LedgerKeyType,
  PresentedHeadType,
  PresentLedgerHeadInput,
  SignedTreeHeadType,
} from '../types/ledger-head.js';
import { payloadOf } from '../types/payload.js';

const PresentLedgerHeadPayload = payloadOf(PresentedHeadType, 'presentLedgerHead', 'head');

@Resolver()
export class LedgerHeadResolver {
  @Query(() => SignedTreeHeadType, {
    description: 'The head of the ledger as it is now, signed. For every agency to keep outside the hub.',
  })
  ledgerHead(@Ctx() { hub, identity }: ApiContext): Promise<heads.SignedTreeHead> {
    return heads.ledgerHead(hub, identity);
  }

  @Query(() => [LedgerKeyType], {
    description:
      'The keys heads were signed with, from the first on. Each but the first is introduced by the one before it.',
  })
  ledgerKeys(@Ctx() { hub, identity }: ApiContext): Promise<readonly LedgerKey[]> {
    return heads.ledgerKeys(hub, identity);
  }

  @Query(() => LedgerConsistencyType, { description: 'Proof that nothing before a kept head was changed.' })
  ledgerConsistency(
    @Arg('from', () => SafeInt, { description: 'Entries of the older head.' }) from: number,
    @Arg('to', () => SafeInt, { description: 'Entries of the newer head.' }) to: number,
    @Ctx() { hub, identity }: ApiContext,
  ): Promise<heads.ConsistencyProof> {
    return heads.ledgerConsistency(hub, identity, { from, to });
  }

  @Query(() => LedgerInclusionType, {
    nullable: true,
    description:
      'Proof that an entry the caller may read is in the ledger; null for any other, whether it is there or not.',
  })
  ledgerInclusion(
    @Arg('sequence', () => SafeInt) sequence: number,
    @Arg('size', () => SafeInt, { description: 'Entries of the head it is proved against.' }) size: number,
    @Ctx() { hub, identity }: ApiContext,
  ): Promise<heads.InclusionProof | null> {
    return heads.ledgerInclusion(hub, identity, { sequence, size });
  }

  @Mutation(() => PresentLedgerHeadPayload, {
    description:
      'Compares a head the agency kept with the ledger. A genuine one that contradicts it stops the hub until its operator has acted.',
  })
  async presentLedgerHead(
    @Arg('input', () => PresentLedgerHeadInput) { publicKey, signature, text }: PresentLedgerHeadInput,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<object> {
    const presented = await heads.presentLedgerHead(hub, { identity, journal }, { publicKey, signature, text });
    if (presented.kind === 'REFUSED') return { head: null, userErrors: presented.userErrors };
    const { kind: outcome, ...head } = presented.verdict;
    return { head: { outcome, ...head }, userErrors: [] };
  }
}
