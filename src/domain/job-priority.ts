/** Temporal's default has five. */
export const LOWEST_PRIORITY = 5;

/**
 * Small jobs go first, so that one is through before large ones get on; among equals, the jobs take turns. With turns alone each of a small
 * job's steps would wait for one of every other job.
 *
 * @param batches of the job
 * @returns from 1, the first served, to {@link LOWEST_PRIORITY}: one lower for each time that a job is four times as large
 */
export function priorityOf(batches: number): number {
  return Math.min(LOWEST_PRIORITY, Math.ceil(Math.log2(Math.max(1, batches)) / 2) + 1);
}
