import { sql } from 'kysely';
import { toSql } from 'pgvector/kysely';
import type { Spent } from '../domain/budget';
import type { EmbeddedAnswer } from '../embedding/embedder';
import { findBatchRange, inBatch } from './batch-range';
import type { Db } from './connect';
import { failDocuments } from './document-outcomes';
import { enterBatch } from './enter-batch';
import type { JobContext } from './job-context';

/** A text that nobody has embedded with the job's model. */
export interface MissingText {
  /** SHA-256, hex */
  hash: string;
  text: string;
  context: string;
  tokens: number;
}

/** The content-addressed store of embeddings, and which texts of a batch are missing from it. */
export class EmbeddingRepository {
  constructor(private readonly db: Db) {}

  /** The texts of a batch that nobody has embedded with the job's model, each once, in their order. */
  async findMissing(job: JobContext, batch: number): Promise<MissingText[]> {
    const range = await findBatchRange(this.db, job.jobId, batch);
    const { rows } = await sql<MissingText>`
      select encode(text_hash, 'hex') as hash, text, context, tokens from (
        select distinct on (c.text_hash) c.text_hash, c.text, c.context, c.tokens, c.document_ordinal, c.ordinal
        from sluice.staged_chunks c
        join sluice.job_documents j on ${inBatch('j', job.jobId, range)} and j.ordinal = c.document_ordinal and j.outcome is null
        left join sluice.embeddings e on e.model_id = ${job.modelId} and e.text_hash = c.text_hash
        where ${inBatch('c', job.jobId, range, 'document_ordinal')} and e.text_hash is null
        order by c.text_hash, c.document_ordinal, c.ordinal) missing
      order by document_ordinal, ordinal`.execute(this.db);
    return rows;
  }

  /** Those of the texts that are embedded with the job's model. @param hashes hexadecimal */
  async findStored(job: JobContext, hashes: readonly string[]): Promise<Set<string>> {
    const { rows } = await sql<{ hash: string }>`
      select encode(text_hash, 'hex') as hash from sluice.embeddings
      where model_id = ${job.modelId} and text_hash = any(${hashes.map((hash) => Buffer.from(hash, 'hex'))}::bytea[])`.execute(this.db);
    return new Set(rows.map(({ hash }) => hash));
  }

  /**
   * Stores an answer at once, and what was paid for it: whatever happens to the batch, it is not paid again.
   * @param isAgain the connection was lost in an earlier call: when its answer is there, what was paid has been counted with it
   */
  async store(job: JobContext, embedded: readonly EmbeddedAnswer[], spent: Spent, isAgain = false): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      // In one order, whichever the order of the answer: two workers with the same texts would wait for each other.
      const { numAffectedRows: added } = await sql`
        insert into sluice.embeddings (model_id, text_hash, embedding)
        select ${job.modelId}, hash, embedding
        from unnest(${embedded.map(({ hash }) => Buffer.from(hash, 'hex'))}::bytea[], ${embedded.map(({ vector }) => (vector === null ? null : toSql([...vector])))}::vector[]) as answers(hash, embedding)
        order by hash
        on conflict do nothing`.execute(trx);
      const isCounted = isAgain && embedded.length > 0 && added === 0n;
      if (spent.tokens === 0 || isCounted) return;
      await trx
        .updateTable('ingestion_jobs')
        .set({ tokens_paid: sql`tokens_paid + ${spent.tokens}`, cost: sql`cost + ${spent.cost}` })
        .where('id', '=', job.jobId)
        .execute();
    });
  }

  async getSpent(jobId: string): Promise<Spent> {
    const row = await this.db.selectFrom('ingestion_jobs').select(['tokens_paid', 'cost']).where('id', '=', jobId).executeTakeFirst();
    return { tokens: row?.tokens_paid ?? 0, cost: row?.cost ?? 0 };
  }

  /** Fails the documents of a batch that hold a text which the provider refuses. */
  async refuse(job: JobContext, batch: number, hash: string, message: string, attempt: number): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      if (!(await enterBatch(trx, job.jobId, 'EMBEDDING', batch))) return;
      const range = await findBatchRange(trx, job.jobId, batch);
      const { rows } = await sql<{ ordinal: number }>`
        select distinct c.document_ordinal as ordinal from sluice.staged_chunks c
        where ${inBatch('c', job.jobId, range, 'document_ordinal')} and c.text_hash = ${Buffer.from(hash, 'hex')}`.execute(trx);
      await failDocuments(trx, job.jobId, 'EMBEDDING', rows.map(({ ordinal }) => ({ ordinal, code: 'REFUSED_BY_PROVIDER', message })), attempt);
    });
  }
}
