import { temporal } from '@temporalio/proto';
import { BATCH_ACTIVITY } from '../../activities/contract';
import { JOB_PHASES, type JobPhase } from '../domain/job-phase';
import type { WaitReason } from '../domain/wait-reason';

/** A first attempt that nobody has taken for so long waits for a worker of its phase, not for its turn. */
const UNTAKEN_MS = 10_000;

const { PENDING_ACTIVITY_STATE_STARTED, PENDING_ACTIVITY_STATE_CANCEL_REQUESTED } = temporal.api.enums.v1.PendingActivityState;

export type PhaseWaits = Partial<Record<JobPhase, Extract<WaitReason, 'NO_WORKER' | 'RETRYING'>>>;

type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;

/**
 * Which phases wait for a worker or for their next attempt, by the activities that Temporal holds for them.
 * @param nowMs the clock of this machine: Temporal's scheduling times are compared with it
 */
export function phaseWaits(pending: readonly PendingActivity[], nowMs: number): PhaseWaits {
  const waits: PhaseWaits = {};
  for (const phase of JOB_PHASES) {
    const own = pending.filter((activity) => phaseOf(activity) === phase);
    const isAtWork = own.some(({ state }) => state === PENDING_ACTIVITY_STATE_STARTED || state === PENDING_ACTIVITY_STATE_CANCEL_REQUESTED);
    if (own.length === 0 || isAtWork) continue;
    if (own.some(({ attempt }) => (attempt ?? 1) > 1)) waits[phase] = 'RETRYING';
    else if (own.some(({ scheduledTime }) => nowMs - Number(scheduledTime?.seconds ?? 0) * 1_000 > UNTAKEN_MS)) waits[phase] = 'NO_WORKER';
  }
  return waits;
}

function phaseOf({ activityType }: PendingActivity): JobPhase | undefined {
  if (activityType?.name === 'discoverDocuments') return 'LOADING';
  if (activityType?.name === 'finishJob') return 'INDEXING';
  return JOB_PHASES.find((phase) => BATCH_ACTIVITY[phase] === activityType?.name);
}
