import { sql } from 'kysely';
import type { Chunk } from '../chunking/chunk';
import type { DocumentStructure } from '../parsing/parsed-document';
import { findBatchRange, inBatch } from './batch-range';
import { rowsOf } from './bulk';
import type { Db } from './connect';
import { enterStaging, type JobContext } from './job-context';

export interface DocumentToChunk {
  ordinal: number;
  text: string;
  structure: DocumentStructure;
}

/** A chunk with the hash of what is embedded for it. */
export interface HashedChunk extends Chunk {
  /** SHA-256, hex */
  textHash: string;
}

/** What CHUNKING reads and writes: staged texts, staged chunks. */
export class ChunkingRepository {
  constructor(private readonly db: Db) {}

  /** Documents of a batch that are staged and not chunked yet, with their length in characters, in their order. */
  async findUnchunked(job: JobContext, batch: number): Promise<{ ordinal: number; length: number }[]> {
    const range = await findBatchRange(this.db, job.jobId, batch);
    const { rows } = await sql<{ ordinal: number; length: number }>`
      select s.ordinal, length(s.text) as length
      from sluice.staged_documents s
      join sluice.job_documents j on ${inBatch('j', job.jobId, range)} and j.ordinal = s.ordinal
      where ${inBatch('s', job.jobId, range)} and s.chunk_count is null and j.outcome is null
      order by s.ordinal`.execute(this.db);
    return rows;
  }

  async getDocuments(job: JobContext, ordinals: readonly number[]): Promise<DocumentToChunk[]> {
    return this.db
      .selectFrom('staged_documents')
      .select(['ordinal', 'text', 'structure'])
      .where('job_id', '=', job.jobId)
      .where('ordinal', 'in', ordinals)
      .orderBy('ordinal')
      .execute();
  }

  /** Commits the chunks of some documents; one that is chunked already stays as it is. */
  async save(job: JobContext, documents: readonly { ordinal: number; chunks: readonly HashedChunk[] }[]): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      await enterStaging(trx, job.jobId);
      const { rows } = await sql<{ ordinal: number }>`
        update sluice.staged_documents s set chunk_count = rows.count
        from ${rowsOf(documents.map(({ ordinal, chunks }) => ({ ordinal, count: chunks.length })), 'ordinal int, count int')}
        where s.job_id = ${job.jobId} and s.ordinal = rows.ordinal and s.chunk_count is null
        returning s.ordinal`.execute(trx);
      const fresh = new Set(rows.map((row) => row.ordinal));
      const chunks = documents.flatMap(({ ordinal: document, chunks: own }) => (fresh.has(document) ? own.map((chunk) => ({ document, ...chunk })) : []));
      await sql`
        insert into sluice.staged_chunks (job_id, document_ordinal, ordinal, text, context, heading_path, start_offset, end_offset, tokens, text_hash)
        select ${job.jobId}, document, ordinal, text, context, "headingPath", "startOffset", "endOffset", tokens, decode("textHash", 'hex')
        from ${rowsOf(chunks, 'document int, ordinal int, text text, context text, "headingPath" text[], "startOffset" int, "endOffset" int, tokens int, "textHash" text')}
      `.execute(trx);
    });
  }
}
