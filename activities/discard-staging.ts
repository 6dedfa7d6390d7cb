import { Context } from '@temporalio/activity';
import { FinishingRepository } from '../src/db/finishing-repository';
import type { Activities } from './activities';
import type { ActivityDependencies } from './dependencies';

/**
 * Empties the staging of a job that failed or was cancelled; what it published and what it embedded stays. A run that a reset has replaced
 * leaves it alone: the current one works there.
 *
 * Idempotence: empty stays empty. Heartbeats: none. Retries: bounded, the reconciler finds what is left.
 */
export function createDiscardStaging({ db, workflows }: ActivityDependencies): Activities['discardStaging'] {
  const finishing = new FinishingRepository(db);
  return async ({ jobId }) => {
    const { run } = await workflows.look(jobId);
    if (run === undefined || run.id === Context.current().info.workflowExecution!.runId) await finishing.cleanUp(jobId);
  };
}
