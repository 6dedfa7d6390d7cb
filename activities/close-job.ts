import { Context } from '@temporalio/activity';
import { FinishingRepository } from '../src/db/finishing-repository';
import type { Activities } from './activities';
import type { ActivityDependencies } from './dependencies';
import { now } from './stoppable';

/**
 * Closes and empties the staging of a job that fails or is cancelled, and counts what it has come to: batches that were stopped, or whose end
 * the workflow was not told, have published and failed documents too. What the job published and embedded stays. A run that a reset has
 * replaced leaves it alone: the current one works there.
 *
 * Idempotence: closed stays closed. Heartbeats: none. Retries: bounded, the reconciler clears what is left.
 */
export function createCloseJob({ db, workflows }: ActivityDependencies): Activities['closeJob'] {
  const finishing = new FinishingRepository(db);
  return async ({ jobId }) => {
    const { run } = await workflows.look(jobId);
    if (run !== undefined && run.id !== Context.current().info.workflowExecution!.runId) return null;
    const counts = await finishing.cleanUp(jobId);
    return counts === undefined ? null : { ...counts, at: now() };
  };
}
