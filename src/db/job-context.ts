import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import { SluiceError } from '../domain/errors';
import type { JobOptions, Source } from '../domain/ingestion-input';
import type { ChunkSettings } from '../chunking/chunk';
import type { ModelRow } from './collection-repository';
import type { Db } from './connect';
import type { Database } from './schema';

/** What is fixed when a job is opened, and what every activity of it needs. */
export interface JobContext {
  jobId: string;
  collectionId: number;
  sourceId: number;
  source: Source;
  options: JobOptions;
  modelId: number;
  model: ModelRow;
  chunkSettings: ChunkSettings;
}

/** Rejects with JOB_NOT_FOUND for a job that was never opened. */
export async function getJobContext(db: Db, jobId: string): Promise<JobContext> {
  const row = await db
    .selectFrom('ingestion_jobs as j')
    .innerJoin('collections as c', 'c.id', 'j.collection_id')
    .innerJoin('models as m', 'm.id', 'c.model_id')
    .select(['j.collection_id', 'j.source_id', 'j.source', 'j.options', 'j.chunk_tokens', 'j.chunk_overlap', 'm.id as model_id', 'm.provider', 'm.model', 'm.dimensions'])
    .where('j.id', '=', jobId)
    .executeTakeFirst();
  if (row === undefined || row.collection_id === null || row.source_id === null) throw new SluiceError('JOB_NOT_FOUND', `Job ${jobId} has no opened row in this database.`);
  return {
    jobId,
    collectionId: row.collection_id,
    sourceId: row.source_id,
    source: row.source,
    options: row.options,
    modelId: row.model_id,
    model: { provider: row.provider, model: row.model, dimensions: row.dimensions },
    chunkSettings: { chunkTokens: row.chunk_tokens!, chunkOverlap: row.chunk_overlap! },
  };
}

/**
 * Lets a transaction write into the job's staging: many at once, but none after the staging has been closed. An attempt that its worker
 * or server lost sight of may still be running when the job has ended; what it writes then would stay for ever.
 */
export async function enterStaging(trx: Transaction<Database>, jobId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtext('sluice.staging'), hashtext(${jobId}))`.execute(trx);
  const job = await trx.selectFrom('ingestion_jobs').select('staging_closed_at').where('id', '=', jobId).executeTakeFirst();
  if (job === undefined || job.staging_closed_at !== null) throw new SluiceError('STOPPED', `Job ${jobId} has ended.`);
}

/** Closes the job's staging to everyone and empties it; again is fine. @returns whether it was open */
export async function closeStaging(trx: Transaction<Database>, jobId: string): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtext('sluice.staging'), hashtext(${jobId}))`.execute(trx);
  const { numUpdatedRows } = await trx.updateTable('ingestion_jobs').set({ staging_closed_at: sql`now()` }).where('id', '=', jobId).where('staging_closed_at', 'is', null).executeTakeFirst();
  for (const table of ['staged_chunks', 'staged_documents', 'batch_results', 'job_batches', 'discovery_pages', 'embedding_claims'] as const) {
    await trx.deleteFrom(table).where('job_id', '=', jobId).execute();
  }
  return numUpdatedRows > 0;
}
