import type { JobStatus } from './job-status';
import type { PhaseStatus } from './phase-status';

/**
 * The JobStatus of a job with these phases: the one rule that ties the two concepts together. Its twin in SQL is
 * `sluice.overall_status`; a test compares them on every combination.
 * NOT_STARTED never comes from here: it says that Temporal has not accepted the job, which no phase can know.
 */
export function overallStatus(phases: readonly PhaseStatus[]): Exclude<JobStatus, 'NOT_STARTED'> {
  if (phases.includes('FAILED')) return 'FAILED';
  if (phases.every((status) => status === 'COMPLETED')) return 'COMPLETED';
  if (phases.includes('RUNNING') || phases.includes('PAUSED')) return 'RUNNING';
  return 'PENDING';
}
