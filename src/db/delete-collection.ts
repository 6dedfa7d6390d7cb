import type { Db } from './connect';
import { dropOrphanedPartitions } from './orphaned-partitions';

/**
 * Deletes a collection with its sources and documents in one transaction, and then drops the partition of its chunks, which nothing can
 * find any more. Its ended jobs stay. A job that is being opened on it meets a missing row and opens the collection anew.
 * @returns the active jobs of it, when there are any: then nothing is deleted. undefined: there is no such collection
 */
export async function deleteCollection(db: Db, name: string): Promise<{ activeJobs: string[] } | undefined> {
  const deleted = await db.transaction().execute(async (trx) => {
    // A job claims its collection by a foreign key to this row: with the row locked, it has, or it can't.
    const collection = await trx.selectFrom('collections').select('id').where('name', '=', name).forUpdate().executeTakeFirst();
    if (collection === undefined) return undefined;
    const active = await trx
      .selectFrom('ingestion_jobs')
      .select('id')
      .where((where) => where.or([where('collection_id', '=', collection.id), where('collection', '=', name)]))
      .where('status', 'in', ['PENDING', 'RUNNING'])
      .where('queued_at', 'is not', null)
      .execute();
    if (active.length > 0) return { activeJobs: active.map((job) => job.id) };
    await trx.deleteFrom('documents').where('collection_id', '=', collection.id).execute();
    await trx.updateTable('ingestion_jobs').set({ collection_id: null, source_id: null }).where('collection_id', '=', collection.id).execute();
    await trx.deleteFrom('sources').where('collection_id', '=', collection.id).execute();
    await trx.deleteFrom('collections').where('id', '=', collection.id).execute();
    return { activeJobs: [] };
  });
  if (deleted?.activeJobs.length === 0) await dropOrphanedPartitions(db);
  return deleted;
}
