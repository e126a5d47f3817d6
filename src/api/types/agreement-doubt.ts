import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType('AgreementDoubt', {
  simpleResolvers: true,
  description: 'A finalised version whose stored bytes or signatures are not what was verified.',
})
export class AgreementDoubtType {
  @Field(() => String)
  reference!: string;
  @Field(() => Int)
  version!: number;
  @Field(() => String, { description: 'What does not fit: `HASH`, `TEXT`, `SIGNATURE`, `ENVIRONMENT` …' })
  cause!: string;
}
