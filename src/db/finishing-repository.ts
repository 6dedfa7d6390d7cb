import { sql, type Transaction } from 'kysely';
import { cancellableTransaction } from './cancellable';
import { chunkPartition } from './collection-repository';
import type { Db } from './connect';
import type { JobCounts } from '../domain/ingestion-state';
import { SluiceError } from '../domain/errors';
import { findJobCounts, raiseCounts } from './job-counts';
import { closeStaging, enterStaging, type JobContext } from './job-context';
import type { Database } from './schema';

/** Documents removed in one transaction. */
const REMOVAL_SLICE = 500;

/** Outcomes of documents are kept for the newest jobs of a source and for some days; failed ones as long as their job. */
const KEPT_JOBS = 10;
const KEPT_DAYS = 30;

/** The end of INDEXING: removals and clean-up. The vector index has a file of its own. */
export class FinishingRepository {
  constructor(private readonly db: Db) {}

  /**
   * Removes what is gone from the source, a slice a transaction. Nothing is removed when a part of the source could not be listed, nor of
   * a container that could not be read or has a broken record: what stands behind that is not known to be gone.
   * @returns how many documents this job has removed, over all attempts
   */
  async removeVanished(job: JobContext, signal: AbortSignal): Promise<number> {
    const partition = sql.id('sluice', chunkPartition(job.collectionId));
    for (;;) {
      const removed = await cancellableTransaction(this.db, signal, async (trx) => {
        // An attempt that was lost sight of must not judge by its old discovery what a later job has published.
        await enterStaging(trx, job.jobId);
        const { rows } = await sql<{ id: number }>`
          delete from sluice.documents where id in (
            select d.id from sluice.documents d
            where d.source_id = ${job.sourceId}
              and not exists (select from sluice.job_documents j where j.job_id = ${job.jobId} and j.uri = d.uri)
              and not exists (select from sluice.job_documents j where j.job_id = ${job.jobId} and j.outcome = 'FAILED' and j.code = 'SOURCE_INCOMPLETE')
              and not exists (
                select from sluice.job_documents j where j.job_id = ${job.jobId} and j.outcome = 'FAILED'
                  and (starts_with(d.uri, j.uri || '#') or (j.code = 'INVALID_RECORD' and starts_with(d.uri, regexp_replace(j.uri, '#[^#]*$', '#')))))
            limit ${REMOVAL_SLICE} for update)
          returning id`.execute(trx);
        if (rows.length === 0) return 0;
        await sql`delete from ${partition} where collection_id = ${job.collectionId} and document_id = any (${rows.map((row) => row.id)}::bigint[])`.execute(trx);
        await trx.updateTable('ingestion_jobs').set({ documents_removed: sql`documents_removed + ${rows.length}`, updated_at: sql`now()` }).where('id', '=', job.jobId).execute();
        return rows.length;
      });
      if (removed < REMOVAL_SLICE) break;
    }
    return this.getRemoved(job.jobId);
  }

  /** Documents of the job that have an outcome: at its end, all that were discovered. */
  async countOutcomes(jobId: string): Promise<number> {
    const { count } = await this.db.selectFrom('job_documents').select((eb) => eb.fn.countAll<number>().as('count')).where('job_id', '=', jobId).where('outcome', 'is not', null).executeTakeFirstOrThrow();
    return count;
  }

  /** Whether the clean-up at the end of all work has committed: then everything before it has. */
  async isWorkDone(jobId: string): Promise<boolean> {
    const row = await this.db.selectFrom('ingestion_jobs').select('work_done_at').where('id', '=', jobId).executeTakeFirstOrThrow();
    return row.work_done_at !== null;
  }

  async getRemoved(jobId: string): Promise<number> {
    const { documents_removed: removed } = await this.db.selectFrom('ingestion_jobs').select('documents_removed').where('id', '=', jobId).executeTakeFirstOrThrow();
    return removed;
  }

  /** Notes that the job has nothing left to do, and cleans up. Rejects with STOPPED when its staging is closed already: another end has come before. */
  async endWork(jobId: string): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      if (!(await closeStaging(trx, jobId))) throw new SluiceError('STOPPED', `Job ${jobId} has ended.`);
      await trx.updateTable('ingestion_jobs').set({ work_done_at: sql`now()` }).where('id', '=', jobId).execute();
      await this.#tidy(trx, jobId);
    });
  }

  /**
   * Empties the job's staging for good, and forgets old outcomes of its source.
   * @returns what the job has come to, which its rows tell then too; undefined: there is no such job
   */
  async cleanUp(jobId: string): Promise<JobCounts | undefined> {
    return this.db.transaction().execute(async (trx) => {
      await closeStaging(trx, jobId);
      return this.#tidy(trx, jobId);
    });
  }

  async #tidy(trx: Transaction<Database>, jobId: string): Promise<JobCounts | undefined> {
    const old = sql`
      select o.id from sluice.ingestion_jobs j join sluice.ingestion_jobs o on o.source_id = j.source_id
      where j.id = ${jobId} and o.finished_at < now() - make_interval(days => ${KEPT_DAYS})
        and o.id not in (select n.id from sluice.ingestion_jobs n where n.source_id = j.source_id order by n.created_at desc limit ${KEPT_JOBS})`;
    await sql`delete from sluice.job_documents where job_id in (${old}) and outcome is distinct from 'FAILED'`.execute(trx);
    await sql`delete from sluice.job_ignored_files where job_id in (${old})`.execute(trx);
    const counts = await findJobCounts(trx, jobId);
    if (counts !== undefined) await raiseCounts(trx, jobId, counts);
    return counts;
  }
}
