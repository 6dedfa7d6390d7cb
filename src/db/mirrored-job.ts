/** A job as its rows in the mirror tell of it. */
import type { Selectable } from 'kysely';
import type { IngestionState, PhaseActivity, PhaseState } from '../domain/ingestion-state';
import { perPhase, type PerPhase } from '../domain/job-phase';
import type { JobStatus } from '../domain/job-status';
import type { IngestionJobs, IngestionPhaseStatus } from './schema';

export interface MirroredJob {
  state: IngestionState;
  status: JobStatus;
  activity: PerPhase<PhaseActivity>;
  /** ISO 8601: the last write to any of its rows. */
  asOf: string;
  /** The first run of the chain of workflow runs that owns the row; null: none has opened it yet. */
  firstRunId: string | null;
  /** The run of the workflow that the state is of; null: none has written yet. */
  runId: string | null;
  /** Temporal's, of the job's workflow. */
  namespace: string | null;
  /** Since when Temporal has not found the workflow; null: it has. */
  missedSince: Date | null;
  /** null: it has not been opened. */
  sourceId: number | null;
  /** Nothing of the job is written any more. */
  isStagingClosed: boolean;
}

/** @param phases the job's four rows */
export function toMirroredJob(row: Selectable<IngestionJobs>, phases: Selectable<IngestionPhaseStatus>[]): MirroredJob {
  const byPhase = perPhase((phase) => phases.find((candidate) => candidate.phase === phase)!);
  return {
    status: row.status === 'PENDING' && row.queued_at === null ? 'NOT_STARTED' : row.status,
    firstRunId: row.first_run_id,
    runId: row.run_id,
    namespace: row.namespace,
    missedSince: row.missed_since,
    sourceId: row.source_id,
    isStagingClosed: row.staging_closed_at !== null,
    asOf: new Date(Math.max(row.updated_at.getTime(), ...phases.map((phase) => phase.updated_at.getTime()))).toISOString(),
    activity: perPhase((phase) => ({ inFlight: 0, waitReason: byPhase[phase].wait_reason })),
    state: {
      jobId: row.id,
      collection: row.collection,
      source: row.source,
      retryOf: row.retry_of,
      phases: perPhase((phase): PhaseState => {
        const { status, items_processed, items_failed, started_at, completed_at, error } = byPhase[phase];
        return { status, itemsProcessed: items_processed, itemsFailed: items_failed, startedAt: toIso(started_at), completedAt: toIso(completed_at), error };
      }),
      documents: {
        total: row.documents_total,
        totalIsFinal: row.documents_total_is_final,
        succeeded: row.documents_succeeded,
        skipped: row.documents_skipped,
        removed: row.documents_removed,
        ignored: row.documents_ignored,
      },
      chunks: row.chunks,
      error: row.error,
      createdAt: toIso(row.created_at)!,
      startedAt: toIso(row.started_at),
      finishedAt: toIso(row.finished_at),
      version: row.version,
    },
  };
}

function toIso(date: Date | string | null): string | null {
  return date === null ? null : new Date(date).toISOString();
}
