import { sql } from 'kysely';
import type { WaitReason } from '../domain/wait-reason';
import type { Db } from './connect';
import type { JobContext } from './job-context';

/** Why EMBEDDING waits for its provider: only the activities see that, so they write it to the phase's row. */
export class PhaseWaitRepository {
  constructor(private readonly db: Db) {}

  /**
   * Notes that the provider does not serve the job. "Not now" is an answer: it ends an outage. So does an answer to any other job.
   * @returns seconds from the beginning of its outage to the last time that the provider was found away, over all batches, pauses and runs. A
   *   job that has begun while nobody asks is not told of an outage that may be over
   */
  async providerFails({ jobId, model: { provider, model } }: JobContext, reason: Extract<WaitReason, 'RATE_LIMITED' | 'PROVIDER_DOWN'>): Promise<number> {
    const answeredAt = sql`(select answered_at from sluice.provider_gates where provider = ${provider} and model = ${model})`;
    const failedAt = sql`(select failed_at from sluice.provider_gates where provider = ${provider} and model = ${model})`;
    const row = await this.db
      .updateTable('ingestion_phase_status')
      .set({
        wait_reason: sql`case when wait_reason in ('PAUSED', 'BUDGET') then wait_reason else ${reason} end`,
        outage_since: reason === 'PROVIDER_DOWN' ? sql`case when outage_since > ${answeredAt} or ${answeredAt} is null then coalesce(outage_since, now()) else now() end` : null,
        updated_at: sql`now()`,
      })
      .where('job_id', '=', jobId)
      .where('phase', '=', 'EMBEDDING')
      .returning(sql<number>`greatest(0, coalesce(extract(epoch from least(now(), ${failedAt}) - outage_since), 0))::double precision`.as('seconds'))
      .executeTakeFirst();
    return row?.seconds ?? 0;
  }

  /** The job's requests wait for their turn. Nobody was asked: an outage, if there is one, goes on. */
  async waitsForTurn(jobId: string): Promise<void> {
    await this.db
      .updateTable('ingestion_phase_status')
      .set({ wait_reason: 'RATE_LIMITED', updated_at: sql`now()` })
      .where('job_id', '=', jobId)
      .where('phase', '=', 'EMBEDDING')
      .where((where) => where.or([where('wait_reason', 'is', null), where('wait_reason', 'not in', ['PAUSED', 'BUDGET'])]))
      .execute();
  }

  async providerAnswered(jobId: string): Promise<void> {
    await this.db
      .updateTable('ingestion_phase_status')
      .set({ wait_reason: sql`case when wait_reason in ('PAUSED', 'BUDGET') then wait_reason end`, outage_since: null, updated_at: sql`now()` })
      .where('job_id', '=', jobId)
      .where('phase', '=', 'EMBEDDING')
      .where((where) => where.or([where('outage_since', 'is not', null), where('wait_reason', 'in', ['RATE_LIMITED', 'PROVIDER_DOWN'])]))
      .execute();
  }
}
