import { Field, InputType, ObjectType } from 'type-graphql';
import { enumOf } from '../enum-of.js';
import { DateTime, SafeInt } from '../scalars.js';

@ObjectType('SignedTreeHead', {
  simpleResolvers: true,
  description: 'The head of the ledger with the signature of the hub. Keep it: it proves later what the past was.',
})
export class SignedTreeHeadType {
  @Field(() => SafeInt, { description: 'Entries it stands for.' })
  size!: number;
  @Field(() => String, { description: 'Root of the Merkle tree over them (RFC 6962), hexadecimal.' })
  root!: string;
  @Field(() => DateTime)
  at!: Date;
  @Field(() => String, { description: 'Fingerprint of the key that signed it.' })
  key!: string;
  @Field(() => String, { description: 'Exactly what was signed, in UTF-8.' })
  text!: string;
  @Field(() => String, { description: 'Ed25519, hexadecimal.' })
  signature!: string;
  @Field(() => String, { description: 'Raw Ed25519 key, hexadecimal.' })
  publicKey!: string;
}

@ObjectType('LedgerKeyIntroduction', { simpleResolvers: true })
export class LedgerKeyIntroductionType {
  @Field(() => String, { description: 'Exactly what both keys signed, in UTF-8.' })
  text!: string;
  @Field(() => String, { description: 'Ed25519 of the key before, hexadecimal.' })
  byPrevious!: string;
  @Field(() => String, { description: 'Ed25519 of the key itself, hexadecimal.' })
  byItself!: string;
}

@ObjectType('LedgerKey', { simpleResolvers: true, description: 'A key of the hub for heads of its ledger.' })
export class LedgerKeyType {
  @Field(() => String)
  fingerprint!: string;
  @Field(() => String, { description: 'Raw Ed25519 key, hexadecimal.' })
  publicKey!: string;
  @Field(() => DateTime)
  since!: Date;
  @Field(() => LedgerKeyIntroductionType, {
    nullable: true,
    description: 'By the key before it; null: it is the first.',
  })
  introduction!: LedgerKeyIntroductionType | null;
}

@ObjectType('LedgerConsistency', {
  simpleResolvers: true,
  description: 'Proof that the ledger of `to` entries begins with the one of `from` (RFC 6962, 2.1.2).',
})
export class LedgerConsistencyType {
  @Field(() => SafeInt)
  from!: number;
  @Field(() => SafeInt)
  to!: number;
  @Field(() => [String], { description: 'Hexadecimal, in the order of the specification.' })
  hashes!: readonly string[];
}

@ObjectType('LedgerInclusion', {
  simpleResolvers: true,
  description: 'Proof that an entry is in the ledger of `size` entries (RFC 6962, 2.1.1).',
})
export class LedgerInclusionType {
  @Field(() => SafeInt)
  sequence!: number;
  @Field(() => SafeInt)
  size!: number;
  @Field(() => DateTime)
  at!: Date;
  @Field(() => String, { description: 'Hash of the leaf, hexadecimal.' })
  leaf!: string;
  @Field(() => [String], { description: 'Hexadecimal, from the leaf up.' })
  hashes!: readonly string[];
}

export const PresentedOutcomeEnum = enumOf(
  'PresentedHeadOutcome',
  ['CONFIRMED', 'CONTRADICTED'] as const,
  'Whether the ledger grew out of a head that was kept. Contradicted: the hub answers nothing more until its operator has acted.',
);

@ObjectType('PresentedHead', { simpleResolvers: true, description: 'A kept head, compared with the ledger.' })
export class PresentedHeadType {
  @Field(() => PresentedOutcomeEnum)
  outcome!: 'CONFIRMED' | 'CONTRADICTED';
  @Field(() => SafeInt)
  size!: number;
  @Field(() => String)
  root!: string;
  @Field(() => DateTime)
  at!: Date;
}

@InputType({ description: 'The three texts of a `head.json`.' })
export class PresentLedgerHeadInput {
  @Field(() => String)
  text!: string;
  @Field(() => String)
  signature!: string;
  @Field(() => String)
  publicKey!: string;
}
