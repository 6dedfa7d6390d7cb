import { FinishingRepository } from '../src/db/finishing-repository';
import { getJobContext } from '../src/db/job-context';
import { ensureVectorIndex } from '../src/db/vector-index';
import type { Activities } from './activities';
import type { ActivityDependencies } from './dependencies';
import { stoppable } from './stoppable';

/**
 * The end of a job whose batches are all indexed: removes what is gone from the source, builds the vector index of a first load, empties
 * staging. Belongs to INDEXING.
 *
 * Idempotence: each step looks what is left to do. Heartbeats: yes. Retries: unlimited for what passes by itself.
 */
export function createFinishJob({ db }: ActivityDependencies): Activities['finishJob'] {
  const finishing = new FinishingRepository(db);

  return ({ jobId }) =>
    stoppable(async (signal) => {
      if (await finishing.isCleanedUp(jobId)) return { removed: await finishing.getRemoved(jobId) };
      const job = await getJobContext(db, jobId);
      const isWhole = job.options.onlyFailedOf === undefined;
      const removed = isWhole ? await finishing.removeVanished(job, signal) : 0;
      await ensureVectorIndex(db, { id: job.collectionId, dimensions: job.model.dimensions }, signal);
      await finishing.cleanUp(jobId);
      return { removed };
    });
}
