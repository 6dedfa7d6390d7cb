import { overallStatus } from './aggregation';
import type { IngestionInput } from './ingestion-input';
import { JOB_PHASES, perPhase, type JobPhase, type PerPhase } from './job-phase';
import type { JobStatus } from './job-status';
import type { DocumentCounts, JobError, JobStatusResponse, PhaseError } from './job-view';
import { isPhaseFinished, type PhaseStatus } from './phase-status';
import { jobProgress, phaseProgress } from './progress';
import type { WaitReason } from './wait-reason';

/** A job with its four phases: plain JSON, so that it outlives a run of the workflow and fits rows of the mirror. Times are ISO 8601. */
export interface IngestionState {
  jobId: string;
  collection: string;
  source: IngestionInput['source'];
  retryOf: string | null;
  phases: PerPhase<PhaseState>;
  /** `failed` is not kept: it is the sum over the phases. */
  documents: Omit<DocumentCounts, 'failed'>;
  chunks: number;
  error: JobError | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  version: number;
}

export interface PhaseState {
  status: PhaseStatus;
  itemsProcessed: number;
  itemsFailed: number;
  startedAt: string | null;
  completedAt: string | null;
  error: PhaseError | null;
}

/** How far a job has come, in documents. */
export interface JobCounts extends Pick<IngestionState, 'documents' | 'chunks'> {
  phases: PerPhase<Pick<PhaseState, 'itemsProcessed' | 'itemsFailed'>>;
}

/** What is known of a phase beside its state, from wherever one looks. */
export interface PhaseActivity {
  inFlight: number;
  waitReason: WaitReason | null;
}

export function newIngestionState(job: Pick<IngestionState, 'jobId' | 'collection' | 'source' | 'retryOf' | 'createdAt'>): IngestionState {
  return {
    ...job,
    phases: perPhase(() => ({ status: 'NOT_STARTED', itemsProcessed: 0, itemsFailed: 0, startedAt: null, completedAt: null, error: null })),
    documents: { total: 0, totalIsFinal: false, succeeded: 0, skipped: 0, removed: 0, ignored: 0 },
    chunks: 0,
    error: null,
    startedAt: null,
    finishedAt: null,
    version: 0,
  };
}

export function setCounts(state: IngestionState, { documents, chunks, phases }: JobCounts): void {
  Object.assign(state, { documents, chunks });
  for (const phase of JOB_PHASES) Object.assign(state.phases[phase], phases[phase]);
}

export function phaseStatuses(state: IngestionState): PhaseStatus[] {
  return JOB_PHASES.map((phase) => state.phases[phase].status);
}

export function failedDocuments(state: IngestionState): number {
  return JOB_PHASES.reduce((sum, phase) => sum + state.phases[phase].itemsFailed, 0);
}

/** The first RUNNING phase, else the first PAUSED, else the first unfinished; null when all are finished. */
export function currentPhase(state: IngestionState): JobPhase | null {
  const first = (matches: (status: PhaseStatus) => boolean) => JOB_PHASES.find((phase) => matches(state.phases[phase].status));
  return first((status) => status === 'RUNNING') ?? first((status) => status === 'PAUSED') ?? first((status) => !isPhaseFinished(status)) ?? null;
}

/** What clients see of a job: the one place where the answer of the query, of the API and of `--json` is put together. */
export function viewOf(
  state: IngestionState,
  seen: { activity: PerPhase<PhaseActivity>; readFrom: JobStatusResponse['readFrom']; asOf: string; status?: JobStatus },
): JobStatusResponse {
  const { documents } = state;
  const progressOf = (phase: JobPhase) => phaseProgress(state.phases[phase].status, state.phases[phase].itemsProcessed, documents.total);
  return {
    jobId: state.jobId,
    collection: state.collection,
    status: seen.status ?? overallStatus(phaseStatuses(state)),
    progress: jobProgress(progressOf),
    phases: JOB_PHASES.map((phase) => {
      const { status, itemsProcessed, itemsFailed, error, startedAt, completedAt } = state.phases[phase];
      return {
        phase,
        status,
        progress: progressOf(phase),
        itemsProcessed,
        itemsTotal: documents.total,
        itemsFailed,
        inFlight: seen.activity[phase].inFlight,
        waitReason: isPhaseFinished(status) ? null : seen.activity[phase].waitReason,
        error,
        startedAt,
        completedAt,
      };
    }),
    currentPhase: state.finishedAt === null ? currentPhase(state) : null,
    documents: {
      total: documents.total,
      totalIsFinal: documents.totalIsFinal,
      succeeded: documents.succeeded,
      failed: failedDocuments(state),
      skipped: documents.skipped,
      removed: documents.removed,
      ignored: documents.ignored,
    },
    chunks: state.chunks,
    error: state.error,
    source: state.source,
    retryOf: state.retryOf,
    createdAt: state.createdAt,
    startedAt: state.startedAt,
    finishedAt: state.finishedAt,
    version: state.version,
    readFrom: seen.readFrom,
    asOf: seen.asOf,
  };
}

/** The state behind a view: its inverse, but for what only the moment knows. */
export function stateOf(view: JobStatusResponse): IngestionState {
  const { failed: _, ...documents } = view.documents;
  return {
    jobId: view.jobId,
    collection: view.collection,
    source: view.source,
    retryOf: view.retryOf,
    phases: perPhase((phase) => {
      const { status, itemsProcessed, itemsFailed, startedAt, completedAt, error } = view.phases.find((candidate) => candidate.phase === phase)!;
      return { status, itemsProcessed, itemsFailed, startedAt, completedAt, error };
    }),
    documents,
    chunks: view.chunks,
    error: view.error,
    createdAt: view.createdAt,
    startedAt: view.startedAt,
    finishedAt: view.finishedAt,
    version: view.version,
  };
}

/** What a view says of the moment, beside the state. */
export function activityOf(view: JobStatusResponse): PerPhase<PhaseActivity> {
  return perPhase((phase) => {
    const { inFlight, waitReason } = view.phases.find((candidate) => candidate.phase === phase)!;
    return { inFlight, waitReason };
  });
}
