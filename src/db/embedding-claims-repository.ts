import { sql } from 'kysely';
import type { Db } from './connect';
import type { JobContext } from './job-context';

/** A batch whose worker is gone, and that says nothing any more, has its texts in hand for so long. */
const LASTING_SECONDS = 30;

/**
 * The texts that batches have in hand, over all workers: a text that several files have is in several batches, and what one of them is about to
 * pay for the others wait for. A claim lasts only while its batch says so again and again.
 */
export class EmbeddingClaimsRepository {
  /** How often a batch should say that it is still there. */
  static readonly KEEP_INTERVAL_MS = 10_000;

  constructor(private readonly db: Db) {}

  /**
   * Claims for a batch those of the texts that no other has in hand. A later attempt of the batch has what an earlier one had.
   * @param hashes hexadecimal
   * @returns the texts that others have
   */
  async claim(job: JobContext, batch: number, hashes: readonly string[]): Promise<Set<string>> {
    // In one order: two batches with the same texts would wait for each other.
    const { rows } = await sql<{ hash: string }>`
      insert into sluice.embedding_claims as c (model_id, text_hash, job_id, batch, until)
      select ${job.modelId}, hash, ${job.jobId}, ${batch}, ${until()} from unnest(${hashes.map((hash) => Buffer.from(hash, 'hex'))}::bytea[]) as claimed(hash) order by hash
      on conflict (model_id, text_hash) do update set job_id = excluded.job_id, batch = excluded.batch, until = excluded.until
        where c.until < now() or (c.job_id = excluded.job_id and c.batch = excluded.batch)
      returning encode(text_hash, 'hex') as hash`.execute(this.db);
    const own = new Set(rows.map(({ hash }) => hash));
    return new Set(hashes.filter((hash) => !own.has(hash)));
  }

  /** The batch is still there. */
  async keep(jobId: string, batch: number): Promise<void> {
    await this.db.updateTable('embedding_claims').set({ until: until() }).where('job_id', '=', jobId).where('batch', '=', batch).execute();
  }

  async release(jobId: string, batch: number): Promise<void> {
    await this.db.deleteFrom('embedding_claims').where('job_id', '=', jobId).where('batch', '=', batch).execute();
  }
}

function until() {
  return sql<Date>`now() + make_interval(secs => ${LASTING_SECONDS})`;
}
