import { Field, ObjectType } from 'type-graphql';
import { JOB_OUTCOMES, type JobOutcome } from '../../domain/job.js';
import { enumOf } from '../enum-of.js';
import { DateTime, Json, SafeInt } from '../scalars.js';

export const JobOutcomeEnum = enumOf('JobOutcome', JOB_OUTCOMES, 'What became of a run.');

@ObjectType('Job', {
  simpleResolvers: true,
  description: 'Work the hub does by itself, and its last run, by whichever process.',
})
export class JobType {
  @Field(() => String)
  name!: string;
  @Field(() => SafeInt, {
    nullable: true,
    description: 'How often it is to run. Null: no longer a job of this version.',
  })
  everySeconds!: number | null;
  @Field(() => DateTime, { nullable: true, description: 'Null: it has not run yet.' })
  startedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'Null: under way, or broken off with its process.' })
  finishedAt!: Date | null;
  @Field(() => JobOutcomeEnum, { nullable: true })
  outcome!: JobOutcome | null;
  @Field(() => Json, { description: 'How much of what it did.' })
  counts!: Readonly<Record<string, number>>;
  @Field(() => String, { nullable: true, description: 'Why it failed; the cause stands in the log.' })
  errorCode!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When it last succeeded.' })
  succeededAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'The process that ran it.' })
  process!: string | null;
}
