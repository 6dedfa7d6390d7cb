import { overallStatus } from '../../src/domain/aggregation';
import { allPhaseCombinations } from './phase-combinations';

/** The rule as the contract words it, over the first letters: N, R, P, C, F. */
function statedRule(letters: string): string {
  if (/F/.test(letters)) return 'FAILED';
  if (/^C{4}$/.test(letters)) return 'COMPLETED';
  return /[RP]/.test(letters) ? 'RUNNING' : 'PENDING';
}

test('every combination of four phases has the status that the contract states', () => {
  const counts: Record<string, number> = {};
  for (const phases of allPhaseCombinations()) {
    const status = overallStatus(phases);
    expect([phases, status]).toEqual([phases, statedRule(phases.map((phase) => phase[0]).join(''))]);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  // Counted on paper: 5^4 - 4^4 with a FAILED; of the rest 4^4 - 2^4 with a RUNNING or PAUSED; one all COMPLETED; what is left.
  expect(counts).toEqual({ FAILED: 369, RUNNING: 240, COMPLETED: 1, PENDING: 15 });
});

test('a failed phase makes the job FAILED, whatever the others do', () => {
  expect(overallStatus(['COMPLETED', 'PAUSED', 'FAILED', 'NOT_STARTED'])).toBe('FAILED');
});
