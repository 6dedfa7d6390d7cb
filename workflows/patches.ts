import { patched } from '@temporalio/workflow';

/**
 * Every change of which commands the workflow gives, newest last. A history that has the marker goes the new way, one recorded before keeps the
 * old one. An entry goes, with its old way, when no run that began before it can still be open.
 *
 * - `run-tells-mirror` (November 2026): a run that another has continued as writes the state once when it begins, so that the job's row knows the
 *   run that it is of. Before, it wrote at its next change, and until then the reconciler looked at the job in each of its rounds.
 * - `every-change-mirrored` (November 2026): what changes while a state is being written is written next. Before, it was taken for written, and
 *   the mirror stayed behind until the change after it.
 * - `requests-in-order` (November 2026): what was asked of a job before its run's first task is done in the order in which it was asked. Before, all
 *   pauses came first, then all resumes, then budgets: a job whose budget was raised, and which was resumed, stayed paused.
 */
export type Patch = 'run-tells-mirror' | 'every-change-mirrored' | 'requests-in-order';

/** Whether to go the new way. Ask where the ways part, and nowhere else: the first time that it is asked a marker goes into the history. */
export function isPatched(patch: Patch): boolean {
  return patched(patch);
}
