import { sql } from 'kysely';
import type { JobPhase } from '../domain/job-phase';
import { findBatchRange, inBatch } from './batch-range';
import type { Db } from './connect';
import { closeBatch } from './enter-batch';

/** The counts of a phase for one batch; see BatchResult in activities/contract.ts. */
export interface BatchCounts {
  documents: number;
  failed: number;
  skipped: number;
  succeeded: number;
  chunks: number;
  textBytes: number;
}

/** Which batches a phase has finished, and with what counts. */
export class BatchRepository {
  constructor(private readonly db: Db) {}

  async find(jobId: string, phase: JobPhase, batch: number): Promise<BatchCounts | undefined> {
    return findCounts(this.db, jobId, phase, batch);
  }

  /**
   * Ends a batch in a phase: counts what became of its documents and raises the phase's counters, once. A second attempt, or one at the
   * same time, changes nothing and gets the same counts. The counters come last: their rows are shared by all batches,
   * and taken in the order in which everyone takes them, the job's before the phase's.
   */
  async complete(jobId: string, phase: JobPhase, batch: number): Promise<BatchCounts> {
    return this.db.transaction().execute(async (trx) => {
      await closeBatch(trx, jobId, phase, batch);
      const range = await findBatchRange(trx, jobId, batch);
      const { rows } = await sql<{ result: BatchCounts }>`
        insert into sluice.batch_results (job_id, phase, batch, result)
        select ${jobId}, ${phase}::sluice.job_phase, ${batch}, json_build_object(
          'documents', count(*),
          'failed', count(*) filter (where d.outcome = 'FAILED' and d.phase = ${phase}::sluice.job_phase),
          'skipped', count(*) filter (where d.outcome = 'SKIPPED' and ${phase} = 'LOADING'),
          'succeeded', count(*) filter (where d.outcome = 'SUCCEEDED' and ${phase} = 'INDEXING'),
          'chunks', coalesce(sum(d.chunks) filter (where d.outcome = 'SUCCEEDED' and ${phase} = 'INDEXING'), 0),
          'textBytes', case ${phase}::text
            when 'LOADING' then (
              select coalesce(sum(octet_length(s.text)), 0) from sluice.staged_documents s where ${inBatch('s', jobId, range)})
            when 'INDEXING' then (select (result ->> 'textBytes')::bigint from sluice.batch_results where job_id = ${jobId} and phase = 'LOADING' and batch = ${batch})
            else 0 end)
        from sluice.job_documents d where ${inBatch('d', jobId, range)}
        on conflict do nothing
        returning result`.execute(trx);
      const counts = rows[0]?.result;
      if (counts === undefined) return (await findCounts(trx, jobId, phase, batch))!;
      await trx
        .updateTable('ingestion_jobs')
        .set({
          documents_succeeded: sql`documents_succeeded + ${counts.succeeded}`,
          documents_skipped: sql`documents_skipped + ${counts.skipped}`,
          chunks: sql`chunks + ${counts.chunks}`,
          updated_at: sql`now()`,
        })
        .where('id', '=', jobId)
        .execute();
      await trx
        .updateTable('ingestion_phase_status')
        .set({
          items_processed: sql`items_processed + ${counts.documents}`,
          items_failed: sql`items_failed + ${counts.failed}`,
          wait_reason: sql`case when wait_reason in ('PAUSED', 'BUDGET') then wait_reason end`,
          updated_at: sql`now()`,
        })
        .where('job_id', '=', jobId)
        .where('phase', '=', phase)
        .execute();
      return counts;
    });
  }
}

async function findCounts(db: Db, jobId: string, phase: JobPhase, batch: number): Promise<BatchCounts | undefined> {
  const row = await db.selectFrom('batch_results').select('result').where('job_id', '=', jobId).where('phase', '=', phase).where('batch', '=', batch).executeTakeFirst();
  return row?.result as BatchCounts | undefined;
}
