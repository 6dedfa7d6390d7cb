import { sql, type Transaction } from 'kysely';
import type { JobCounts } from '../domain/ingestion-state';
import { JOB_PHASES, perPhase } from '../domain/job-phase';
import type { Database } from './schema';

/** Raises the counters of the job's rows to what it has come to: batches that were stopped have not counted what became of their documents. */
export async function raiseCounts(trx: Transaction<Database>, jobId: string, { documents, chunks, phases }: JobCounts): Promise<void> {
  await sql`
    update sluice.ingestion_jobs set documents_succeeded = greatest(documents_succeeded, ${documents.succeeded}),
      documents_skipped = greatest(documents_skipped, ${documents.skipped}), chunks = greatest(chunks, ${chunks}), updated_at = now()
    where id = ${jobId}`.execute(trx);
  for (const phase of JOB_PHASES) {
    const { itemsProcessed, itemsFailed } = phases[phase];
    await sql`
      update sluice.ingestion_phase_status set items_processed = greatest(items_processed, ${itemsProcessed}),
        items_failed = greatest(items_failed, ${itemsFailed}), updated_at = now()
      where job_id = ${jobId} and phase = ${phase}`.execute(trx);
  }
}

/** What a job has come to, from the outcomes of its documents: exact once its staging is closed. undefined: there is no such job. */
export async function findJobCounts(trx: Transaction<Database>, jobId: string): Promise<JobCounts | undefined> {
  const job = await trx
    .selectFrom('ingestion_jobs')
    .select(['documents_total as total', 'documents_total_is_final as totalIsFinal', 'documents_removed as removed', 'documents_ignored as ignored'])
    .where('id', '=', jobId)
    .executeTakeFirst();
  if (job === undefined) return undefined;
  const outcomes = await trx
    .selectFrom('job_documents')
    .select((expression) => ['outcome', 'phase', expression.fn.countAll<number>().as('documents'), sql<number>`coalesce(sum(chunks), 0)::bigint`.as('chunks')])
    .where('job_id', '=', jobId)
    .where('outcome', 'is not', null)
    .groupBy(['outcome', 'phase'])
    .execute();
  const counted = await trx.selectFrom('ingestion_phase_status').select(['phase', 'items_processed']).where('job_id', '=', jobId).execute();
  const sum = (isMeant: (row: (typeof outcomes)[number]) => boolean) => outcomes.filter(isMeant).reduce((total, { documents }) => total + documents, 0);
  return {
    documents: { ...job, succeeded: sum(({ outcome }) => outcome === 'SUCCEEDED'), skipped: sum(({ outcome }) => outcome === 'SKIPPED') },
    chunks: outcomes.reduce((total, { outcome, chunks }) => total + (outcome === 'SUCCEEDED' ? chunks : 0), 0),
    phases: perPhase((phase) => ({
      // Batches count what a phase has passed on; of batches that were stopped, at least what has an outcome is done with.
      itemsProcessed: Math.max(
        counted.find((row) => row.phase === phase)?.items_processed ?? 0,
        sum(({ outcome, phase: failedIn }) => outcome !== 'FAILED' || JOB_PHASES.indexOf(failedIn!) <= JOB_PHASES.indexOf(phase)),
      ),
      itemsFailed: sum(({ outcome, phase: failedIn }) => outcome === 'FAILED' && failedIn === phase),
    })),
  };
}
