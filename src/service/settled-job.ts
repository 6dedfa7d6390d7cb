import { setTimeout as sleep } from 'node:timers/promises';
import type { JobRepository } from '../db/job-repository';
import type { MirroredJob } from '../db/mirrored-job';
import { isJobFinished } from '../domain/job-status';
import type { Workflows } from '../temporal/workflows';

/** How long a job's last words may be under way to the mirror. */
const LAST_WORDS_MS = 2_000;
const QUERY_DEADLINE_MS = 500;
const POLL_MS = 100;

/** The job's row; of a job that says itself that it has ended, once its last words are there. Whoever saw it end may rely on that. */
export async function findSettledJob(jobs: JobRepository, workflows: Workflows, jobId: string): Promise<MirroredJob | undefined> {
  const deadline = Date.now() + LAST_WORDS_MS;
  for (;;) {
    const job = await jobs.find(jobId);
    if (job === undefined || isJobFinished(job.status) || Date.now() >= deadline) return job;
    const view = await workflows.query(jobId, QUERY_DEADLINE_MS).catch(() => undefined);
    if (view === undefined || view.finishedAt === null) return job;
    await sleep(POLL_MS);
  }
}
