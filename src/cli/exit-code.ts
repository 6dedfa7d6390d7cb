/** Exit codes of the command line: 0 done, 1 the job failed, 2 the call must change, 3 some documents failed, 4 no server. */
import { ERROR_KINDS, type ErrorCode } from '../domain/errors';
import type { JobStatusResponse } from '../domain/job-view';

export const EXIT_DONE = 0;
const EXIT_SOME_DOCUMENTS_FAILED = 3;
/** Ctrl-C, as shells count it: 128 + SIGINT. The job goes on. */
export const EXIT_INTERRUPTED = 130;

export function exitCodeOfError(code: ErrorCode): number {
  return ERROR_KINDS[code].exitCode;
}

/** What a command that waits for a job's end exits with. The job must have ended. */
export function exitCodeOf(job: Pick<JobStatusResponse, 'status' | 'error' | 'documents'>): number {
  if (job.status === 'FAILED') return exitCodeOfError(job.error?.code ?? 'INTERNAL');
  return job.documents.failed > 0 ? EXIT_SOME_DOCUMENTS_FAILED : EXIT_DONE;
}
