import type { JobPhase } from '../src/domain/job-phase';

/** Workflows, opening and mirror: every worker serves it. */
export const MAIN_TASK_QUEUE = 'sluice';

/** Each phase has a queue of its own, so that it scales by itself. */
export function taskQueueOf(phase: JobPhase): string {
  return `${MAIN_TASK_QUEUE}-${phase.toLowerCase()}`;
}
