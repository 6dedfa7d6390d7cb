import { BatchRepository } from '../src/db/batch-repository';
import { getJobContext } from '../src/db/job-context';
import { PublishingRepository } from '../src/db/publishing-repository';
import { chunkerVersionOf } from '../src/chunking/chunker-version';
import type { Activities } from './activities';
import type { BatchResult, Stopped } from './contract';
import type { ActivityDependencies } from './dependencies';
import { slicesOf } from './slices';
import { attemptNumber, stoppable } from './stoppable';

/** Chunks published in one transaction: a second or so when each goes into a live index. */
const SLICE_CHUNKS = 1_000;

/**
 * INDEXING of a batch: publishes its documents.
 *
 * Idempotence: a document is published once in a job, under a lock; a later attempt goes on after it. Heartbeats: yes. Retries: unlimited
 * for what passes by itself.
 */
export function createIndexBatch({ db, turns }: ActivityDependencies): Activities['indexBatch'] {
  const batches = new BatchRepository(db);
  const publishing = new PublishingRepository(db);

  return ({ jobId, batch }) =>
    stoppable(async (signal): Promise<BatchResult | Stopped> => {
      const done = await batches.find(jobId, 'INDEXING', batch);
      if (done !== undefined) return done;
      const job = await getJobContext(db, jobId);
      const slices = slicesOf(await publishing.findUnpublished(job, batch), ({ chunks }) => chunks, SLICE_CHUNKS);
      const isDone = await turns.take(slices, signal, (slice) =>
        publishing.publish(job, slice.map(({ ordinal }) => ordinal), chunkerVersionOf(job.chunkSettings), attemptNumber(), signal),
      );
      return isDone ? batches.complete(jobId, 'INDEXING', batch) : { stopped: true };
    });
}
