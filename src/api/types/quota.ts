import { Field, ObjectType } from 'type-graphql';
import { DateTime, SafeInt } from '../scalars.js';

@ObjectType('QuotaUse', {
  simpleResolvers: true,
  description: 'How much is used of one unit of a quota. Told to the agency that gives and to the one that receives.',
})
export class QuotaUseType {
  @Field(() => String)
  agreement!: string;
  @Field(() => SafeInt)
  version!: number;
  @Field(() => String)
  article!: string;
  @Field(() => String, { description: 'Code of the agency that gives.' })
  assigner!: string;
  @Field(() => String, { description: 'Code of the agency that receives, and is counted.' })
  assignee!: string;
  @Field(() => String, {
    description:
      '`values` asked for in matches, `requests`, `records` disclosed, or `subjects`: different records disclosed.',
  })
  unit!: string;
  @Field(() => String, { description: '`day` or `month`, of the time zone of the agreement.' })
  per!: string;
  @Field(() => SafeInt)
  limit!: number;
  @Field(() => SafeInt, { description: 'What is under way is charged in full, and brought down once it is answered.' })
  used!: number;
  @Field(() => SafeInt, { description: 'Requests refused in this period because too little was left.' })
  refused!: number;
  @Field(() => DateTime, { description: 'Since when it is counted.' })
  from!: Date;
  @Field(() => DateTime, { description: 'When counting begins anew.' })
  resetsAt!: Date;
}
