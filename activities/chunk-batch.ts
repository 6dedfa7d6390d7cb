import { createHash } from 'node:crypto';
import { BatchRepository } from '../src/db/batch-repository';
import { ChunkingRepository } from '../src/db/chunking-repository';
import { getJobContext } from '../src/db/job-context';
import { embeddedText, type Chunk } from '../src/chunking/chunk';
import type { Activities } from './activities';
import type { BatchResult, Stopped } from './contract';
import type { ActivityDependencies } from './dependencies';
import { slicesOf } from './slices';
import { stoppable } from './stoppable';

/** Characters chunked and committed at once. */
const SLICE_LENGTH = 300_000;

/**
 * CHUNKING of a batch: cuts the staged texts into passages, on a thread.
 *
 * Idempotence: documents are committed in slices, each once; a later attempt goes on after them. Heartbeats: yes. Retries: unlimited for
 * what passes by itself.
 */
export function createChunkBatch({ db, compute, models, observer, turns }: ActivityDependencies): Activities['chunkBatch'] {
  const batches = new BatchRepository(db);
  const chunking = new ChunkingRepository(db);

  return ({ jobId, batch }) =>
    stoppable(async (signal): Promise<BatchResult | Stopped> => {
      const done = await batches.find(jobId, 'CHUNKING', batch);
      if (done !== undefined) return done;
      const job = await getJobContext(db, jobId);
      const { tokenizer } = models.describe(job.model);
      const slices = slicesOf(await chunking.findUnchunked(job, batch), ({ length }) => length, SLICE_LENGTH);
      const isDone = await turns.take(slices, signal, async (slice) => {
        const documents = await chunking.getDocuments(job, slice.map(({ ordinal }) => ordinal));
        const chunks = await compute.chunk(documents, tokenizer, job.chunkSettings);
        await chunking.save(job, documents.map(({ ordinal }, index) => ({ ordinal, chunks: chunks[index]!.map(withHash) })));
        observer.chunks('CHUNKING', 'succeeded', chunks.reduce((sum, { length }) => sum + length, 0));
      });
      return isDone ? batches.complete(jobId, 'CHUNKING', batch) : { stopped: true };
    });
}

function withHash(chunk: Chunk) {
  return { ...chunk, textHash: createHash('sha256').update(embeddedText(chunk)).digest('hex') };
}
