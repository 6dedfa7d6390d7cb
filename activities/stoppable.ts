import { CancelledFailure, Context } from '@temporalio/activity';
import type { Done, Stopped } from './contract';

/** Often enough that a cancel is heard within half a second; the worker throttles what is sent on to the server (src/temporal/worker.ts). */
const HEARTBEAT_INTERVAL_MS = 200;

/**
 * Runs an activity's work so that it can be stopped: it heartbeats while the work lasts, and when the workflow cancels it (a pause, a
 * cancel, the end of a run) what the work has committed by then stands and `{ stopped: true }` is the answer. When the worker shuts
 * down or the server has lost sight of the attempt, it is cancelled instead, so that Temporal tries it elsewhere.
 *
 * @param work must pass `stop` on, and commit before it lets the signal's reason out. `abort` is the stronger one: the worker is going
 *   away, so that even what is paid for can't be waited for. An attempt that is only lost sight of has the time.
 */
export async function stoppable<T extends object>(work: (stop: AbortSignal, abort: AbortSignal) => Promise<T>): Promise<(T | Stopped) & Done> {
  const context = Context.current();
  const stop = context.cancellationSignal;
  const abort = new AbortController();
  const onStop = () => {
    if (context.cancellationDetails?.workerShutdown) abort.abort(stop.reason);
  };
  stop.addEventListener('abort', onStop, { once: true });
  const heartbeat = setInterval(() => context.heartbeat(), HEARTBEAT_INTERVAL_MS);
  try {
    return { ...(await work(stop, abort.signal)), at: now() };
  } catch (error) {
    if (!stop.aborted) throw error;
    if (context.cancellationDetails?.cancelRequested) return { stopped: true, at: now() };
    throw new CancelledFailure(`Stopped with the worker: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearInterval(heartbeat);
    stop.removeEventListener('abort', onStop);
  }
}

/** Number of this attempt, from 1. */
export function attemptNumber(): number {
  return Context.current().info.attempt;
}

/** For the result of an activity: see {@link Done}. */
export function now(): string {
  return new Date().toISOString();
}
