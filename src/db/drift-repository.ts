import { sql } from 'kysely';
import type { Db } from './connect';

/** A job's own bounded clean-up of its staging may be under way for so long after its end. */
const OWN_CLEAN_UP_SECONDS = 90;

/** A workflow that Temporal does not find once may have been asked for in a bad moment. */
const LOST_AFTER_MS = 60_000;

/** Whether a workflow that is not found now is gone. @param missedSince since when it has not been found */
export function isLost(missedSince: Date | null, nowMs = Date.now()): boolean {
  return missedSince !== null && nowMs - missedSince.getTime() >= LOST_AFTER_MS;
}

export interface UnfinishedJob {
  jobId: string;
  /** The first run of the chain that owns the row, and the run that its state is of; null: none yet. */
  firstRunId: string | null;
  runId: string | null;
  /** Since when Temporal has not found the workflow; null: it has. */
  missedSince: Date | null;
}

/** Where the mirror differs from Temporal: for the reconciler, and for whoever can't wait for it. Each question is of the jobs of one of Temporal's namespaces. */
export class DriftRepository {
  constructor(private readonly db: Db) {}

  /** Jobs that have not ended. */
  async listUnfinished(namespace: string): Promise<UnfinishedJob[]> {
    return this.db
      .selectFrom('ingestion_jobs')
      .select(['id as jobId', 'first_run_id as firstRunId', 'run_id as runId', 'missed_since as missedSince'])
      .where('status', 'in', ['PENDING', 'RUNNING'])
      .where('namespace', '=', namespace)
      .execute();
  }

  /** Of these workflows, by job → current run, those whose job has ended, and with another run. */
  async listEndedAmong(namespace: string, open: ReadonlyMap<string, string>, limit: number): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select j.id from unnest(${[...open.keys()]}::text[], ${[...open.values()]}::text[]) as o(id, run_id) join sluice.ingestion_jobs j using (id)
      where j.status in ('COMPLETED', 'FAILED') and j.namespace = ${namespace} and j.run_id <> o.run_id limit ${limit}`.execute(this.db);
    return rows.map((row) => row.id);
  }

  /** Failed jobs whose staging nobody has emptied. */
  async listUncleared(namespace: string, limit: number): Promise<string[]> {
    const rows = await this.db
      .selectFrom('ingestion_jobs')
      .select('id')
      .where('status', '=', 'FAILED')
      .where('namespace', '=', namespace)
      .where('staging_closed_at', 'is', null)
      .where('updated_at', '<', sql<Date>`now() - make_interval(secs => ${OWN_CLEAN_UP_SECONDS})`)
      .limit(limit)
      .execute();
    return rows.map((row) => row.id);
  }

  /** Remembers since when Temporal does not find the job's workflow: since the first miss. null: it does. */
  async setMissedSince(jobId: string, missedSince: Date | null): Promise<void> {
    const since = missedSince === null ? null : sql<Date>`coalesce(missed_since, ${missedSince})`;
    await this.db.updateTable('ingestion_jobs').set({ missed_since: since }).where('id', '=', jobId).execute();
  }
}
