import { sql } from 'kysely';
import type { ParsedDocument } from '../parsing/parsed-document';
import type { FileContent } from '../parsing/parser-pool';
import { findBatchRange, inBatch } from './batch-range';
import { rowsOf } from './bulk';
import type { Db } from './connect';
import { failDocuments, type FailedDocument } from './document-outcomes';
import { enterBatch } from './enter-batch';
import type { JobContext } from './job-context';

/** A document that LOADING has to look at, beside what is published of it. */
export interface DocumentToLoad {
  ordinal: number;
  uri: string;
  reference: FileContent;
  size: number;
  changeToken: string | null;
  published: PublishedVersion | null;
}

export interface PublishedVersion {
  size: number;
  changeToken: string | null;
  contentHash: string;
  parserVersion: string;
  chunkerVersion: string;
}

export interface LoadedDocument {
  ordinal: number;
  contentHash: string;
  parserVersion: string;
  document: ParsedDocument;
}

/** What LOADING did with some documents of a batch. */
export interface LoadedSlice {
  loaded: LoadedDocument[];
  /** Unchanged; the new change token spares the reading next time. */
  unchanged: { ordinal: number; changeToken: string | null }[];
  failed: FailedDocument[];
}

/** What LOADING reads and writes: documents to load, their texts into staging. */
export class LoadingRepository {
  constructor(private readonly db: Db) {}

  /** The documents of a batch that have no outcome and are not staged yet, in their order. */
  async findUnloaded(job: JobContext, batch: number): Promise<DocumentToLoad[]> {
    const range = await findBatchRange(this.db, job.jobId, batch);
    const { rows } = await sql<DocumentToLoad>`
      select j.ordinal, j.uri, j.reference, j.size, j.change_token as "changeToken",
        case when d.id is not null then json_build_object('size', d.size, 'changeToken', d.change_token, 'contentHash', d.content_hash,
          'parserVersion', d.parser_version, 'chunkerVersion', d.chunker_version) end as published
      from sluice.job_documents j
      left join sluice.documents d on d.source_id = ${job.sourceId} and d.uri = j.uri
      where ${inBatch('j', job.jobId, range)} and j.outcome is null
        and not exists (select from sluice.staged_documents s where ${inBatch('s', job.jobId, range)} and s.ordinal = j.ordinal)
      order by j.ordinal`.execute(this.db);
    return rows;
  }

  /** Commits a part of a batch; a document that is staged or has an outcome already stays as it is, and so does all of a batch that is counted. */
  async save(job: JobContext, batch: number, slice: LoadedSlice, attempt: number): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      if (!(await enterBatch(trx, job.jobId, 'LOADING', batch))) return;
      const staged = slice.loaded.map(({ ordinal, contentHash, parserVersion, document }) => ({ ordinal, content_hash: contentHash, parser_version: parserVersion, ...document }));
      if (staged.length > 0) {
        await sql`
          insert into sluice.staged_documents (job_id, ordinal, content_hash, parser_version, title, text, structure, metadata, warnings)
          select ${job.jobId}, ordinal, content_hash, parser_version, title, text, structure, metadata, warnings
          from ${rowsOf(staged, 'ordinal int, content_hash text, parser_version text, title text, text text, structure jsonb, metadata jsonb, warnings jsonb')}
          on conflict do nothing`.execute(trx);
      }
      if (slice.unchanged.length > 0) {
        await sql`
          update sluice.job_documents j set outcome = 'SKIPPED'
          from ${rowsOf(slice.unchanged, 'ordinal int')} where j.job_id = ${job.jobId} and j.ordinal = rows.ordinal and j.outcome is null`.execute(trx);
        await sql`
          update sluice.documents d set change_token = rows."changeToken"
          from ${rowsOf(slice.unchanged, 'ordinal int, "changeToken" text')} join sluice.job_documents j on j.job_id = ${job.jobId} and j.ordinal = rows.ordinal
          where d.source_id = ${job.sourceId} and d.uri = j.uri and d.change_token is distinct from rows."changeToken"`.execute(trx);
      }
      await failDocuments(trx, job.jobId, 'LOADING', slice.failed, attempt);
    });
  }
}
