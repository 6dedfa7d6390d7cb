import { ApplicationFailure } from '@temporalio/activity';
import { embeddedText } from '../src/chunking/chunk';
import { BatchRepository } from '../src/db/batch-repository';
import { EmbeddingClaims } from '../src/db/embedding-claims';
import { EmbeddingRepository } from '../src/db/embedding-repository';
import { getJobContext, type JobContext } from '../src/db/job-context';
import { PhaseWaitRepository } from '../src/db/phase-wait-repository';
import { ProviderGateRepository } from '../src/db/provider-gate-repository';
import { isBudgetSpent, isLimited, tokensLeft, type Budget } from '../src/domain/budget';
import { TextsElsewhere, type EmbedOptions, type TextToEmbed } from '../src/embedding/embedder';
import { ProviderError, type EmbeddingProvider } from '../src/embedding/provider';
import { lastingFailure } from '../src/embedding/provider-failure';
import { largestRequestTokens } from '../src/embedding/provider-rates';
import { OPEN_GATE } from '../src/embedding/request-gate';
import { GateClosed, SharedGate } from '../src/embedding/shared-gate';
import type { Activities } from './activities';
import type { ActivityDependencies } from './dependencies';
import { BudgetUsedUp, JobGate } from './job-gate';
import { attemptNumber, stoppable } from './stoppable';
import { whileAway } from './while-away';

/** An attempt that the limits of the provider draw out ends by itself: Temporal's limit, 30 minutes, would break off what is paid for. No sooner: turns that the limits have granted are lost with it. */
const MAX_ATTEMPT_MS = 20 * 60_000;

const NOTE_INTERVAL_MS = 1_000;

/** After another batch has been waited for: it may be long at the texts. */
const ELSEWHERE_RETRY_MS = 3_000;

/**
 * EMBEDDING of a batch: has the texts embedded that nobody has embedded with the model yet.
 *
 * Idempotence: each answer of the provider is stored at once under the hash of its text; a later attempt asks for the rest only.
 * Heartbeats: yes. Retries: unlimited, a minute or what the provider asks for apart, as long as its outage is within the job's patience. A
 * pause waits for requests that are sent: they are paid for. At the limit of the budget the batch stops as by a pause.
 */
export function createEmbedBatch({ db, models, providerRates, observer, goingAway }: ActivityDependencies): Activities['embedBatch'] {
  const batches = new BatchRepository(db);
  const embeddings = new EmbeddingRepository(db);
  const waits = new PhaseWaitRepository(db);
  const sharedGates = new Map<string, SharedGate>();

  return async ({ jobId, batch, budget }) => {
    const result = await stoppable(async (stop, abort) => {
      const done = await batches.find(jobId, 'EMBEDDING', batch);
      if (done !== undefined) return done;
      const job = await getJobContext(db, jobId);
      const missing = await embeddings.findMissing(job, batch);
      try {
        if (missing.length > 0) await embed(job, batch, missing.map((text) => ({ ...text, text: embeddedText(text) })), budget ?? {}, stop, abort);
      } catch (error) {
        if (error instanceof TextsElsewhere) throw comeBackLater('TEXTS_ELSEWHERE', error.message, ELSEWHERE_RETRY_MS);
        if (error instanceof BudgetUsedUp) return { stopped: true as const };
        if (error instanceof GateClosed) throw comeBackLater(error.reason === 'RATE_LIMITED' ? 'PROVIDER_RATE_LIMITED' : 'PROVIDER_UNAVAILABLE', error.message, error.retryMs);
        throw (error instanceof ProviderError && lastingFailure(error)) || error;
      }
      return batches.complete(jobId, 'EMBEDDING', batch);
    });
    return { ...result, spent: await embeddings.getSpent(jobId) };
  };

  async function embed(job: JobContext, batch: number, texts: TextToEmbed[], budget: Budget, stop: AbortSignal, abort: AbortSignal): Promise<void> {
    const embedder = models.getEmbedder(job.model);
    const { price = 0 } = models.describe(job.model);
    const halt = AbortSignal.any([stop, AbortSignal.timeout(MAX_ATTEMPT_MS)]);
    const options = {
      jobId: job.jobId,
      stop: halt,
      // An activity is cancelled once: one that a pause has stopped is not told any more that its worker goes.
      abort: AbortSignal.any([abort, goingAway]),
      async store(answers, tokens) {
        const cost = (tokens * price) / 1_000_000;
        await whileAway((isAgain) => embeddings.store(job, answers, { tokens, cost }, isAgain), options.abort);
        observer.paid(job.model, tokens, cost);
        observer.chunks('EMBEDDING', 'succeeded', answers.length);
      },
      async refused(hash, message) {
        await embeddings.refuse(job, batch, hash, message, attemptNumber());
        observer.chunks('EMBEDDING', 'failed', 1);
      },
    } satisfies Partial<EmbedOptions>;
    if (embedder.provider.isLocal) await embedder.embedAll(texts, { ...options, gate: OPEN_GATE });
    else {
      const gate = new JobGate({ shared: sharedGateOf(embedder.provider), waits, embeddings }, job, budget);
      const maxTokensPerRequest = Math.min(largestRequestTokens(providerRates), await tokensOf(job, budget, price));
      const noting = setInterval(() => void gate.noteWaiting().catch(() => undefined), NOTE_INTERVAL_MS);
      const claims = new EmbeddingClaims(db, job, batch);
      const claim = async (hashes: readonly string[]) => {
        const elsewhere = await claims.claim(hashes);
        // Only now: what others have let go of since is stored, if they had it embedded.
        return { elsewhere, stored: await embeddings.findStored(job, hashes) };
      };
      const refused = async (hash: string, message: string) => {
        await options.refused(hash, message);
        await claims.release(hash);
      };
      const keeping = setInterval(() => void claims.keep().catch(() => undefined), EmbeddingClaims.KEEP_INTERVAL_MS);
      try {
        await embedder.embedAll(texts, { ...options, refused, gate, maxTokensPerRequest, claim });
      } finally {
        clearInterval(noting);
        clearInterval(keeping);
        // What can't be released ends by itself.
        await claims.release().catch(() => undefined);
      }
    }
    stop.throwIfAborted();
    if (halt.aborted) throw comeBackLater('PROVIDER_RATE_LIMITED', "The provider's limits draw the batch out.", 0);
  }

  /** What the budget leaves: a request larger than that would go beyond it by more than it must. */
  async function tokensOf(job: JobContext, budget: Budget, price: number): Promise<number> {
    if (!isLimited(budget)) return Infinity;
    const spent = await embeddings.getSpent(job.jobId);
    if (isBudgetSpent(budget, spent)) throw new BudgetUsedUp();
    return tokensLeft(budget, spent, price);
  }

  /** One for all batches of this worker, and of all dimensions: the provider's limits are a model's. */
  function sharedGateOf(provider: EmbeddingProvider): SharedGate {
    const of = { provider: provider.provider, model: provider.model };
    const key = JSON.stringify(of);
    const gate = sharedGates.get(key) ?? new SharedGate(new ProviderGateRepository(db, of, providerRates), provider);
    sharedGates.set(key, gate);
    return gate;
  }
}

/** Temporal has the batch tried again in so long. */
function comeBackLater(type: string, message: string, ms: number): ApplicationFailure {
  return ApplicationFailure.create({ message, type, nextRetryDelay: Math.max(1, Math.ceil(ms)) });
}
