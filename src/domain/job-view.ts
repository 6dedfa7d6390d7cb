import type { ErrorCode } from './errors';
import type { IngestionInput } from './ingestion-input';
import type { JobPhase } from './job-phase';
import type { JobStatus } from './job-status';
import type { PhaseStatus } from './phase-status';
import type { WaitReason } from './wait-reason';

/** The answer of the query `jobStatus`, of the API and of `--json`. Times are ISO 8601 in UTC, from the workflow's clock. */
export interface JobStatusResponse {
  jobId: string;
  collection: string;
  status: JobStatus;
  /** Percent, 0 to 100. */
  progress: number;
  /** The four phases, in order. */
  phases: PhaseStatusView[];
  /** The first RUNNING phase, else the first PAUSED, else the first unfinished; null when done. */
  currentPhase: JobPhase | null;
  documents: DocumentCounts;
  /** Chunks published by this job. */
  chunks: number;
  error: JobError | null;
  source: IngestionInput['source'];
  retryOf: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  /** Orders the snapshots of one job: raised by every change of a status. */
  version: number;
  readFrom: 'workflow' | 'mirror';
  /** How fresh the counts are. */
  asOf: string;
}

export interface PhaseStatusView {
  phase: JobPhase;
  status: PhaseStatus;
  /** Percent, 0 to 100. */
  progress: number;
  /** Documents with which the phase has nothing more to do: passed on, failed here or before, or skipped. */
  itemsProcessed: number;
  /** = documents.total */
  itemsTotal: number;
  /** Documents that failed in this phase. */
  itemsFailed: number;
  /** Activities of the phase that are scheduled or run now. */
  inFlight: number;
  waitReason: WaitReason | null;
  error: PhaseError | null;
  startedAt: string | null;
  completedAt: string | null;
}

export interface PhaseError {
  code: ErrorCode;
  message: string;
}

export interface JobError extends PhaseError {
  phase: JobPhase;
}

export interface DocumentCounts {
  total: number;
  /** Discovery is over: total will not grow. */
  totalIsFinal: boolean;
  /** Published by this job. */
  succeeded: number;
  failed: number;
  /** Unchanged since they were published. */
  skipped: number;
  /** Gone from the source, and so from the collection. Not part of total. */
  removed: number;
  /** Files of a type that Sluice doesn't read. Not part of total. */
  ignored: number;
}
