import { ActivityCancellationType, proxyActivities, workflowInfo, type ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities/activities';
import type { JobPhase } from '../src/domain/job-phase';
import { priorityOf } from '../src/domain/job-priority';
import { taskQueueOf } from './task-queues';

/** Activities are killed with their worker: 10 s without a heartbeat, and another attempt begins elsewhere. */
const HEARTBEAT_TIMEOUT = '10s';

/**
 * Options of the activities of a phase. No schedule-to-start timeout: a missing worker is a wait, not a failure.
 * @param batches of the job, as far as it is known, or, if that is more, that it has had of the phase
 */
export function phaseActivityOptions(phase: JobPhase, startToCloseTimeout: ActivityOptions['startToCloseTimeout'], batches: number): ActivityOptions {
  return {
    taskQueue: taskQueueOf(phase),
    startToCloseTimeout,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    // The activity's last word decides: a commit beats the cancel, and nothing runs twice.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
    // One large job must not make a small one wait behind all of its batches.
    // The server takes 64 bytes.
    priority: { priorityKey: priorityOf(batches), fairnessKey: workflowInfo().workflowId.replace(/[^\x21-\x7e]/g, '_').slice(0, 64) },
  };
}

/**
 * Of opening and mirror, in the main queue. They belong to no phase and are never paused. Nobody waits for one that was cancelled:
 * they don't heartbeat, and may be tried for as long as a server is away.
 */
const OF_NO_PHASE = {
  startToCloseTimeout: '30s',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '5s' },
} as const satisfies ActivityOptions;

/** A job of which nothing is known yet comes first, and what its worker has at work of large ones makes room (activities/turns.ts). */
export const { openJob } = proxyActivities<Activities>({ ...OF_NO_PHASE, priority: { priorityKey: priorityOf(0) } });

export const { mirrorJob } = proxyActivities<Activities>(OF_NO_PHASE);

/** What is done on the way out: a database that is down, or lets a statement hang, must not hold up the end of a job for long. */
const onTheWayOut = (patience: ActivityOptions['scheduleToCloseTimeout']) =>
  proxyActivities<Activities>({
    startToCloseTimeout: '15s',
    scheduleToCloseTimeout: patience,
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '5s' },
  });

export const { closeJob } = onTheWayOut('45s');

/** {@link mirrorJob} of the state in which a job has failed. */
export const { mirrorJob: mirrorFailedJob } = onTheWayOut('60s');
