/** What `ingest` and `retry` do once their job exists: see that a worker does it, watch it to its end, and report. */
import type { JobStatusResponse } from '../domain/job-view';
import type { CommandContext, ServerSession } from './context';
import { EXIT_INTERRUPTED, exitCodeOf } from './exit-code';
import { listenForInterruption } from './interruption';
import { endReport } from './job-report';
import { followJob } from './progress/follow-job';

/** Answers the exit code. */
export async function runJob({ io }: CommandContext, session: ServerSession, jobId: string): Promise<number> {
  const isOwnWorker = !session.areConfigured && !(await session.hasLastingWorker());
  // With a worker of its own the command goes on when its reader has gone: the job needs it.
  const interruption = listenForInterruption(io, isOwnWorker ? ['signal'] : ['signal', 'pipe']);
  const failure = new AbortController();
  const worker = isOwnWorker ? session.startWorker({ isLasting: false }) : undefined;
  const workerFailed = worker
    ?.then(({ ended }) => ended)
    .catch((error: unknown) => {
      failure.abort();
      throw error;
    });
  workerFailed?.catch(() => undefined);
  try {
    const job = await followJob({ io, service: session.service, jobId, signal: AbortSignal.any([interruption.signal, failure.signal]) });
    if (failure.signal.aborted) await workerFailed;
    if (job) return reportEnd(io, job);
    io.say(`Stopped watching: the job ${jobId} is left as it is${isOwnWorker ? ', and goes on when a worker is back' : ''}.`);
    io.say(isOwnWorker ? 'Go on with the same command, or with: sluice up' : `Watch it again: sluice watch ${jobId}`);
    return EXIT_INTERRUPTED;
  } finally {
    interruption.dispose();
    await worker?.then((running) => running.shutdown()).catch(() => undefined);
  }
}

/** Prints how the job ended and answers the exit code that follows. */
export function reportEnd(io: CommandContext['io'], job: JobStatusResponse): number {
  if (io.isJson) io.printJson(job);
  else io.print(...endReport(job, io.style));
  return exitCodeOf(job);
}
