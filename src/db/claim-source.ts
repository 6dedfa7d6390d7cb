import { sql } from 'kysely';
import type { Collection } from './collection-repository';
import type { Db } from './connect';

/**
 * Opens a job on a source: from now on no other may. A unique index on the sources of active jobs decides, so two at once can't both win.
 * @returns the job that holds the source, when another does
 */
export async function claimSource(db: Db, jobId: string, collection: Collection, sourceId: number): Promise<{ heldBy: string } | undefined> {
  try {
    await db
      .updateTable('ingestion_jobs')
      .set({ collection_id: collection.id, source_id: sourceId, chunk_tokens: collection.chunkTokens, chunk_overlap: collection.chunkOverlap, updated_at: sql`now()` })
      .where('id', '=', jobId)
      .execute();
    return undefined;
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== 'ingestion_jobs_active_source') throw error;
    const holder = await db.selectFrom('ingestion_jobs').select('id').where('source_id', '=', sourceId).where('status', 'in', ['PENDING', 'RUNNING']).executeTakeFirst();
    // It may have ended since: then the next attempt wins.
    return holder === undefined ? claimSource(db, jobId, collection, sourceId) : { heldBy: holder.id };
  }
}
