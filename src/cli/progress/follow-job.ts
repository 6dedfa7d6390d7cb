/** Watches a job to its end, drawing bars on a terminal and writing a line a change elsewhere. */
import { setTimeout as delay } from 'node:timers/promises';
import { SluiceError } from '../../domain/errors';
import { isJobFinished } from '../../domain/job-status';
import type { JobStatusResponse } from '../../domain/job-view';
import type { IngestionService } from '../../service/ingestion-service';
import type { CliIo } from '../cli-io';
import { createProgressDisplay } from './progress-display';

/** Between an answer and the next question. */
const POLL_INTERVAL_MS = 400;
/** So often in a row the servers may fail to answer: some 10 s and more, the time of a restart. */
const MOST_FAILURES = 20;

export interface Following {
  io: CliIo;
  service: Pick<IngestionService, 'status'>;
  jobId: string;
  /** Aborted: the watching ends, not the job. */
  signal: AbortSignal;
}

/** The job's last snapshot: of its end, or undefined when the watching was aborted. */
export async function followJob({ io, service, jobId, signal }: Following): Promise<JobStatusResponse | undefined> {
  const display = createProgressDisplay(io);
  let failures = 0;
  try {
    while (!signal.aborted) {
      try {
        const job = await service.status(jobId);
        failures = 0;
        display.show(job);
        if (isJobFinished(job.status)) return job;
      } catch (error) {
        failures += 1;
        if (!(error instanceof SluiceError && error.code === 'SERVER_UNREACHABLE') || failures >= MOST_FAILURES) throw error;
        if (failures === 1) io.say('The servers do not answer: trying again.');
      }
      await delay(POLL_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  } finally {
    display.close();
  }
}
