import type { JobOptions } from './ingestion-input';
import { perPhase, type JobPhase, type PerPhase } from './job-phase';

/** Chunk settings of a new collection. Later jobs get the collection's. */
export const CHUNK_DEFAULTS = { chunkTokens: 256, chunkOverlap: 32 } as const;

/** What holds when a job does not say otherwise. */
export const JOB_DEFAULTS = {
  batchDocuments: 200,
  concurrency: 4,
  maxAheadDocuments: 10_000,
  providerPatienceSeconds: 86_400,
} as const;

/** A batch is closed when its documents have so many bytes, so that one never holds much more than a second of work. */
export const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/** LOADING waits while the text that is loaded and not yet published exceeds this. */
export const MAX_AHEAD_BYTES = 1024 * 1024 * 1024;

/** Batches at work at once in each phase. */
export function concurrencyOf(options: JobOptions | undefined): PerPhase<number> {
  return perPhase((phase: JobPhase) => options?.concurrency?.[phase] ?? JOB_DEFAULTS.concurrency);
}

/**
 * Whether a job has had more failures than it bears.
 * @param tried documents that LOADING has tried, without those skipped
 */
export function tooManyFailures(failed: number, tried: number, maxFailures: number | undefined): boolean {
  if (maxFailures !== undefined) return failed > maxFailures;
  return failed > 10 && failed > 0.2 * tried;
}
