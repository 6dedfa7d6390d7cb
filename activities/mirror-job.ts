import { Context, log } from '@temporalio/activity';
import { JobRepository } from '../src/db/job-repository';
import type { Activities } from './activities';
import type { ActivityDependencies } from './dependencies';

/**
 * Writes a state of the job into Postgres. Belongs to no phase.
 *
 * A run that is not the one whose state is there (the first write after a continue-as-new or a reset, or the last one of a run that a reset
 * has replaced) may write only when Temporal says that it is the current one.
 *
 * Idempotence: the version orders the states of a run, an older one changes nothing. Heartbeats: none, it takes milliseconds. Retries: unlimited
 * while a server is away, bounded at the end of a failed job.
 */
export function createMirrorJob({ db, workflows }: ActivityDependencies): Activities['mirrorJob'] {
  const jobs = new JobRepository(db);

  return async ({ job, activity, firstRunId, final }) => {
    const { runId } = Context.current().info.workflowExecution!;
    let after: string | null;
    do {
      after = await jobs.findRunId(job.jobId);
      if (after !== null && after !== runId && (await workflows.look(job.jobId)).run?.id !== runId) break;
      if (await jobs.mirror(job, activity, firstRunId, { final, run: { id: runId, after } })) return;
    } while ((await jobs.findRunId(job.jobId)) !== after);
    log.info('A stale state was refused', { version: job.version });
  };
}
