import { sql } from 'kysely';
import type { JobPhase } from '../domain/job-phase';
import { JOB_STATUSES, type JobStatus } from '../domain/job-status';
import type { Db } from './connect';

/** How many jobs there are of each status. */
export async function countJobs(db: Db): Promise<Record<JobStatus, number>> {
  const rows = await db
    .selectFrom('ingestion_jobs')
    .select((expression) => [sql<JobStatus>`case when status = 'PENDING' and queued_at is null then 'NOT_STARTED' else status::text end`.as('status'), expression.fn.countAll<number>().as('count')])
    .groupBy(sql`1`)
    .execute();
  const counts = Object.fromEntries(JOB_STATUSES.map((status) => [status, 0])) as Record<JobStatus, number>;
  for (const { status, count } of rows) counts[status] = count;
  return counts;
}

/**
 * For each phase the batches of active jobs that the phase before has finished and the phase itself has not, and since how many seconds the
 * oldest of those could be at work: of a phase that someone paused none is waiting for us.
 */
export async function countWaitingBatches(db: Db): Promise<{ phase: JobPhase; waiting: number; oldestSeconds: number }[]> {
  const { rows } = await sql<{ phase: JobPhase; waiting: number; oldestSeconds: number }>`
    with active as (select id from sluice.ingestion_jobs where status in ('PENDING', 'RUNNING')),
    ready as (
      select b.job_id, 'LOADING'::sluice.job_phase as phase, b.batch, b.created_at as since from sluice.job_batches b join active on active.id = b.job_id
      union all
      select r.job_id, case r.phase when 'LOADING' then 'CHUNKING' when 'CHUNKING' then 'EMBEDDING' else 'INDEXING' end::sluice.job_phase, r.batch, r.finished_at
      from sluice.batch_results r join active on active.id = r.job_id where r.phase <> 'INDEXING'
    )
    select p.phase, count(w.batch) as waiting,
      coalesce(extract(epoch from now() - min(w.since) filter (where w.status <> 'PAUSED')), 0)::float8 as "oldestSeconds"
    from unnest(enum_range(null::sluice.job_phase)) as p(phase)
    left join (
      select ready.phase, ready.batch, ready.since, s.status from ready
      join sluice.ingestion_phase_status s on s.job_id = ready.job_id and s.phase = ready.phase
      where not exists (select from sluice.batch_results d where d.job_id = ready.job_id and d.phase = ready.phase and d.batch = ready.batch)
    ) w on w.phase = p.phase
    group by p.phase order by p.phase`.execute(db);
  return rows;
}
