/** Interceptors that measure and trace activities: what a batch counted is in its result, so that no activity has to know. */
import { CancelledFailure, Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { BATCH_ACTIVITY, isStopped, type BatchArgument, type BatchResult, type MirrorSnapshot, type Stopped } from '../../activities/contract';
import { JOB_PHASES, type JobPhase } from '../domain/job-phase';
import type { WorkObserver } from '../metrics/work-observer';
import type { JobTracing } from '../tracing/job-tracing';

export function measuringInterceptor(observer: WorkObserver): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      const phase = phaseOf(Context.current().info.activityType);
      if (phase === undefined) return next(input);
      const begunMs = performance.now();
      const ended = (outcome: 'done' | 'stopped' | 'failed'): void => observer.batch(phase, outcome, (performance.now() - begunMs) / 1_000);
      try {
        const result = (await next(input)) as BatchResult | Stopped;
        ended(isStopped(result) ? 'stopped' : 'done');
        if (!isStopped(result)) count(observer, phase, result);
        return result;
      } catch (error) {
        ended(error instanceof CancelledFailure ? 'stopped' : 'failed');
        throw error;
      }
    },
  };
}

export function tracingInterceptor(tracing: JobTracing): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      const { activityType, attempt, taskQueue, workflowExecution } = Context.current().info;
      const jobId = workflowExecution?.workflowId;
      if (jobId === undefined) return next(input);
      const [argument] = input.args as [Partial<BatchArgument & MirrorSnapshot>?];
      const batch = argument?.batch === undefined ? {} : { 'sluice.batch': argument.batch };
      const result = await tracing.span(jobId, activityType, { 'sluice.attempt': attempt, 'sluice.task_queue': taskQueue, ...batch }, () => next(input));
      if (activityType === 'mirrorJob' && argument?.final) tellEnd(tracing, argument.job);
      return result;
    },
  };
}

function count(observer: WorkObserver, phase: JobPhase, { documents, failed, skipped, succeeded, chunks }: BatchResult): void {
  observer.processed(phase, documents);
  if (failed > 0) observer.decided(phase, 'FAILED', failed);
  if (skipped > 0) observer.decided(phase, 'SKIPPED', skipped);
  if (succeeded > 0) observer.decided(phase, 'SUCCEEDED', succeeded);
  if (phase === 'INDEXING') observer.chunks(phase, 'succeeded', chunks);
}

function tellEnd(tracing: JobTracing, job: MirrorSnapshot['job'] | undefined): void {
  if (!job?.finishedAt) return;
  const { jobId, createdAt, finishedAt, collection, documents, chunks, error } = job;
  const attributes = { 'sluice.collection': collection, 'sluice.documents': documents.total, 'sluice.chunks': chunks };
  tracing.ended({ jobId, createdAt, finishedAt, attributes, errorCode: error?.code });
}

function phaseOf(activityType: string): JobPhase | undefined {
  return JOB_PHASES.find((phase) => BATCH_ACTIVITY[phase] === activityType);
}
