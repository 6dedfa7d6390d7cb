import { ApplicationFailure } from '@temporalio/activity';
import { FinishingRepository } from '../src/db/finishing-repository';
import { getJobContext } from '../src/db/job-context';
import { ensureVectorIndex } from '../src/db/vector-index';
import type { Activities } from './activities';
import type { ActivityDependencies } from './dependencies';
import { stoppable } from './stoppable';

/**
 * The end of a job whose batches are all indexed: sees that no document is unaccounted for, removes what is gone from the source, builds the vector index of a first load, empties
 * staging. Belongs to INDEXING.
 *
 * Idempotence: each step looks what is left to do. Heartbeats: yes. Retries: unlimited for what passes by itself.
 */
export function createFinishJob({ db }: ActivityDependencies): Activities['finishJob'] {
  const finishing = new FinishingRepository(db);

  return ({ jobId, documents }) =>
    stoppable(async (signal) => {
      if (await finishing.isCleanedUp(jobId)) return { removed: await finishing.getRemoved(jobId) };
      const job = await getJobContext(db, jobId);
      const accounted = await finishing.countOutcomes(jobId);
      if (accounted !== documents) throw lostRows(accounted, documents);
      const isWhole = job.options.onlyFailedOf === undefined;
      const removed = isWhole ? await finishing.removeVanished(job, signal) : 0;
      await ensureVectorIndex(db, { id: job.collectionId, dimensions: job.model.dimensions }, signal);
      await finishing.cleanUp(jobId);
      return { removed };
    });
}

/** Without this, what nobody knows of any more would be taken for done, and what was published of it before for gone from the source. */
function lostRows(accounted: number, documents: number): ApplicationFailure {
  const message = `Of ${documents} documents ${accounted} have an outcome: Postgres has lost what it had acknowledged of this job (a failover, a restore?). Nothing was removed; start it again with \`sluice retry\`.`;
  return ApplicationFailure.nonRetryable(message, 'INTERNAL');
}
