/** Jobs as the service tells them. */
import type { JobStatusResponse, PhaseStatusView } from '../../src/domain/job-view';
import { JOB_PHASES, type JobPhase } from '../../src/domain/job-phase';

export function samplePhase(phase: JobPhase, changes: Partial<PhaseStatusView> = {}): PhaseStatusView {
  return {
    phase,
    status: 'NOT_STARTED',
    progress: 0,
    itemsProcessed: 0,
    itemsTotal: 0,
    itemsFailed: 0,
    inFlight: 0,
    waitReason: null,
    error: null,
    startedAt: null,
    completedAt: null,
    ...changes,
  };
}

/** Loading done, chunking half done, embedding paused, indexing waiting. */
export function sampleJob(changes: Partial<JobStatusResponse> = {}): JobStatusResponse {
  return {
    jobId: 'ingest-1',
    collection: 'handbook',
    status: 'RUNNING',
    progress: 41,
    phases: [
      samplePhase('LOADING', { status: 'COMPLETED', progress: 100, itemsProcessed: 1_200, itemsTotal: 1_200, itemsFailed: 2 }),
      samplePhase('CHUNKING', { status: 'RUNNING', progress: 50, itemsProcessed: 600, itemsTotal: 1_200 }),
      samplePhase('EMBEDDING', { status: 'PAUSED', progress: 10, itemsProcessed: 120, itemsTotal: 1_200, waitReason: 'PAUSED' }),
      samplePhase('INDEXING', { status: 'RUNNING', progress: 10, itemsProcessed: 120, itemsTotal: 1_200, waitReason: 'UPSTREAM' }),
    ],
    currentPhase: 'CHUNKING',
    documents: { total: 1_200, totalIsFinal: true, succeeded: 118, failed: 2, skipped: 0, removed: 0, ignored: 3 },
    chunks: 912,
    error: null,
    source: { kind: 'folder', path: '/data/handbook' },
    retryOf: null,
    createdAt: '2026-11-24T08:00:00.000Z',
    startedAt: '2026-11-24T08:00:01.000Z',
    finishedAt: null,
    version: 7,
    readFrom: 'workflow',
    asOf: '2026-11-24T08:03:21.000Z',
    ...changes,
  };
}

export function completedJob(failed = 0): JobStatusResponse {
  return sampleJob({
    status: 'COMPLETED',
    progress: 100,
    currentPhase: null,
    finishedAt: '2026-11-24T08:03:21.000Z',
    documents: { ...sampleJob().documents, succeeded: 1_200 - failed, failed },
    phases: JOB_PHASES.map((phase) => samplePhase(phase, { status: 'COMPLETED', progress: 100, itemsProcessed: 1_200, itemsTotal: 1_200 })),
  });
}

export function failedJob(): JobStatusResponse {
  const error = { code: 'MASS_REMOVAL', message: '900 of 1,000 documents are gone.' } as const;
  return sampleJob({
    status: 'FAILED',
    currentPhase: null,
    finishedAt: '2026-11-24T08:03:21.000Z',
    error: { ...error, phase: 'LOADING' },
    phases: JOB_PHASES.map((phase) => samplePhase(phase, phase === 'LOADING' ? { status: 'FAILED', error } : {})),
  });
}
