import { sql, type Kysely } from 'kysely';

/** When each phase of a job changed its status: pauses and resumptions leave no trace in the phase's own row. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(CREATE_STATUS_CHANGES).execute(db);
}

const CREATE_STATUS_CHANGES = `
create table sluice.status_changes (
  id bigint generated always as identity primary key,
  job_id text not null references sluice.ingestion_jobs on delete cascade,
  phase sluice.job_phase not null,
  status sluice.phase_status not null,
  -- the workflow's time of a phase's beginning and end; of a pause and a resumption, when the mirror learned of it
  at timestamptz not null
);
create index status_changes_of_job on sluice.status_changes (job_id, id);
`;
