import { JOB_PHASES, type JobPhase, type PerPhase } from './job-phase';
import type { PhaseStatus } from './phase-status';

/** Share of each phase in the progress of a job, in percent. */
export const PHASE_WEIGHTS = { LOADING: 30, CHUNKING: 10, EMBEDDING: 30, INDEXING: 30 } as const satisfies PerPhase<number>;

/** Percent, 0 to 100. 100 means COMPLETED and nothing else does: a phase with all its items done, but not yet completed, shows 99. */
export function phaseProgress(status: PhaseStatus, itemsProcessed: number, itemsTotal: number): number {
  if (status === 'COMPLETED') return 100;
  if (itemsTotal === 0) return 0;
  return Math.min(99, Math.floor((100 * itemsProcessed) / itemsTotal));
}

/** Percent, 0 to 100: the weighted sum of the phases' progress. */
export function jobProgress(progressOf: (phase: JobPhase) => number): number {
  return Math.floor(JOB_PHASES.reduce((sum, phase) => sum + PHASE_WEIGHTS[phase] * progressOf(phase), 0) / 100);
}
