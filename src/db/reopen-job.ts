import type { Db } from './connect';
import { closeStaging } from './job-context';

/**
 * Makes a job that has ended one that has just been accepted, for a run that a reset has put before its opening. It begins from nothing: its
 * staging and its outcomes go, its source may be claimed anew. What it published and paid for stays, and is found unchanged.
 */
export async function reopenJob(db: Db, jobId: string, runId: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await closeStaging(trx, jobId);
    for (const table of ['job_documents', 'job_ignored_files'] as const) await trx.deleteFrom(table).where('job_id', '=', jobId).execute();
    await trx
      .updateTable('ingestion_jobs')
      .set({
        run_id: runId,
        status: 'PENDING',
        version: 0,
        collection_id: null,
        source_id: null,
        documents_total: 0,
        documents_total_is_final: false,
        documents_succeeded: 0,
        documents_skipped: 0,
        documents_removed: 0,
        documents_ignored: 0,
        chunks: 0,
        error: null,
        started_at: null,
        finished_at: null,
        staging_closed_at: null,
        work_done_at: null,
        missed_since: null,
        updated_at: new Date(),
      })
      .where('id', '=', jobId)
      .execute();
    await trx
      .updateTable('ingestion_phase_status')
      .set({
        status: 'NOT_STARTED',
        items_processed: 0,
        items_total: 0,
        items_failed: 0,
        wait_reason: null,
        error: null,
        started_at: null,
        completed_at: null,
        outage_since: null,
        updated_at: new Date(),
      })
      .where('job_id', '=', jobId)
      .execute();
  });
}
