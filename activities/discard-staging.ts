import { FinishingRepository } from '../src/db/finishing-repository';
import type { Activities } from './activities';
import type { ActivityDependencies } from './dependencies';

/**
 * Empties the staging of a job that failed or was cancelled; what it published and what it embedded stays.
 *
 * Idempotence: empty stays empty. Heartbeats: none. Retries: bounded, the reconciler finds what is left.
 */
export function createDiscardStaging({ db }: ActivityDependencies): Activities['discardStaging'] {
  const finishing = new FinishingRepository(db);
  return ({ jobId }) => finishing.cleanUp(jobId);
}
