/** Views of a job as a page sees them one after another. */
import { newIngestionState, viewOf } from '../../src/domain/ingestion-state';
import { JOB_PHASES, perPhase, type JobPhase } from '../../src/domain/job-phase';
import type { JobStatusResponse } from '../../src/domain/job-view';
import type { PhaseStatus } from '../../src/domain/phase-status';

interface Seen {
  at: string;
  status?: Partial<Record<JobPhase, PhaseStatus>>;
  processed?: Partial<Record<JobPhase, number>>;
  total?: number;
}

export function seenJob({ at, status = {}, processed = {}, total = 100 }: Seen): JobStatusResponse {
  const state = newIngestionState({ jobId: 'job', collection: 'c', source: { kind: 'folder', path: '/docs' }, retryOf: null, createdAt: '2026-11-24T10:00:00.000Z' });
  state.documents = { ...state.documents, total, totalIsFinal: true };
  for (const phase of JOB_PHASES) {
    state.phases[phase] = { ...state.phases[phase], status: status[phase] ?? 'RUNNING', itemsProcessed: processed[phase] ?? 0 };
  }
  return viewOf(state, { activity: perPhase(() => ({ inFlight: 0, waitReason: null })), readFrom: 'workflow', asOf: at });
}
