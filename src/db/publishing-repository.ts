import { sql } from 'kysely';
import { findBatchRange, inBatch } from './batch-range';
import { cancellableTransaction } from './cancellable';
import { chunkPartition } from './collection-repository';
import type { Db } from './connect';
import { enterStaging, type JobContext } from './job-context';

/** What INDEXING reads and writes: it replaces the published version of documents by the staged one. */
export class PublishingRepository {
  constructor(private readonly db: Db) {}

  /** Documents of a batch that wait to be published, with the number of their chunks, in their order. */
  async findUnpublished(job: JobContext, batch: number): Promise<{ ordinal: number; chunks: number }[]> {
    const range = await findBatchRange(this.db, job.jobId, batch);
    const { rows } = await sql<{ ordinal: number; chunks: number }>`
      select s.ordinal, s.chunk_count as chunks
      from sluice.staged_documents s
      join sluice.job_documents j on ${inBatch('j', job.jobId, range)} and j.ordinal = s.ordinal
      where ${inBatch('s', job.jobId, range)} and j.outcome is null
      order by s.ordinal`.execute(this.db);
    return rows;
  }

  /**
   * Publishes documents: in one transaction each gets its new row and chunks in place of the old ones, its outcome, and leaves staging.
   * Search sees the old version or the new one. Runs inside the database: no text passes through this process.
   * @param signal cancels the statement at work, the documents then stay as they were
   */
  async publish(job: JobContext, ordinals: readonly number[], chunkerVersion: string, attempt: number, signal: AbortSignal): Promise<void> {
    const partition = sql.id('sluice', chunkPartition(job.collectionId));
    await cancellableTransaction(this.db, signal, async (trx) => {
      await enterStaging(trx, job.jobId);
      // The lock makes a twin of this attempt wait, and then find nothing left to publish.
      const { rows: locked } = await sql<{ ordinal: number }>`
        select ordinal from sluice.job_documents
        where job_id = ${job.jobId} and ordinal = any (${[...ordinals]}) and outcome is null order by ordinal for update`.execute(trx);
      const own = locked.map((row) => row.ordinal);
      if (own.length === 0) return;
      const { rows: published } = await sql<{ id: number; ordinal: number; chunk_count: number }>`
        insert into sluice.documents as d (collection_id, source_id, uri, title, text, metadata, warnings, content_hash, parser_version,
          chunker_version, size, change_token, chunk_count, job_id)
        select ${job.collectionId}, ${job.sourceId}, j.uri, s.title, s.text, s.metadata, s.warnings, s.content_hash, s.parser_version,
          ${chunkerVersion}, j.size, j.change_token, s.chunk_count, ${job.jobId}
        from sluice.job_documents j join sluice.staged_documents s on s.job_id = j.job_id and s.ordinal = j.ordinal
        where j.job_id = ${job.jobId} and j.ordinal = any (${own}) order by j.ordinal
        on conflict (source_id, uri) do update set title = excluded.title, text = excluded.text, metadata = excluded.metadata,
          warnings = excluded.warnings, content_hash = excluded.content_hash, parser_version = excluded.parser_version,
          chunker_version = excluded.chunker_version, size = excluded.size, change_token = excluded.change_token,
          chunk_count = excluded.chunk_count, job_id = excluded.job_id, published_at = now()
        returning d.id, d.chunk_count, (select j.ordinal from sluice.job_documents j where j.job_id = ${job.jobId} and j.uri = d.uri) as ordinal`.execute(trx);
      const ids = published.map((row) => row.id);
      await sql`delete from ${partition} where collection_id = ${job.collectionId} and document_id = any (${ids}::bigint[])`.execute(trx);
      const inserted = await sql`
        insert into ${partition} (collection_id, document_id, ordinal, text, context, heading_path, start_offset, end_offset, embedding)
        select ${job.collectionId}, p.id, c.ordinal, c.text, c.context, c.heading_path, c.start_offset, c.end_offset, e.embedding
        from unnest(${ids}::bigint[], ${published.map((row) => row.ordinal)}::int[]) as p(id, ordinal)
        join sluice.staged_chunks c on c.job_id = ${job.jobId} and c.document_ordinal = p.ordinal
        join sluice.embeddings e on e.model_id = ${job.modelId} and e.text_hash = c.text_hash`.execute(trx);
      const expected = published.reduce((sum, row) => sum + row.chunk_count, 0);
      if (Number(inserted.numAffectedRows) !== expected) {
        throw new Error(`${expected} chunks should be published, ${inserted.numAffectedRows} have an embedding: nothing of these documents is changed`);
      }
      await sql`
        update sluice.job_documents j set outcome = 'SUCCEEDED', attempts = ${attempt}, chunks = s.chunk_count
        from sluice.staged_documents s
        where j.job_id = ${job.jobId} and j.ordinal = any (${own}) and s.job_id = j.job_id and s.ordinal = j.ordinal`.execute(trx);
      await trx.deleteFrom('staged_chunks').where('job_id', '=', job.jobId).where('document_ordinal', 'in', own).execute();
      await trx.deleteFrom('staged_documents').where('job_id', '=', job.jobId).where('ordinal', 'in', own).execute();
    });
  }
}
