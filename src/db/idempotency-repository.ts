import { sql } from 'kysely';
import type { Db } from './connect';
import { storableJson } from './storable';

/** For so long a key names its request; then it is free again. */
const KEPT_HOURS = 24;

/** Keys of clients, each with the request made under it and the job that the request is to start. */
export class IdempotencyRepository {
  constructor(private readonly db: Db) {}

  /**
   * Gives the key to the request, unless another has it. Of two at once, one gets it.
   * @param jobId of the job that the request will start
   * @returns the job of the key, whether this call gave the key away, and whether the request is the one that has it
   */
  async claim(key: string, request: object, jobId: string): Promise<{ jobId: string; isNew: boolean; isSameRequest: boolean }> {
    await sql`delete from sluice.idempotency_keys where created_at < now() - make_interval(hours => ${KEPT_HOURS})`.execute(this.db);
    const { rows } = await sql<{ jobId: string; isNew: boolean; isSameRequest: boolean }>`
      with given as (
        insert into sluice.idempotency_keys (key, request, job_id) values (${key}, ${storableJson(request)}::jsonb, ${jobId})
        on conflict (key) do nothing returning job_id)
      select job_id as "jobId", true as "isNew", true as "isSameRequest" from given
      union all
      select job_id, false, request = ${storableJson(request)}::jsonb from sluice.idempotency_keys where key = ${key}`.execute(this.db);
    const [row] = rows;
    // The insert met a row that this statement's snapshot is too old to see: the next one sees it.
    return row ?? this.claim(key, request, jobId);
  }

  /** Frees the key of a request that was refused: it may be made again, corrected. */
  async free(key: string): Promise<void> {
    await this.db.deleteFrom('idempotency_keys').where('key', '=', key).execute();
  }
}
