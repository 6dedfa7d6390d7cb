import { sql } from 'kysely';
import { chunkPartition } from './collection-repository';
import type { Db } from './connect';

export interface SourceRow {
  /** Kind and resolved path or URL. */
  locator: string;
  kind: string;
  documents: number;
  chunks: number;
}

/** What the sources of a collection have published, and how it is taken back. */
export class SourceRepository {
  constructor(private readonly db: Db) {}

  async list(collectionId: number): Promise<SourceRow[]> {
    return this.db
      .selectFrom('sources as s')
      .leftJoin('documents as d', 'd.source_id', 's.id')
      .select((expression) => [
        's.locator',
        's.kind',
        expression.fn.count<number>('d.id').as('documents'),
        sql<number>`coalesce(sum(d.chunk_count), 0)::bigint`.as('chunks'),
      ])
      .where('s.collection_id', '=', collectionId)
      .groupBy('s.id')
      .orderBy('s.locator')
      .execute();
  }

  /**
   * Removes a source with its published documents and their chunks, in one transaction; its ended jobs stay. A job that is being opened on
   * it meets a missing row and opens the source anew.
   * @returns the active jobs on it, when there are any: then nothing is removed. undefined: there is no such source
   */
  async remove(collectionId: number, locator: string): Promise<{ activeJobs: string[]; documents: number } | undefined> {
    return this.db.transaction().execute(async (trx) => {
      // A job claims its source by a foreign key to this row: with the row locked, it has, or it can't.
      const source = await trx
        .selectFrom('sources')
        .select('id')
        .where('collection_id', '=', collectionId)
        .where('locator', '=', locator)
        .forUpdate()
        .executeTakeFirst();
      if (source === undefined) return undefined;
      const active = await trx
        .selectFrom('ingestion_jobs')
        .select('id')
        .where('source_id', '=', source.id)
        .where('status', 'in', ['PENDING', 'RUNNING'])
        .execute();
      if (active.length > 0) return { activeJobs: active.map((job) => job.id), documents: 0 };
      const documents = await trx.deleteFrom('documents').where('source_id', '=', source.id).returning('id').execute();
      await sql`
        delete from ${sql.id('sluice', chunkPartition(collectionId))}
        where collection_id = ${collectionId} and document_id = any (${documents.map((document) => document.id)}::bigint[])`.execute(trx);
      await trx.updateTable('ingestion_jobs').set({ source_id: null }).where('source_id', '=', source.id).execute();
      await trx.deleteFrom('sources').where('id', '=', source.id).execute();
      return { activeJobs: [], documents: documents.length };
    });
  }
}
