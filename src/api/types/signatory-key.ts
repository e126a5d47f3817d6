import { Field, InputType, ObjectType } from 'type-graphql';
import { DateTime } from '../scalars.js';

const PUBLIC_KEY = 'Ed25519 public key, 64 hexadecimal digits.';

@ObjectType('SignatoryKey', {
  simpleResolvers: true,
  description:
    "A public key of an agency's signatory. A signature given with it counts from its beginning and confirmation on, until it ends.",
})
export class SignatoryKeyType {
  @Field(() => String, { description: PUBLIC_KEY })
  publicKey!: string;
  @Field(() => DateTime)
  validFrom!: Date;
  @Field(() => DateTime, { nullable: true, description: 'Null: no end was set when it was registered.' })
  validUntil?: Date;
  @Field(() => DateTime, {
    nullable: true,
    description: 'When a second person confirmed it; null: it counts for nothing yet.',
  })
  confirmedAt?: Date;
  @Field(() => DateTime, { nullable: true, description: 'When it was revoked.' })
  endedAt?: Date;
  @Field(() => String, { nullable: true, description: 'Why it was revoked; told to its own agency.' })
  endReason?: string;
}

@InputType()
export class RegisterSignatoryKeyInput {
  @Field(() => String)
  agency!: string;
  @Field(() => String, { description: PUBLIC_KEY })
  publicKey!: string;
  @Field(() => DateTime, { nullable: true, description: 'Omitted = from now on; never earlier.' })
  validFrom?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Omitted = until it is revoked.' })
  validUntil?: string | null;
}

@InputType()
export class ConfirmSignatoryKeyInput {
  @Field(() => String, { description: PUBLIC_KEY })
  publicKey!: string;
}

@InputType()
export class RevokeSignatoryKeyInput extends ConfirmSignatoryKeyInput {
  @Field(() => String)
  reason!: string;
}
