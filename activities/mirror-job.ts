import { log } from '@temporalio/activity';
import { JobRepository } from '../src/db/job-repository';
import type { Activities } from './activities';
import type { ActivityDependencies } from './dependencies';

/**
 * Writes a state of the job into Postgres. Belongs to no phase.
 *
 * Idempotence: the version orders the states, an older one changes nothing. Heartbeats: none, it takes milliseconds. Retries: unlimited
 * while Postgres is away, bounded at the end of a failed job.
 */
export function createMirrorJob({ db }: ActivityDependencies): Activities['mirrorJob'] {
  const jobs = new JobRepository(db);

  return async ({ job, activity, firstRunId, final }) => {
    if (!(await jobs.mirror(job, activity, firstRunId, { final }))) log.info('A stale state was refused', { version: job.version });
  };
}
