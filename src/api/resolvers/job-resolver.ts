import { Ctx, Query, Resolver } from 'type-graphql';
import { JOBS } from '../../hub/jobs/index.js';
import { listJobs } from '../../hub/jobs.js';
import type { ApiContext } from '../context.js';
import { JobType } from '../types/job.js';

@Resolver()
export class JobResolver {
  @Query(() => [JobType], { description: 'What the hub does by itself, and how it last went. For its operator.' })
  async jobs(@Ctx() { hub }: ApiContext): Promise<readonly JobType[]> {
    return listJobs(hub, JOBS);
  }
}
