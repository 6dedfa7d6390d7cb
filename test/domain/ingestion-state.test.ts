import fc from 'fast-check';
import { overallStatus } from '../../src/domain/aggregation';
import { currentPhase, newIngestionState, stateOf, viewOf, type PhaseActivity } from '../../src/domain/ingestion-state';
import { JOB_PHASES, perPhase } from '../../src/domain/job-phase';
import type { PhaseStatus } from '../../src/domain/phase-status';
import { phaseProgress } from '../../src/domain/progress';
import { arbitraryState } from './arbitrary-state';
import { allPhaseCombinations } from './phase-combinations';

const idle = perPhase((): PhaseActivity => ({ inFlight: 0, waitReason: null }));
const seen = { activity: idle, readFrom: 'workflow' as const, asOf: '2026-01-01T00:00:00.000Z' };

function withStatuses(statuses: PhaseStatus[]) {
  const state = newIngestionState({ jobId: 'j', collection: 'c', source: { kind: 'folder', path: '/d' }, retryOf: null, createdAt: seen.asOf });
  JOB_PHASES.forEach((phase, index) => (state.phases[phase].status = statuses[index]!));
  return state;
}

test('a view holds the whole state: stateOf undoes viewOf', () => {
  fc.assert(fc.property(arbitraryState, (state) => expect(stateOf(viewOf(state, seen))).toEqual(state)));
});

test('a view goes through JSON unchanged', () => {
  fc.assert(
    fc.property(arbitraryState, (state) => {
      const view = viewOf(state, seen);
      expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    }),
  );
});

test('in a view the counts agree with each other, and the status is the aggregate', () => {
  fc.assert(
    fc.property(arbitraryState, (state) => {
      const view = viewOf(state, seen);
      expect(view.status).toBe(overallStatus(view.phases.map((phase) => phase.status)));
      expect(view.phases.map((phase) => phase.phase)).toEqual(['LOADING', 'CHUNKING', 'EMBEDDING', 'INDEXING']);
      expect(view.documents.failed).toBe(view.phases.reduce((sum, phase) => sum + phase.itemsFailed, 0));
      for (const phase of view.phases) {
        expect(phase.itemsTotal).toBe(view.documents.total);
        expect(phase.progress).toBe(phaseProgress(phase.status, phase.itemsProcessed, view.documents.total));
      }
      expect(view.currentPhase === null || state.finishedAt === null).toBe(true);
    }),
  );
});

test('a finished phase waits for nothing, whatever was seen of it', () => {
  const activity = perPhase((): PhaseActivity => ({ inFlight: 2, waitReason: 'NO_WORKER' }));
  const view = viewOf(withStatuses(['COMPLETED', 'FAILED', 'PAUSED', 'NOT_STARTED']), { ...seen, activity });
  expect(view.phases.map((phase) => phase.waitReason)).toEqual([null, null, 'NO_WORKER', 'NO_WORKER']);
});

test('NOT_STARTED comes from the one who knows that Temporal has not accepted the job', () => {
  const state = withStatuses(['NOT_STARTED', 'NOT_STARTED', 'NOT_STARTED', 'NOT_STARTED']);
  expect(viewOf(state, seen).status).toBe('PENDING');
  expect(viewOf(state, { ...seen, status: 'NOT_STARTED' }).status).toBe('NOT_STARTED');
});

test('the current phase is the first RUNNING, else the first PAUSED, else the first unfinished', () => {
  for (const statuses of allPhaseCombinations()) {
    const letters = statuses.map((status) => status[0]).join('');
    const index = [/R/, /P/, /N/].map((pattern) => letters.search(pattern)).find((found) => found !== -1);
    expect([letters, currentPhase(withStatuses(statuses))]).toEqual([letters, index === undefined ? null : JOB_PHASES[index]]);
  }
});
