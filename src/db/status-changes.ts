import { sql, type Transaction } from 'kysely';
import type { IngestionState } from '../domain/ingestion-state';
import { JOB_PHASES, type JobPhase } from '../domain/job-phase';
import type { PhaseStatus } from '../domain/phase-status';
import { rowsOf } from './bulk';
import type { Db } from './connect';
import type { Database } from './schema';

/** A job has few; one that is paused and resumed by a program without end is told to here. */
const MAX_LISTED = 1_000;

export interface StatusChange {
  /** ISO 8601 */
  at: string;
  phase: JobPhase;
  status: PhaseStatus;
}

/** Notes which phases a state changes. Before the state is written, in its transaction. */
export async function noteStatusChanges(trx: Transaction<Database>, state: IngestionState): Promise<void> {
  const phases = JOB_PHASES.map((phase) => ({ phase, ...state.phases[phase] }));
  await sql`
    insert into sluice.status_changes (job_id, phase, status, at)
    select p.job_id, p.phase, rows.status::sluice.phase_status,
      coalesce(case when rows.status in ('COMPLETED', 'FAILED') then rows."completedAt" when p.status = 'NOT_STARTED' and rows.status = 'RUNNING' then rows."startedAt" end, now())
    from ${rowsOf(phases, 'phase text, status text, "startedAt" timestamptz, "completedAt" timestamptz')}
    join sluice.ingestion_phase_status p on p.job_id = ${state.jobId} and p.phase = rows.phase::sluice.job_phase
    where p.status <> rows.status::sluice.phase_status
    order by p.phase`.execute(trx);
}

/** In their order, the first 1,000. */
export async function listStatusChanges(db: Db, jobId: string): Promise<StatusChange[]> {
  const rows = await db.selectFrom('status_changes').select(['at', 'phase', 'status']).where('job_id', '=', jobId).orderBy('id').limit(MAX_LISTED).execute();
  return rows.map(({ at, ...change }) => ({ at: at.toISOString(), ...change }));
}
