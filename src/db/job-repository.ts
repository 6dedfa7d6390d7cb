import { sql, type RawBuilder, type Selectable, type Transaction } from 'kysely';
import type { ErrorCode } from '../domain/errors';
import { stateOf, type IngestionState, type PhaseActivity } from '../domain/ingestion-state';
import { JOB_PHASES, type JobPhase, type PerPhase } from '../domain/job-phase';
import { isJobFinished, type JobStatus } from '../domain/job-status';
import type { JobStatusResponse } from '../domain/job-view';
import { PhaseTracker } from '../domain/phase-tracker';
import type { Db } from './connect';
import { toMirroredJob, type MirroredJob } from './mirrored-job';
import type { Database, IngestionJobs } from './schema';
import { noteStatusChanges } from './status-changes';
import { badCursor } from './page-cursor';
import { storableJson, storableText } from './storable';

export interface NewJob {
  jobId: string;
  collection: string;
  source: unknown;
  options: unknown;
  retryOf: string | null;
  /** ISO 8601 */
  createdAt: string;
  /** Of Temporal. */
  namespace?: string;
  /** The run of the workflow that opens the job. */
  runId?: string;
}

/** A run that writes, and the one whose state is there: null for none. Of two runs the later one wins, whatever its version: after a reset it begins lower. */
export interface RunChange {
  id: string;
  after: string | null;
}

export interface MirrorOptions {
  /** The job has ended: the counts are written too. */
  final: boolean;
  run?: RunChange;
}

/** The rows of `ingestion_jobs` and `ingestion_phase_status`. NOT_STARTED is stored as PENDING without queued_at. */
export class JobRepository {
  constructor(private readonly db: Db) {}

  /** Records a job before Temporal has accepted it: NOT_STARTED. false: there is such a row, and it stays as it is. */
  async record(job: NewJob): Promise<boolean> {
    return this.db.transaction().execute((trx) => insertJob(trx, job));
  }

  /** Temporal has accepted the job: PENDING. */
  async markQueued(jobId: string): Promise<void> {
    await this.db.updateTable('ingestion_jobs').set({ queued_at: sql`coalesce(queued_at, now())` }).where('id', '=', jobId).execute();
  }

  /**
   * Makes the row this run's: a new one, or one recorded before the start. false: it belongs to another run.
   * @param firstRunId first run of the workflow's chain of continue-as-new
   */
  async adopt(job: NewJob, firstRunId: string): Promise<boolean> {
    return this.db.transaction().execute(async (trx) => {
      await insertJob(trx, job);
      // Whoever recorded the row may have been refused: the job is what its workflow was started with.
      await trx
        .updateTable('ingestion_jobs')
        .set(startOf(job))
        .where('id', '=', job.jobId)
        .where('first_run_id', 'is', null)
        .execute();
      const updated = await trx
        .updateTable('ingestion_jobs')
        .set({
          first_run_id: firstRunId,
          run_id: sql`coalesce(run_id, ${job.runId ?? null})`,
          namespace: job.namespace ?? null,
          created_at: job.createdAt,
          queued_at: sql`coalesce(queued_at, now())`,
        })
        .where('id', '=', job.jobId)
        .where((where) => where.or([where('first_run_id', 'is', null), where('first_run_id', '=', firstRunId)]))
        .executeTakeFirst();
      return updated.numUpdatedRows > 0n;
    });
  }

  /**
   * Writes a state of the job, if it is newer than what is there, or of a later run, and the job's row belongs to this chain of runs. JobStatus
   * is computed here, from the phases that the same transaction writes. Counters belong to the batches' transactions: they are written with
   * the last state only.
   * @param options.run nothing is written when the row is no longer of `run.after`. That `run.id` is later is for the caller to know
   */
  async mirror(state: IngestionState, activity: PerPhase<PhaseActivity>, firstRunId: string, { final, run }: MirrorOptions): Promise<boolean> {
    const isLaterRun = run !== undefined && run.after !== null && run.after !== run.id;
    const count: CountWriter = isLaterRun ? (_column, value) => sql`${value}` : (column, value) => sql`greatest(${sql.ref(column)}, ${value})`;
    return this.db.transaction().execute(async (trx) => {
      await insertJob(trx, { ...state, options: {} });
      const statuses = JOB_PHASES.map((phase) => state.phases[phase].status);
      const updated = await trx
        .updateTable('ingestion_jobs')
        .set({
          status: sql`sluice.overall_status(${statuses}::sluice.phase_status[])`,
          version: state.version,
          first_run_id: firstRunId,
          ...(run && { run_id: run.id }),
          queued_at: sql`coalesce(queued_at, now())`,
          started_at: state.startedAt,
          finished_at: state.finishedAt,
          error: state.error === null ? null : storableJson(state.error),
          updated_at: sql`now()`,
          ...(final && {
            created_at: state.createdAt,
            documents_total: count('documents_total', state.documents.total),
            documents_total_is_final: state.documents.totalIsFinal,
            documents_succeeded: count('documents_succeeded', state.documents.succeeded),
            documents_skipped: count('documents_skipped', state.documents.skipped),
            documents_removed: count('documents_removed', state.documents.removed),
            documents_ignored: count('documents_ignored', state.documents.ignored),
            chunks: count('chunks', state.chunks),
          }),
        })
        .where('id', '=', state.jobId)
        .$if(run !== undefined, (update) => update.where('run_id', 'is not distinct from', run!.after))
        .$if(!isLaterRun, (update) => update.where('version', '<', state.version).where('status', 'in', ['PENDING', 'RUNNING']))
        .where((where) => where.or([where('first_run_id', 'is', null), where('first_run_id', '=', firstRunId)]))
        .executeTakeFirst();
      if (updated.numUpdatedRows === 0n) return false;
      await noteStatusChanges(trx, state);
      for (const phase of JOB_PHASES) await writePhase(trx, state, phase, activity[phase], final ? count : undefined);
      return true;
    });
  }

  async find(jobId: string): Promise<MirroredJob | undefined> {
    return this.inOneMoment(async (trx) => {
      const row = await trx.selectFrom('ingestion_jobs').selectAll().where('id', '=', jobId).executeTakeFirst();
      return row && (await withPhases(trx, [row]))[0];
    });
  }

  /** Newest first. @param cursor what `nextCursor` said */
  async list(filter: { status?: JobStatus; collection?: string; cursor?: string; limit: number }): Promise<{ jobs: MirroredJob[]; nextCursor: string | null }> {
    if (filter.cursor !== undefined && (filter.cursor.includes('\0') || (await this.find(filter.cursor)) === undefined)) throw badCursor(filter.cursor);
    return this.inOneMoment(async (trx) => {
      let query = trx.selectFrom('ingestion_jobs').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc').limit(filter.limit + 1);
      // As the index has it.
      if (filter.collection !== undefined) query = query.where(sql<boolean>`left(collection, 100) = left(${filter.collection}, 100)`).where('collection', '=', filter.collection);
      if (filter.status === 'NOT_STARTED') query = query.where('status', '=', 'PENDING').where('queued_at', 'is', null);
      else if (filter.status === 'PENDING') query = query.where('status', '=', 'PENDING').where('queued_at', 'is not', null);
      else if (filter.status !== undefined) query = query.where('status', '=', filter.status);
      if (filter.cursor !== undefined) query = query.where(sql<boolean>`(created_at, id) < (select created_at, id from sluice.ingestion_jobs where id = ${filter.cursor})`);
      const rows = await query.execute();
      const page = rows.slice(0, filter.limit);
      return { jobs: await withPhases(trx, page), nextCursor: rows.length > filter.limit ? page[page.length - 1]!.id : null };
    });
  }

  /** The active job on a source of a collection. */
  async findActive(collection: string, locator: string): Promise<{ jobId: string; firstRunId: string | null; namespace: string | null; source: unknown; options: unknown } | undefined> {
    const row = await this.db
      .selectFrom('ingestion_jobs as j')
      .innerJoin('sources as s', 's.id', 'j.source_id')
      .select(['j.id', 'j.first_run_id', 'j.namespace', 'j.source', 'j.options'])
      .where('j.collection', '=', collection)
      .where('s.locator', '=', locator)
      .where('j.status', 'in', ['PENDING', 'RUNNING'])
      .executeTakeFirst();
    return row && { jobId: row.id, firstRunId: row.first_run_id, namespace: row.namespace, source: row.source, options: row.options };
  }

  /** What a job was started with; for a retry. */
  async findInput(jobId: string): Promise<Pick<Selectable<IngestionJobs>, 'collection' | 'source' | 'options'> | undefined> {
    return this.db.selectFrom('ingestion_jobs').select(['collection', 'source', 'options']).where('id', '=', jobId).executeTakeFirst();
  }

  /** The run that the job's state is of. null: none has written yet, or there is no such job. */
  async findRunId(jobId: string): Promise<string | null> {
    const row = await this.db.selectFrom('ingestion_jobs').select('run_id').where('id', '=', jobId).executeTakeFirst();
    return row?.run_id ?? null;
  }

  /**
   * Ends a job whose workflow has ended without its last snapshot: with the state it ended in, where Temporal still has that, otherwise
   * FAILED with the error. false: it has ended meanwhile.
   * @param run the run that has ended, and the first of its chain; absent where there is no trace of one
   */
  async adoptEnd(jobId: string, end: JobEnd, run?: { id: string; firstId: string }): Promise<boolean> {
    const found = await this.find(jobId);
    if (found === undefined || isJobFinished(found.status)) return false;
    const state = found.state;
    if (end.view !== undefined) Object.assign(state, stateOf(end.view), { version: Math.max(end.view.version, state.version + 1) });
    else new PhaseTracker(state, () => end.at).failJob(end.error);
    return this.mirror(state, found.activity, found.firstRunId ?? run?.firstId ?? '', { final: true, ...(run && { run: { id: run.id, after: found.runId } }) });
  }

  /** Forgets a job that Temporal did not accept. */
  async forget(jobId: string): Promise<void> {
    await this.db.deleteFrom('ingestion_jobs').where('id', '=', jobId).where('queued_at', 'is', null).execute();
  }

  /** A job's row and its phases must be of one moment: between two statements a status may change. */
  private inOneMoment<T>(read: (trx: Transaction<Database>) => Promise<T>): Promise<T> {
    return this.db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read);
  }
}

/** How a workflow ended, as Temporal tells it. */
export type JobEnd = { view: JobStatusResponse; error?: undefined; at?: undefined } | { view?: undefined; error: { code: ErrorCode; message: string }; at: string };

/** false: there is such a row. */
async function insertJob(trx: Transaction<Database>, job: NewJob): Promise<boolean> {
  const inserted = await trx
    .insertInto('ingestion_jobs')
    .values({
      id: job.jobId,
      ...startOf(job),
      namespace: job.namespace ?? null,
      created_at: job.createdAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) return false;
  await trx.insertInto('ingestion_phase_status').values(JOB_PHASES.map((phase) => ({ job_id: job.jobId, phase }))).execute();
  return true;
}

/** What the job was started with, as Postgres can keep it. */
function startOf({ collection, source, options, retryOf }: NewJob) {
  return {
    collection: storableText(collection),
    source: storableJson(source),
    options: storableJson(options ?? {}),
    retry_of: retryOf === null ? null : storableText(retryOf),
  };
}

/** Of one run no count goes down: what batches have committed may be more than the workflow was told of. */
type CountWriter = (column: string, value: number) => RawBuilder<number>;

async function writePhase(trx: Transaction<Database>, state: IngestionState, phase: JobPhase, activity: PhaseActivity, count: CountWriter | undefined): Promise<void> {
  const record = state.phases[phase];
  const isKnownOnlyToActivities = sql`wait_reason in ('PROVIDER_DOWN', 'RATE_LIMITED')`;
  const paused = activity.waitReason === 'PAUSED' || activity.waitReason === 'BUDGET' ? activity.waitReason : null;
  await trx
    .updateTable('ingestion_phase_status')
    .set({
      status: record.status,
      error: record.error === null ? null : storableJson(record.error),
      started_at: record.startedAt,
      completed_at: record.completedAt,
      wait_reason: paused === null && record.status === 'RUNNING' ? sql`case when ${isKnownOnlyToActivities} then wait_reason end` : paused,
      updated_at: sql`now()`,
      ...(count && {
        items_processed: count('items_processed', record.itemsProcessed),
        items_failed: count('items_failed', record.itemsFailed),
        items_total: count('items_total', state.documents.total),
      }),
    })
    .where('job_id', '=', state.jobId)
    .where('phase', '=', phase)
    .execute();
}

async function withPhases(trx: Transaction<Database>, rows: Selectable<IngestionJobs>[]): Promise<MirroredJob[]> {
  if (rows.length === 0) return [];
  const phases = await trx.selectFrom('ingestion_phase_status').selectAll().where('job_id', 'in', rows.map((row) => row.id)).execute();
  return rows.map((row) => toMirroredJob(row, phases.filter((phase) => phase.job_id === row.id)));
}
