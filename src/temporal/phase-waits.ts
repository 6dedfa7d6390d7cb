import { temporal, type google } from '@temporalio/proto';
import { BATCH_ACTIVITY } from '../../activities/contract';
import { JOB_PHASES, type JobPhase } from '../domain/job-phase';
import type { WaitReason } from '../domain/wait-reason';

/** What nobody has taken for so long waits for a worker of its phase, not for its turn. */
const UNTAKEN_MS = 10_000;

/** Workers at work report twice a second (src/temporal/worker.ts). */
const FRESH_HEARTBEAT_MS = 3_000;

const { PENDING_ACTIVITY_STATE_STARTED, PENDING_ACTIVITY_STATE_CANCEL_REQUESTED } = temporal.api.enums.v1.PendingActivityState;

/** A worker has taken it. */
const isTaken = ({ state }: PendingActivity): boolean => state === PENDING_ACTIVITY_STATE_STARTED || state === PENDING_ACTIVITY_STATE_CANCEL_REQUESTED;

export type PhaseWaits = Partial<Record<JobPhase, Extract<WaitReason, 'NO_WORKER' | 'RETRYING'>>>;

type Timestamp = google.protobuf.ITimestamp;
type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;

/**
 * Which phases wait for a worker or for their next attempt, by the activities that Temporal holds for them.
 * @param nowMs the clock of this machine: Temporal's scheduling times are compared with it
 */
export function phaseWaits(pending: readonly PendingActivity[], nowMs: number): PhaseWaits {
  const waits: PhaseWaits = {};
  for (const phase of JOB_PHASES) {
    const own = pending.filter((activity) => phaseOf(activity) === phase);
    if (own.length === 0 || own.some(isTaken)) continue;
    // Of a further attempt this is the time when it may be taken.
    if (own.some(({ scheduledTime }) => scheduledTime && nowMs - toMs(scheduledTime) > UNTAKEN_MS)) waits[phase] = 'NO_WORKER';
    else if (own.some(({ attempt }) => (attempt ?? 1) > 1)) waits[phase] = 'RETRYING';
  }
  return waits;
}

/** Whether a worker has just told of an activity that it is at it. */
export function isToldOf(nowMs: number): (activity: PendingActivity) => boolean {
  return (activity) => isTaken(activity) && !!activity.lastHeartbeatTime && nowMs - toMs(activity.lastHeartbeatTime) < FRESH_HEARTBEAT_MS;
}

function toMs({ seconds, nanos }: Timestamp): number {
  return Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1e6;
}

/** undefined: of none. */
export function phaseOf({ activityType }: PendingActivity): JobPhase | undefined {
  if (activityType?.name === 'discoverDocuments') return 'LOADING';
  if (activityType?.name === 'finishJob') return 'INDEXING';
  return JOB_PHASES.find((phase) => BATCH_ACTIVITY[phase] === activityType?.name);
}
