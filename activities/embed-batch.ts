import { ApplicationFailure } from '@temporalio/activity';
import { embeddedText } from '../src/chunking/chunk';
import { BatchRepository } from '../src/db/batch-repository';
import { EmbeddingRepository } from '../src/db/embedding-repository';
import { getJobContext, type JobContext } from '../src/db/job-context';
import { PhaseWaitRepository } from '../src/db/phase-wait-repository';
import { JOB_DEFAULTS } from '../src/domain/job-defaults';
import { SluiceError } from '../src/domain/errors';
import { ProviderError } from '../src/embedding/provider';
import type { Activities } from './activities';
import type { ActivityDependencies } from './dependencies';
import { attemptNumber, stoppable } from './stoppable';

const MAX_BACKOFF_MS = 60_000;

/**
 * EMBEDDING of a batch: has the texts embedded that nobody has embedded with the model yet.
 *
 * Idempotence: each answer of the provider is stored at once under the hash of its text; a later attempt asks for the rest only.
 * Heartbeats: yes. Retries: unlimited, a minute apart at most, as long as the provider's outage is within the job's patience. A pause
 * waits for requests that are sent: they are paid for.
 */
export function createEmbedBatch({ db, models }: ActivityDependencies): Activities['embedBatch'] {
  const batches = new BatchRepository(db);
  const embeddings = new EmbeddingRepository(db);
  const waits = new PhaseWaitRepository(db);

  return async ({ jobId, batch }) => {
    const result = await stoppable(async (stop, abort) => {
      const done = await batches.find(jobId, 'EMBEDDING', batch);
      if (done !== undefined) return done;
      const job = await getJobContext(db, jobId);
      const missing = await embeddings.findMissing(job, batch);
      if (missing.length > 0) await embed(job, batch, missing.map((text) => ({ ...text, text: embeddedText(text) })), stop, abort);
      return batches.complete(jobId, 'EMBEDDING', batch);
    });
    return { ...result, spent: await embeddings.getSpent(jobId) };
  };

  async function embed(job: JobContext, batch: number, texts: { hash: string; text: string; tokens: number }[], stop: AbortSignal, abort: AbortSignal): Promise<void> {
    const embedder = models.getEmbedder(job.model);
    const { price = 0 } = models.describe(job.model);
    try {
      const { finished } = await embedder.embedAll(texts, {
        stop,
        abort,
        store: async (answers, tokens) => {
          await embeddings.store(job, answers, { tokens, cost: (tokens * price) / 1_000_000 });
          await waits.providerAnswered(job.jobId);
        },
        refused: (hash, message) => embeddings.refuse(job, batch, hash, message, attemptNumber()),
      });
      if (!finished) stop.throwIfAborted();
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      await wait(job, error);
    }
  }

  /** Ends the job for what no waiting mends; otherwise says why EMBEDDING waits, and for how long. */
  async function wait(job: JobContext, error: ProviderError): Promise<never> {
    if (error.kind === 'auth') throw new SluiceError('PROVIDER_AUTH', error.message, { cause: error });
    if (error.kind === 'request') throw new SluiceError('PROVIDER_REFUSED', error.message, { cause: error });
    const isLimited = error.kind === 'rate-limited';
    const outageSeconds = await waits.providerFails(job.jobId, isLimited ? 'RATE_LIMITED' : 'PROVIDER_DOWN');
    const patienceSeconds = job.options.providerPatienceSeconds ?? JOB_DEFAULTS.providerPatienceSeconds;
    if (!isLimited && outageSeconds > patienceSeconds) {
      throw new SluiceError('PROVIDER_DOWN', `The embedding provider has not answered for ${Math.round(outageSeconds)} s: ${error.message}`, { cause: error });
    }
    const backoffMs = Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** (attemptNumber() - 1));
    throw ApplicationFailure.create({ message: error.message, type: `PROVIDER_${error.kind.toUpperCase()}`, nextRetryDelay: error.retryAfterMs ?? backoffMs, cause: error });
  }
}
