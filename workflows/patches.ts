import { patched } from '@temporalio/workflow';

/**
 * Every change of which commands the workflow gives, newest last. A history that has the marker goes the new way, one recorded before keeps the
 * old one. An entry goes, with its old way, when no run that began before it can still be open.
 *
 * - `run-tells-mirror` (November 2026): a run that another has continued as writes the state once when it begins, so that the job's row knows the
 *   run that it is of. Before, it wrote at its next change, and until then the reconciler looked at the job in each of its rounds.
 * - `every-change-mirrored` (November 2026): what changes while a state is being written is written next. Before, it was taken for written, and
 *   the mirror stayed behind until the change after it.
 */
export type Patch = 'run-tells-mirror' | 'every-change-mirrored';

/** Whether to go the new way. Ask where the ways part, and nowhere else: the first time that it is asked a marker goes into the history. */
export function isPatched(patch: Patch): boolean {
  return patched(patch);
}
