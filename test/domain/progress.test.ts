import fc from 'fast-check';
import { JOB_PHASES, perPhase } from '../../src/domain/job-phase';
import { isPhaseFinished, PHASE_STATUSES } from '../../src/domain/phase-status';
import { jobProgress, PHASE_WEIGHTS, phaseProgress } from '../../src/domain/progress';

const items = fc.integer({ min: 1, max: 2_000_000_000 }).chain((total) => fc.record({ total: fc.constant(total), processed: fc.integer({ min: 0, max: total }) }));
const percent = fc.integer({ min: 0, max: 100 });

test('COMPLETED is 100, with zero documents too, and nothing else is', () => {
  expect(phaseProgress('COMPLETED', 0, 0)).toBe(100);
  for (const status of PHASE_STATUSES.filter((candidate) => candidate !== 'COMPLETED')) {
    expect(phaseProgress(status, 0, 0)).toBe(0);
    expect(phaseProgress(status, 7, 7)).toBe(99);
  }
});

test('an unfinished phase shows the floor of its share, at most 99', () => {
  fc.assert(
    fc.property(items, ({ total, processed }) => {
      const exact = Number((100n * BigInt(processed)) / BigInt(total));
      expect(phaseProgress('RUNNING', processed, total)).toBe(exact === 100 ? 99 : exact);
    }),
  );
});

test('once the total is final, progress never goes down, whatever the phase becomes', () => {
  const unfinished = fc.constantFrom(...PHASE_STATUSES.filter((status) => !isPhaseFinished(status)));
  fc.assert(
    fc.property(items, fc.nat(1_000_000), unfinished, fc.constantFrom('RUNNING' as const, 'PAUSED' as const, 'COMPLETED' as const), ({ total, processed }, more, before, after) => {
      const later = Math.min(total, processed + more);
      expect(phaseProgress(after, later, total)).toBeGreaterThanOrEqual(phaseProgress(before, processed, total));
    }),
  );
});

test('the weights are those of the contract', () => {
  expect(PHASE_WEIGHTS).toEqual({ LOADING: 30, CHUNKING: 10, EMBEDDING: 30, INDEXING: 30 });
});

test('a job shows the floor of the weighted sum', () => {
  fc.assert(
    fc.property(percent, percent, percent, percent, (loading, chunking, embedding, indexing) => {
      const of = { LOADING: loading, CHUNKING: chunking, EMBEDDING: embedding, INDEXING: indexing };
      const exact = Number((30n * BigInt(loading) + 10n * BigInt(chunking) + 30n * BigInt(embedding) + 30n * BigInt(indexing)) / 100n);
      expect(jobProgress((phase) => of[phase])).toBe(exact);
    }),
  );
  expect(jobProgress(() => 100)).toBe(100);
  const almost = perPhase((phase) => (phase === 'CHUNKING' ? 99 : 100));
  expect(jobProgress((phase) => almost[phase])).toBe(99);
  expect(JOB_PHASES).toHaveLength(4);
});
