/** What one phase of a job is doing. Fine and flexible; the coarse, strict {@link JobStatus} is computed from four of these. */
export const PHASE_STATUSES = ['NOT_STARTED', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED'] as const;

export type PhaseStatus = (typeof PHASE_STATUSES)[number];

/** NOT_STARTED → PAUSED is "pause before this phase". Resuming always gives RUNNING. A paused phase whose last work finishes is COMPLETED. */
export const PHASE_TRANSITIONS = {
  NOT_STARTED: ['RUNNING', 'PAUSED', 'FAILED'],
  RUNNING: ['PAUSED', 'COMPLETED', 'FAILED'],
  PAUSED: ['RUNNING', 'COMPLETED', 'FAILED'],
  COMPLETED: [],
  FAILED: [],
} as const satisfies Record<PhaseStatus, readonly PhaseStatus[]>;

export function canPhaseMove(from: PhaseStatus, to: PhaseStatus): boolean {
  return (PHASE_TRANSITIONS[from] as readonly PhaseStatus[]).includes(to);
}

/** COMPLETED or FAILED: nothing follows. */
export function isPhaseFinished(status: PhaseStatus): boolean {
  return PHASE_TRANSITIONS[status].length === 0;
}

/** RUNNING or PAUSED: begun and not finished. */
export function isPhaseActive(status: PhaseStatus): boolean {
  return status === 'RUNNING' || status === 'PAUSED';
}
