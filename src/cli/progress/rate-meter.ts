/** How fast each phase goes, from the snapshots of the last seconds. */
import type { JobStatusResponse } from '../../domain/job-view';
import { JOB_PHASES, perPhase, type JobPhase, type PerPhase } from '../../domain/job-phase';

/** Long enough that batches of a second don't make the figure jump. */
const WINDOW_MS = 10_000;
/** A shorter span says little. */
const LEAST_SPAN_MS = 1_000;

export class RateMeter {
  #seen: { atMs: number; processed: PerPhase<number> }[] = [];

  add(job: Pick<JobStatusResponse, 'phases'>, atMs: number): void {
    const processed = perPhase((phase) => job.phases.find((view) => view.phase === phase)?.itemsProcessed ?? 0);
    const last = this.#seen.at(-1);
    // The processed counts of a snapshot from elsewhere may be older: a rate is never negative.
    if (last && JOB_PHASES.some((phase) => processed[phase] < last.processed[phase])) this.#seen = [];
    this.#seen.push({ atMs, processed });
    // One from before the window stays, so that the window is always covered.
    while (this.#seen.length > 2 && (this.#seen[1]?.atMs ?? Infinity) < atMs - WINDOW_MS) this.#seen.shift();
  }

  /** Documents a second; undefined: nothing is known yet. */
  findRate(phase: JobPhase): number | undefined {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    if (!first || !last || last.atMs - first.atMs < LEAST_SPAN_MS) return undefined;
    return ((last.processed[phase] - first.processed[phase]) * 1_000) / (last.atMs - first.atMs);
  }
}
