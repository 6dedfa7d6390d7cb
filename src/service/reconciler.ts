/**
 * Mends what the mirror missed. A workflow writes its own end; when it can't (it was terminated, it ran into a timeout, Postgres was away at
 * the last moment) its row would say RUNNING for ever. Every worker has a reconciler, one of them works at a time.
 */
import type { Db } from '../db/connect';
import { FinishingRepository } from '../db/finishing-repository';
import { JobRepository, type JobEnd } from '../db/job-repository';
import { whileAlone } from '../db/while-alone';
import type { WorkflowSeen, Workflows } from '../temporal/workflows';

const INTERVAL_MS = 20_000;

/** A round is bounded; what it did not get to, the next one does. */
const JOBS_PER_ROUND = 100;

/** A workflow that Temporal does not find once may have been asked for in a bad moment. */
const LOST_AFTER_MS = 60_000;

export interface ReconcilerDependencies {
  db: Db;
  workflows: Workflows;
  /** Of Temporal: jobs of other namespaces are none of ours. */
  namespace: string;
  /** Told of each row that was mended. */
  onMended(jobId: string, what: string): void;
}

/** Looks every 20 s until it is stopped. What goes wrong in a round (a server is away) is for the next. */
export function startReconciler(dependencies: ReconcilerDependencies): { stop(): Promise<void> } {
  let round: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    round = round.then(() => reconcile(dependencies)).catch(() => undefined);
  }, INTERVAL_MS);
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}

/** One round. Rejects when a server is away: nobody is lost because nobody could be asked. */
export async function reconcile({ db, workflows, namespace, onMended }: ReconcilerDependencies, nowMs = Date.now()): Promise<void> {
  const jobs = new JobRepository(db);
  const finishing = new FinishingRepository(db);
  await whileAlone(db, 'sluice.reconciler', namespace, async () => {
    for (const { jobId, missedSince } of await jobs.listUnfinished(namespace, JOBS_PER_ROUND)) {
      const end = endOf(await workflows.look(jobId));
      const isMissed = end?.error?.code === 'LOST';
      if (isMissed && missedSince === null) await jobs.setMissedSince(jobId, new Date(nowMs));
      else if (!isMissed && missedSince !== null) await jobs.setMissedSince(jobId, null);
      if (end === undefined || (isMissed && (missedSince === null || nowMs - missedSince.getTime() < LOST_AFTER_MS))) continue;
      await jobs.adoptEnd(jobId, end);
      onMended(jobId, end.view === undefined ? end.error.code : end.view.status);
    }
    for (const jobId of await jobs.listUncleared(namespace, JOBS_PER_ROUND)) {
      await finishing.cleanUp(jobId);
      onMended(jobId, 'staging');
    }
  });
}

/** A later run of the id that was refused says nothing of the job itself, but that its own workflow has ended. */
function endOf({ end }: WorkflowSeen): JobEnd | undefined {
  const refused = end?.view;
  if (refused?.error?.code !== 'JOB_EXISTS') return end;
  return { error: { code: 'TERMINATED', message: 'The workflow ended without a word, and its id was used again.' }, at: refused.finishedAt ?? new Date().toISOString() };
}
