import type { IdempotencyRepository } from '../db/idempotency-repository';
import { SluiceError } from '../domain/errors';
import type { JobStatusResponse } from '../domain/job-view';

export interface IdempotentStart {
  /** Of the client; unique among all. */
  key: string;
  /** What must be the same for the key to mean the same. */
  request: object;
  /** Of the job, if this is the first request with the key. */
  jobId: string;
}

/**
 * Starts the job of a key once. The key is stored with the job's id before the start, and Temporal takes an id only once: so a request
 * whose answer was lost, or whose start was cut short anywhere, is completed by the next one with the key.
 * @param start rejects with JOB_EXISTS when the job has been started before
 */
export async function startOnce(
  keys: IdempotencyRepository,
  { key, request, jobId: newJobId }: IdempotentStart,
  start: (jobId: string) => Promise<{ jobId: string }>,
  findStatus: (jobId: string) => Promise<JobStatusResponse['status'] | undefined>,
): Promise<{ jobId: string }> {
  const { jobId, isNew, isSameRequest } = await keys.claim(key, request, newJobId);
  if (!isSameRequest) throw new SluiceError('IDEMPOTENCY_CONFLICT', 'Another request was made with this Idempotency-Key.');
  if (!isNew) {
    const status = await findStatus(jobId);
    if (status !== undefined && status !== 'NOT_STARTED') return { jobId };
  }
  try {
    return await start(jobId);
  } catch (error) {
    const code = error instanceof SluiceError ? error.code : 'INTERNAL';
    // Two requests with the key at once: the other was first.
    if (code === 'JOB_EXISTS' && !isNew) return { jobId };
    // Refused for good: the key is free for a corrected request. Of what a server did not answer, the outcome is not known.
    if (isNew && code !== 'SERVER_UNREACHABLE' && code !== 'INTERNAL') await keys.free(key);
    throw error;
  }
}
