/** Why a phase does nothing now, as a sentence. */
import { nextPhase, previousPhase } from '../../domain/job-phase';
import type { PhaseStatusView } from '../../domain/job-view';
import { PHASE_WORDS } from './status-words';

/** undefined: it works, or it has ended. */
export function waitReasonSentence({ phase, waitReason }: Pick<PhaseStatusView, 'phase' | 'waitReason'>): string | undefined {
  const before = previousPhase(phase);
  const after = nextPhase(phase);
  switch (waitReason) {
    case null:
      return undefined;
    case 'PAUSED':
      return 'The gate is closed until somebody resumes.';
    case 'BUDGET':
      return 'The budget is used up. Raise it to go on.';
    case 'NO_WORKER':
      return 'No worker takes this phase. Start one with sluice worker.';
    case 'PROVIDER_DOWN':
      return 'The embedding provider does not answer. It is asked again until it does.';
    case 'RATE_LIMITED':
      return 'The embedding provider asks to slow down.';
    case 'RETRYING':
      return 'A batch went wrong and is tried again.';
    case 'DOWNSTREAM':
      return `Waits for ${after === undefined ? 'what comes after' : PHASE_WORDS[after]}: enough is loaded ahead.`;
    case 'UPSTREAM':
      return `Waits for documents${before === undefined ? '' : ` from ${PHASE_WORDS[before]}`}.`;
  }
}
