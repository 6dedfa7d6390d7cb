import { ApplicationFailure } from '@temporalio/activity';
import { FinishingRepository } from '../src/db/finishing-repository';
import { getJobContext } from '../src/db/job-context';
import { ensureVectorIndex } from '../src/db/vector-index';
import { SluiceError } from '../src/domain/errors';
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
      try {
        if (!(await finishing.isWorkDone(jobId))) await finish(jobId, documents, signal);
      } catch (error) {
        // An attempt that Temporal lost sight of has cleaned up meanwhile. A failure or a cancel, before a reset, has not done the work.
        if (!(error instanceof SluiceError && error.code === 'STOPPED' && (await finishing.isWorkDone(jobId)))) throw error;
      }
      return { removed: await finishing.getRemoved(jobId) };
    });

  async function finish(jobId: string, documents: number, signal: AbortSignal): Promise<void> {
    const job = await getJobContext(db, jobId);
    const accounted = await finishing.countOutcomes(jobId);
    if (accounted !== documents) throw lostRows(accounted, documents);
    if (job.options.onlyFailedOf === undefined) await finishing.removeVanished(job, signal);
    await ensureVectorIndex(db, { id: job.collectionId, dimensions: job.model.dimensions }, signal);
    await finishing.endWork(jobId);
  }
}

/** Without this, what nobody knows of any more would be taken for done, and what was published of it before for gone from the source. */
function lostRows(accounted: number, documents: number): ApplicationFailure {
  const message = `Of ${documents} documents ${accounted} have an outcome: Postgres has lost what it had acknowledged of this job (a failover, a restore?). Nothing was removed; start it again with \`sluice retry\`.`;
  return ApplicationFailure.nonRetryable(message, 'INTERNAL');
}
