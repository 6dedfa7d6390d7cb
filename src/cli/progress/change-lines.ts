/** What changed between two snapshots of a job, a line a change: for logs and pipes. A pure function of what it is given. */
import type { JobStatusResponse, PhaseStatusView } from '../../domain/job-view';
import { count, waitReasonInWords } from '../terminal/words';

/** Progress within a status is a change every so many percent. */
const STEP_PERCENT = 10;

type Snapshot = Pick<JobStatusResponse, 'status' | 'progress' | 'phases' | 'error'>;

/** @param before undefined: everything is news */
export function changeLines(before: Snapshot | undefined, now: Snapshot): string[] {
  const lines = now.phases.filter((view, index) => hasChanged(before?.phases[index], view)).map(lineOf);
  if (before?.status !== now.status) lines.push(`job ${now.status} ${now.progress}%`);
  return lines;
}

function hasChanged(before: PhaseStatusView | undefined, now: PhaseStatusView): boolean {
  // What has not begun is no news at first.
  if (!before) return now.status !== 'NOT_STARTED';
  if (before.status !== now.status || newsOf(before) !== newsOf(now)) return true;
  return Math.floor(before.progress / STEP_PERCENT) !== Math.floor(now.progress / STEP_PERCENT);
}

/** Phases wait for each other all the time: that is no news. */
function newsOf({ waitReason }: PhaseStatusView): PhaseStatusView['waitReason'] {
  return waitReason === 'UPSTREAM' || waitReason === 'DOWNSTREAM' ? null : waitReason;
}

function lineOf({ phase, status, progress, itemsProcessed, itemsTotal, itemsFailed, waitReason, error }: PhaseStatusView): string {
  const failed = itemsFailed > 0 ? `, ${count(itemsFailed)} failed` : '';
  const why = error ? `: ${error.code}` : waitReason && waitReason !== 'PAUSED' ? `: ${waitReasonInWords(waitReason)}` : '';
  return `${phase} ${status} ${progress}% ${count(itemsProcessed)}/${count(itemsTotal)}${failed}${why}`;
}
