import { PHASE_STATUSES, type PhaseStatus } from '../../src/domain/phase-status';

/** All 625 combinations of the statuses of four phases. */
export function allPhaseCombinations(): PhaseStatus[][] {
  const longer = (combinations: PhaseStatus[][]) => combinations.flatMap((combination) => PHASE_STATUSES.map((status) => [...combination, status]));
  return longer(longer(longer(longer([[]]))));
}
