/**
 * Mends what the mirror missed. A workflow writes its own end; when it can't (it was terminated, it ran into a timeout, Postgres was away at
 * the last moment) its row would say RUNNING for ever. Every worker has a reconciler, one of them works at a time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../db/connect';
import { DriftRepository, isLost, type UnfinishedJob } from '../db/drift-repository';
import { FinishingRepository } from '../db/finishing-repository';
import { JobRepository, type JobEnd } from '../db/job-repository';
import { pingDatabase } from '../db/ping';
import { whileAlone } from '../db/while-alone';
import type { ErrorCode } from '../domain/errors';
import { activityOf, stateOf } from '../domain/ingestion-state';
import { isJobFinished } from '../domain/job-status';
import type { WorkflowSeen, Workflows } from '../temporal/workflows';

const INTERVAL_MS = 20_000;

/** A round is bounded; what it did not get to, a later one does. */
const JOBS_PER_ROUND = 100;

/** Open workflows that a round asks Temporal for at once. Jobs beyond it are looked at one by one, some in each round. */
const OPEN_PER_ROUND = 10_000;

const STOP_PATIENCE_MS = 5_000;

/** The worker that asks is there to answer. */
const QUERY_DEADLINE_MS = 3_000;

/** What was mended of a row: it got the end of its workflow, its staging was emptied, or the run that a reset has begun took it over. */
export type Mend = 'COMPLETED' | ErrorCode | 'STAGING' | 'RUN';

export interface ReconcilerDependencies {
  db: Db;
  workflows: Workflows;
  onMended(jobId: string, what: Mend): void;
  /** Told of a job that could not be looked at or mended although both servers are there. The others were. */
  onJobFailed(jobId: string, error: unknown): void;
}

export interface Reconciler {
  stop(): Promise<void>;
}

/**
 * Looks every 20 s until it is stopped. What goes wrong in a round (a server is away) is for the next.
 * @param dependencies.onFailed told of a round that failed after one that did not
 */
export function startReconciler(dependencies: ReconcilerDependencies & { onFailed(error: unknown): void }): Reconciler {
  const failedJobs = new Set<string>();
  // Once: what is wrong with a row is so in each round.
  const onJobFailed = (jobId: string, error: unknown) => {
    if (!failedJobs.has(jobId)) dependencies.onJobFailed(jobId, error);
    failedJobs.add(jobId);
  };
  let round: Promise<void> | undefined;
  let failed = false;
  const timer = setInterval(() => {
    round ??= reconcile({ ...dependencies, onJobFailed }).then(
      () => {
        failed = false;
        round = undefined;
      },
      (error: unknown) => {
        if (!failed) dependencies.onFailed(error);
        failed = true;
        round = undefined;
      },
    );
  }, INTERVAL_MS);
  return {
    async stop() {
      clearInterval(timer);
      // A database that is silent is not waited for: what a round has not mended is for the next, anywhere.
      await Promise.race([round, sleep(STOP_PATIENCE_MS, undefined, { ref: false })]);
    },
  };
}

/** One round; nothing, while another one works on the database. Rejects when a server is away: nobody is lost because nobody could be asked. */
export async function reconcile({ db, workflows, onMended, onJobFailed }: ReconcilerDependencies, nowMs = Date.now()): Promise<void> {
  const jobs = new JobRepository(db);
  const drift = new DriftRepository(db);
  const finishing = new FinishingRepository(db);
  const { namespace } = workflows;

  await whileAlone(db, 'sluice.reconciler', namespace, async () => {
    // Without a list all are suspect: a server that is there may not be able to give one.
    const open = await workflows.listOpen({ limit: OPEN_PER_ROUND }).catch(() => new Map<string, string>());
    const suspects = (await drift.listUnfinished(namespace)).filter(({ jobId, runId, missedSince }) => missedSince !== null || !open.has(jobId) || (runId !== null && open.get(jobId) !== runId));
    for (const suspect of atRandom(suspects, JOBS_PER_ROUND)) await apart(suspect.jobId, () => mendUnfinished(suspect));
    for (const jobId of await drift.listEndedAmong(namespace, open, JOBS_PER_ROUND)) await apart(jobId, () => letCurrentRunTakeOver(jobId));
    for (const jobId of await drift.listUncleared(namespace, JOBS_PER_ROUND)) await apart(jobId, () => clear(jobId));
  });

  /** What is wrong with one job holds up no other; that a server is away does. */
  async function apart(jobId: string, mend: () => Promise<void>): Promise<void> {
    try {
      await mend();
    } catch (error) {
      await Promise.all([workflows.ping(), pingDatabase(db)]);
      onJobFailed(jobId, error);
    }
  }

  async function mendUnfinished({ jobId, firstRunId, missedSince }: UnfinishedJob): Promise<void> {
    const seen = await workflows.look(jobId, firstRunId);
    const { run } = seen;
    if (seen.end === undefined) {
      if (missedSince !== null) await drift.setMissedSince(jobId, null);
      await letCurrentRunTakeOver(jobId);
      return;
    }
    const end = await inItsOwnWords(jobId, seen);
    const isMissed = end.error?.code === 'LOST';
    if (isMissed && missedSince === null) await drift.setMissedSince(jobId, new Date(nowMs));
    if (isMissed && !isLost(missedSince, nowMs)) return;
    if (!(await jobs.adoptEnd(jobId, end, run))) return;
    onMended(jobId, end.view === undefined ? end.error.code : (end.view.error?.code ?? 'COMPLETED'));
    if (end.view?.status !== 'COMPLETED') await clear(jobId);
  }

  /** A cancelled workflow leaves no result, but it can be asked for the state in which it ended. */
  async function inItsOwnWords(jobId: string, { end, run }: WorkflowSeen & { end: JobEnd }): Promise<JobEnd> {
    if (end.view !== undefined || run === undefined) return end;
    const view = await workflows.query(jobId, QUERY_DEADLINE_MS).catch(() => undefined);
    return view?.finishedAt ? { view } : end;
  }

  /** A job whose state is of another run than the current one: it has been reset, or has continued as new. */
  async function letCurrentRunTakeOver(jobId: string): Promise<void> {
    const found = await jobs.find(jobId);
    if (found === undefined || found.runId === null) return;
    const { end, run } = await workflows.look(jobId, found.firstRunId);
    if (end !== undefined || found.runId === run.id) return;
    const view = await workflows.query(jobId, QUERY_DEADLINE_MS).catch(() => undefined);
    // Before its opening has made the row its own there is nothing to take over; an end it tells by itself.
    if (view === undefined || view.startedAt === null || isJobFinished(view.status)) return;
    // As it is after every continue-as-new.
    if (view.version === found.state.version && !isJobFinished(found.status)) return;
    const written = await jobs.mirror(stateOf(view), activityOf(view), run.firstId, { final: false, run: { id: run.id, after: found.runId } });
    if (written) onMended(jobId, 'RUN');
  }

  async function clear(jobId: string): Promise<void> {
    await finishing.cleanUp(jobId);
    onMended(jobId, 'STAGING');
  }
}

/** So that those who are suspect for long don't keep the others from being looked at. */
function atRandom<T>(all: T[], count: number): T[] {
  if (all.length <= count) return all;
  const drawn = [...all];
  for (let at = 0; at < count; at++) {
    const other = at + Math.floor(Math.random() * (drawn.length - at));
    [drawn[at], drawn[other]] = [drawn[other]!, drawn[at]!];
  }
  return drawn.slice(0, count);
}
