/** Whether what was seen of a job, in the order in which it was seen, can be the truth. */
import { overallStatus } from '../../src/domain/aggregation';
import { isJobFinished, JOB_TRANSITIONS, type JobStatus } from '../../src/domain/job-status';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { PHASE_TRANSITIONS, type PhaseStatus } from '../../src/domain/phase-status';

/**
 * @param views of one stream, oldest first
 * @param end how the job ended
 * @returns what can't be, a line each
 */
export function illegalSteps(views: readonly JobStatusResponse[], end: Pick<JobStatusResponse, 'status' | 'error'>): string[] {
  const problems: string[] = [];
  views.forEach((view, index) => {
    problems.push(...contradictions(view));
    if (isJobFinished(view.status) && (view.status !== end.status || view.error?.code !== end.error?.code)) {
      problems.push(`said ${view.status} ${view.error?.code ?? ''}, and the job ended ${end.status} ${end.error?.code ?? ''}`);
    }
    if (index > 0) problems.push(...illegalStep(views[index - 1]!, view));
  });
  return [...new Set(problems)];
}

/** What can't be true at one moment. */
function contradictions({ status, phases, error, finishedAt }: JobStatusResponse): string[] {
  const problems: string[] = [];
  const letters = phases.map((phase) => phase.status).join(', ');
  const aggregate = overallStatus(phases.map((phase) => phase.status));
  if (status !== aggregate && !(status === 'NOT_STARTED' && aggregate === 'PENDING')) problems.push(`${status} with the phases ${letters}`);
  if (isJobFinished(status) && finishedAt === null) problems.push(`${status} without finishedAt`);
  if ((status === 'FAILED') !== (error !== null)) problems.push(`${status} with the error ${JSON.stringify(error)}`);
  if (status === 'FAILED' && phases.some((phase) => phase.status === 'RUNNING' || phase.status === 'PAUSED')) problems.push(`FAILED with the phases ${letters}`);
  for (const phase of phases) {
    if (phase.status === 'COMPLETED' && phase.itemsProcessed !== phase.itemsTotal) problems.push(`${phase.phase} COMPLETED with ${phase.itemsProcessed} of ${phase.itemsTotal}`);
    if (phase.itemsProcessed > phase.itemsTotal) problems.push(`${phase.phase} has processed ${phase.itemsProcessed} of ${phase.itemsTotal}`);
  }
  return problems;
}

function illegalStep(before: JobStatusResponse, after: JobStatusResponse): string[] {
  const problems: string[] = [];
  if (!isReachable(JOB_TRANSITIONS, before.status, after.status)) problems.push(`job: ${before.status} → ${after.status}`);
  if (after.version < before.version) problems.push(`version: ${before.version} → ${after.version}`);
  if (before.documents.totalIsFinal && !after.documents.totalIsFinal) problems.push('the total was final and no longer is');
  if (after.progress < before.progress && before.documents.totalIsFinal) problems.push(`progress: ${before.progress} → ${after.progress}`);
  after.phases.forEach((phase, index) => {
    const earlier = before.phases[index]!;
    if (!isReachable(PHASE_TRANSITIONS, earlier.status, phase.status)) problems.push(`${phase.phase}: ${earlier.status} → ${phase.status}`);
    if (phase.itemsProcessed < earlier.itemsProcessed) problems.push(`${phase.phase}: ${earlier.itemsProcessed} processed → ${phase.itemsProcessed}`);
    if (phase.progress < earlier.progress && before.documents.totalIsFinal) problems.push(`${phase.phase}: progress ${earlier.progress} → ${phase.progress}`);
  });
  return problems;
}

/** Directly, by staying, or over states that nobody saw. */
function isReachable<Status extends JobStatus | PhaseStatus>(transitions: Record<Status, readonly Status[]>, from: Status, to: Status): boolean {
  const seen = new Set<Status>([from]);
  for (const status of seen) for (const next of transitions[status]) seen.add(next);
  return seen.has(to);
}
