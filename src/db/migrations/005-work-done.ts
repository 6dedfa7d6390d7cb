import { sql, type Kysely } from 'kysely';

/** A job's staging is closed at any end. That all its work was done before is told apart by this. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table sluice.ingestion_jobs add column work_done_at timestamptz').execute(db);
}
