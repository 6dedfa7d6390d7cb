/** The state of a whole job: authoritative, strict. Always {@link overallStatus} of its four phases, but for NOT_STARTED. */
export const JOB_STATUSES = ['NOT_STARTED', 'PENDING', 'RUNNING', 'COMPLETED', 'FAILED'] as const;

export type JobStatus = (typeof JOB_STATUSES)[number];

/**
 * NOT_STARTED: recorded, not yet accepted by Temporal. PENDING: accepted, no phase has begun.
 * A retry is a new job, never a way back from an end.
 */
export const JOB_TRANSITIONS = {
  NOT_STARTED: ['PENDING', 'FAILED'],
  PENDING: ['RUNNING', 'FAILED'],
  RUNNING: ['COMPLETED', 'FAILED'],
  COMPLETED: [],
  FAILED: [],
} as const satisfies Record<JobStatus, readonly JobStatus[]>;

export function canJobMove(from: JobStatus, to: JobStatus): boolean {
  return (JOB_TRANSITIONS[from] as readonly JobStatus[]).includes(to);
}

/** COMPLETED or FAILED: nothing follows. */
export function isJobFinished(status: JobStatus): boolean {
  return JOB_TRANSITIONS[status].length === 0;
}
