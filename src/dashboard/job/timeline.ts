/** What happened to a job, in order: the times it carries itself, and the changes that were seen while somebody looked. */
import type { JobPhase } from '../../domain/job-phase';
import { isJobFinished, type JobStatus } from '../../domain/job-status';
import type { JobStatusResponse } from '../../domain/job-view';
import type { PhaseStatus } from '../../domain/phase-status';

export interface TimelineEntry {
  /** ISO 8601 */
  at: string;
  /** null: of the job. */
  phase: JobPhase | null;
  status: PhaseStatus | JobStatus;
}

/** Pauses and resumptions between two snapshots: beginnings and ends have times of their own. */
export function changesBetween(before: JobStatusResponse, after: JobStatusResponse): TimelineEntry[] {
  return after.phases.flatMap(({ phase, status }, index) => {
    const previous = before.phases[index]!.status;
    const isResumed = previous === 'PAUSED' && status === 'RUNNING';
    return status !== previous && (status === 'PAUSED' || isResumed) ? [{ at: after.asOf, phase, status }] : [];
  });
}

/** Latest first. */
export function timelineOf(job: JobStatusResponse, seen: readonly TimelineEntry[]): TimelineEntry[] {
  const entries: TimelineEntry[] = [{ at: job.createdAt, phase: null, status: 'PENDING' }];
  for (const { phase, status, startedAt, completedAt } of job.phases) {
    if (startedAt !== null) entries.push({ at: startedAt, phase, status: 'RUNNING' });
    if (completedAt !== null) entries.push({ at: completedAt, phase, status });
  }
  entries.push(...seen);
  if (job.finishedAt !== null && isJobFinished(job.status)) entries.push({ at: job.finishedAt, phase: null, status: job.status });
  // Stable: what happened in one step stays in the order of the phases, the job's end last.
  return entries.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).reverse();
}
