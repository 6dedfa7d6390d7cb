import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { jobStatusQuery } from '../../workflows/contract';
import type { JobRepository, MirroredJob } from '../db/job-repository';
import { SluiceError } from '../domain/errors';
import { viewOf } from '../domain/ingestion-state';
import { isJobFinished } from '../domain/job-status';
import type { JobStatusResponse } from '../domain/job-view';
import { isPhaseFinished } from '../domain/phase-status';
import { PhaseTracker } from '../domain/phase-tracker';
import { strongerWaitReason } from '../domain/wait-reason';
import type { PhaseWaits } from '../temporal/phase-waits';
import type { Workflows } from '../temporal/workflows';

/** Each of the three is asked for so long at most; a command answers within 3 s, its start included. */
const QUERY_DEADLINE_MS = 1_000;
const ANSWER_DEADLINE_MS = 1_500;

/** A worker may be busy with the first task of a new job: only then is silence no sign that there is none. */
const NEW_JOB_MS = 10_000;

/** What one source of knowledge said: an answer, that there is nothing, or nothing at all. */
type Said<T> = { answer: T } | { nothing: true } | { silent: true; why: unknown };

/**
 * The truth about a job, from whoever can tell. The running workflow's own word counts most; then how Temporal says it ended; then the
 * mirror. All three are asked at once, and none is waited for longer than 1.5 s.
 */
export class JobStatusReader {
  constructor(private readonly client: Client, private readonly workflows: Workflows, private readonly jobs: JobRepository) {}

  /** Rejects with JOB_NOT_FOUND, or with SERVER_UNREACHABLE when neither server answers. */
  async read(jobId: string): Promise<JobStatusResponse> {
    const [query, temporal, mirror] = await Promise.all([
      within(QUERY_DEADLINE_MS, this.query(jobId)),
      within(ANSWER_DEADLINE_MS, this.workflows.look(jobId)),
      within(ANSWER_DEADLINE_MS, this.jobs.find(jobId)),
    ]);
    const mirrored = 'answer' in mirror ? mirror.answer : undefined;
    const end = 'answer' in temporal ? temporal.answer.end : undefined;
    const waits = ('answer' in temporal && temporal.answer.waits) || {};

    // The latest run of the id may be one that was refused, because there had been such a job: then the job is the mirror's.
    const wasRefused = end?.view?.error?.code === 'JOB_EXISTS' && mirrored !== undefined;
    if (end?.view !== undefined && !wasRefused) return end.view;
    if (end === undefined && 'answer' in query) return withSeenFromOutside(query.answer, waits, mirrored);
    if (end?.error !== undefined && end.error.code !== 'LOST') return mirrored ? viewOfEnded(mirrored, end) : 'answer' in query ? query.answer : notFound(jobId);
    if (mirrored !== undefined) return 'answer' in temporal && end === undefined ? withoutWorker(viewOfMirrored(mirrored)) : viewOfMirrored(mirrored);
    if (end !== undefined && 'nothing' in mirror) return notFound(jobId);
    throw new SluiceError('SERVER_UNREACHABLE', `Neither Temporal nor Postgres can tell about job ${jobId}.`, { cause: 'why' in temporal ? temporal.why : undefined });
  }

  private async query(jobId: string): Promise<JobStatusResponse | undefined> {
    try {
      return await this.client.withDeadline(Date.now() + QUERY_DEADLINE_MS, () => this.client.workflow.getHandle(jobId).query(jobStatusQuery));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }
}

async function within<T>(deadlineMs: number, question: Promise<T | undefined>): Promise<Said<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Said<T>>((resolve) => {
    timer = setTimeout(() => resolve({ silent: true, why: new Error(`No answer within ${deadlineMs} ms.`) }), deadlineMs);
  });
  const said = question.then(
    (answer): Said<T> => (answer === undefined ? { nothing: true } : { answer }),
    (why: unknown): Said<T> => ({ silent: true, why }),
  );
  return Promise.race([said, late]).finally(() => clearTimeout(timer));
}

function notFound(jobId: string): never {
  throw new SluiceError('JOB_NOT_FOUND', `There is no job ${jobId}.`);
}

/** Lays over the workflow's view what is seen from outside it: by Temporal, and by the activities, which write it to the phase's row. */
function withSeenFromOutside(view: JobStatusResponse, waits: PhaseWaits, mirrored: MirroredJob | undefined): JobStatusResponse {
  const phases = view.phases.map((phase) => {
    if (phase.status !== 'RUNNING') return phase;
    const noted = mirrored?.activity[phase.phase].waitReason ?? null;
    // The row may still say of the status before what it was: only what the workflow can't know counts.
    const byActivities = noted === 'RATE_LIMITED' || noted === 'PROVIDER_DOWN' ? noted : null;
    const seen = strongerWaitReason(waits[phase.phase] ?? null, byActivities);
    return { ...phase, waitReason: strongerWaitReason(phase.waitReason, seen) };
  });
  return { ...view, phases };
}

export function viewOfMirrored({ state, activity, asOf, status }: MirroredJob): JobStatusResponse {
  return viewOf(state, { activity, asOf, status, readFrom: 'mirror' });
}

/** Temporal says that the workflow runs, and nobody answers for it. */
function withoutWorker(view: JobStatusResponse): JobStatusResponse {
  const isNew = Date.now() - Date.parse(view.createdAt) < NEW_JOB_MS;
  if (isNew || isJobFinished(view.status)) return view;
  return { ...view, phases: view.phases.map((phase) => (isPhaseFinished(phase.status) ? phase : { ...phase, waitReason: strongerWaitReason(phase.waitReason, 'NO_WORKER') })) };
}

/** The mirror's job with the end that Temporal tells of, when its last state never reached the mirror. */
function viewOfEnded(mirrored: MirroredJob, end: { error: { code: SluiceError['code']; message: string }; at: string }): JobStatusResponse {
  if (!isJobFinished(mirrored.status)) new PhaseTracker(mirrored.state, () => end.at).failJob(end.error);
  return viewOf(mirrored.state, { activity: mirrored.activity, readFrom: 'mirror', asOf: mirrored.asOf });
}
