import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from './connect';
import type { JobContext } from './job-context';

/** A batch whose worker is gone, and that says nothing any more, has its texts in hand for so long. */
const LASTING_SECONDS = 30;

/**
 * The texts that one attempt at a batch has in hand, beside all others of the deployment: a text that several files have is in several batches, and
 * what one of them is about to pay for the others wait for. A claim lasts only while its attempt says so again and again.
 */
export class EmbeddingClaims {
  /** How often it should be said that the attempt is still there. */
  static readonly KEEP_INTERVAL_MS = 10_000;

  readonly #holder = randomUUID();

  constructor(private readonly db: Db, private readonly job: Pick<JobContext, 'jobId' | 'modelId'>, private readonly batch: number) {}

  /**
   * Claims those of the texts that no other batch has in hand. A later attempt at a batch takes over what an earlier one had.
   * @param hashes hexadecimal
   * @returns the texts that others have
   */
  async claim(hashes: readonly string[]): Promise<Set<string>> {
    const { jobId, modelId } = this.job;
    // Rows of others are not touched, for those have to renew them; and in one order, or two batches with the same texts would wait for each other.
    const { rows } = await sql<{ hash: string }>`
      insert into sluice.embedding_claims as c (model_id, text_hash, job_id, batch, holder, until)
      select ${modelId}, hash, ${jobId}, ${this.batch}, ${this.#holder}, ${until()} from unnest(${hashes.map((hash) => Buffer.from(hash, 'hex'))}::bytea[]) as claimed(hash)
      where not exists (
        select from sluice.embedding_claims o
        where o.model_id = ${modelId} and o.text_hash = hash and o.until >= now() and not (o.job_id = ${jobId} and o.batch = ${this.batch}))
      order by hash
      on conflict (model_id, text_hash) do update set job_id = excluded.job_id, batch = excluded.batch, holder = excluded.holder, until = excluded.until
        where c.until < now() or (c.job_id = excluded.job_id and c.batch = excluded.batch)
      returning encode(text_hash, 'hex') as hash`.execute(this.db);
    const own = new Set(rows.map(({ hash }) => hash));
    return new Set(hashes.filter((hash) => !own.has(hash)));
  }

  /** The attempt is still there. */
  async keep(): Promise<void> {
    await this.db.updateTable('embedding_claims').set({ until: until() }).where((eb) => eb.and(this.#own)).execute();
  }

  /** @param hash of one text, that nobody will have a vector for. Default: all */
  async release(hash?: string): Promise<void> {
    const one = hash === undefined ? {} : { model_id: this.job.modelId, text_hash: Buffer.from(hash, 'hex') };
    await this.db.deleteFrom('embedding_claims').where((eb) => eb.and({ ...this.#own, ...one })).execute();
  }

  get #own() {
    return { job_id: this.job.jobId, batch: this.batch, holder: this.#holder };
  }
}

function until() {
  return sql<Date>`now() + make_interval(secs => ${LASTING_SECONDS})`;
}
