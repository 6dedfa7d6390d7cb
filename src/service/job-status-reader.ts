import { DriftRepository, isLost } from '../db/drift-repository';
import type { Db } from '../db/connect';
import { JobRepository, type JobEnd } from '../db/job-repository';
import type { MirroredJob } from '../db/mirrored-job';
import { SluiceError } from '../domain/errors';
import { stateOf, type IngestionState } from '../domain/ingestion-state';
import { JOB_PHASES } from '../domain/job-phase';
import { isJobFinished, type JobStatus } from '../domain/job-status';
import type { JobStatusResponse } from '../domain/job-view';
import type { PhaseWaits } from '../temporal/phase-waits';
import type { ServedPhases } from '../temporal/served-phases';
import { asSeenByOwner, type WorkflowSeen, type Workflows } from '../temporal/workflows';
import { idleView, newlyAccepted, viewOfMirror, withEnd, withoutWorker, withSeenFromOutside } from './job-status-view';
import { orLate } from './or-late';

/** Each of the three is asked for so long at most; a command answers within 3 s, its start included. */
const QUERY_DEADLINE_MS = 1_000;
export const ANSWER_DEADLINE_MS = 1_500;

/** Of a page of jobs, at most so many that Temporal does not list as running are looked at one by one. */
const MAX_LOOKS = 20;

/** What one source of knowledge said: an answer, that there is nothing, or nothing at all. */
type Said<T> = { answer: T } | { nothing: true; answer?: undefined } | { silent: true; why: unknown; answer?: undefined };

export interface JobFilter {
  status?: JobStatus;
  collection?: string;
  cursor?: string;
  limit: number;
}

/**
 * The truth about a job, from whoever can tell. The running workflow's own word counts most; then how Temporal says it ended; then the
 * mirror. All three are asked at once, and none is waited for longer than 1.5 s.
 */
export class JobStatusReader {
  private readonly jobs: JobRepository;
  private readonly drift: DriftRepository;

  constructor(db: Db, private readonly workflows: Workflows, private readonly served: ServedPhases) {
    this.jobs = new JobRepository(db);
    this.drift = new DriftRepository(db);
  }

  /** Rejects with JOB_NOT_FOUND, or with SERVER_UNREACHABLE when those who would know do not answer. */
  async read(jobId: string): Promise<JobStatusResponse> {
    const [query, temporal, mirror] = await Promise.all([
      within(QUERY_DEADLINE_MS, this.workflows.query(jobId, QUERY_DEADLINE_MS)),
      within(ANSWER_DEADLINE_MS, this.workflows.look(jobId)),
      within(ANSWER_DEADLINE_MS, this.jobs.find(jobId)),
    ]);
    const seen = temporal.answer && asSeenByOwner(temporal.answer, mirror.answer?.firstRunId ?? null);
    // Of a later workflow with the job's id it is not the job that answers.
    if (seen?.end !== undefined) return this.ended(jobId, seen.end, seen.run === undefined ? { nothing: true } : query, mirror);
    if (seen !== undefined) return this.running(jobId, seen, query, mirror);
    if (query.answer !== undefined) return withSeenFromOutside(query.answer, {}, mirror.answer);
    if (mirror.answer !== undefined) return viewOfMirror(mirror.answer);
    throw unreachable(`Neither Temporal nor Postgres can tell about job ${jobId}.`, temporal);
  }

  /**
   * A page of the mirror, newest first. Where Temporal tells at once that a workflow has ended, the job is shown as ended although its row does
   * not know yet; a filter by that end does not find it before the reconciler has mended the row.
   */
  async list(filter: JobFilter): Promise<{ jobs: JobStatusResponse[]; nextCursor: string | null }> {
    const page = await within(ANSWER_DEADLINE_MS, this.jobs.list(filter));
    if ('silent' in page) throw isSilent(page.why) ? unreachable('Postgres does not answer.', page) : page.why;
    const { jobs, nextCursor } = page.answer!;
    const unfinished = jobs.filter(({ status, namespace }) => !isJobFinished(status) && namespace === this.workflows.namespace);
    const open = await within(QUERY_DEADLINE_MS, this.workflows.listOpen({ jobIds: unfinished.map(({ state }) => state.jobId) }));
    const suspects = open.answer === undefined ? [] : unfinished.filter(({ state }) => !open.answer.has(state.jobId)).slice(0, MAX_LOOKS);
    const looked = new Map(
      await Promise.all(suspects.map(async (job) => [job, (await within(QUERY_DEADLINE_MS, this.workflows.look(job.state.jobId, job.firstRunId))).answer] as const)),
    );
    const views = jobs.map((job) => viewInList(job, looked.get(job)?.end));
    return { jobs: views.filter(({ status }) => filter.status === undefined || status === filter.status), nextCursor };
  }

  private async running(jobId: string, { waits, isWorkedOn, run }: WorkflowSeen & { end?: undefined }, query: Said<JobStatusResponse>, mirror: Said<MirroredJob>): Promise<JobStatusResponse> {
    const mirrored = mirror.answer;
    if (mirrored !== undefined && mirrored.missedSince !== null) await within(QUERY_DEADLINE_MS, this.drift.setMissedSince(jobId, null));
    const [seen, isServed] = await this.withoutBusy(waits, isWorkedOn || query.answer !== undefined);
    if (query.answer !== undefined) return withSeenFromOutside(query.answer, seen, mirrored);
    if ('silent' in mirror) throw unreachable(`Job ${jobId} has not ended, but neither a worker nor Postgres tells more.`, mirror);
    const told = isServed ? (view: JobStatusResponse) => view : withoutWorker;
    // A reset has begun another run after the end that the mirror has, and nobody has taken it up.
    const isPutBack = mirrored !== undefined && isJobFinished(mirrored.status) && mirrored.runId !== null && mirrored.runId !== run.id;
    if (mirrored === undefined || isPutBack) return told(idleView(await this.accepted(jobId), new Date().toISOString()));
    return told(withSeenFromOutside(viewOfMirror(mirrored), seen, mirrored));
  }

  /**
   * What waits for a worker although others of its phase have one waits for a free one. And every worker runs workflows: where one is at work in
   * another job, an answer that is late is only late.
   * @returns the waits without those, and whether there is a worker at all
   */
  private async withoutBusy(waits: PhaseWaits, isServed: boolean): Promise<[PhaseWaits, boolean]> {
    const untaken = JOB_PHASES.filter((phase) => waits[phase] === 'NO_WORKER');
    if (untaken.length === 0 && isServed) return [waits, true];
    const [atWork, handedOut] = await Promise.all([this.served.atWork(), this.served.handedOut(untaken)]);
    const seen = { ...waits };
    for (const phase of untaken) if (atWork.includes(phase) || handedOut.includes(phase)) delete seen[phase];
    return [seen, isServed || atWork.length > 0];
  }

  private async ended(jobId: string, end: JobEnd, query: Said<JobStatusResponse>, mirror: Said<MirroredJob>): Promise<JobStatusResponse> {
    if (end.view?.error?.code === 'JOB_EXISTS' && 'silent' in mirror) throw unreachable(`Of job ${jobId} only Postgres can tell.`, mirror);
    if (end.view !== undefined) return end.view;
    // A cancelled workflow has no result, but a worker can ask it.
    if (query.answer?.finishedAt) return query.answer;
    if ('silent' in mirror) {
      if (query.answer === undefined) throw unreachable(`Job ${jobId} has ended (${end.error.code}), but Postgres does not tell more.`, mirror);
      return idleView(withEnd(stateOf(query.answer), end), end.at);
    }
    const mirrored = mirror.answer;
    if (end.error.code === 'LOST') return this.lost(jobId, end, mirrored);
    if (mirrored !== undefined) return endedView(mirrored, end);
    return idleView(withEnd(await this.accepted(jobId), end), end.at);
  }

  /** The state of a job that has no row yet, by what its workflow was started with. */
  private async accepted(jobId: string): Promise<IngestionState> {
    const start = await within(QUERY_DEADLINE_MS, this.workflows.getStart(jobId));
    if (start.answer === undefined) throw unreachable(`Temporal has job ${jobId}, but does not tell more now.`, start);
    return newlyAccepted(jobId, start.answer);
  }

  /** As for the reconciler, one miss is none. It is noted, so that a second one tells even where no worker runs. */
  private async lost(jobId: string, end: JobEnd & { view?: undefined }, mirrored: MirroredJob | undefined): Promise<JobStatusResponse> {
    if (mirrored === undefined) throw new SluiceError('JOB_NOT_FOUND', `There is no job ${jobId}.`);
    const isOurs = mirrored.namespace === this.workflows.namespace;
    if (isJobFinished(mirrored.status) || !isOurs) return viewOfMirror(mirrored);
    if (isLost(mirrored.missedSince)) return endedView(mirrored, end);
    await within(QUERY_DEADLINE_MS, this.drift.setMissedSince(jobId, new Date()));
    return viewOfMirror(mirrored);
  }
}

function viewInList(job: MirroredJob, end: JobEnd | undefined): JobStatusResponse {
  if (end === undefined || (end.error?.code === 'LOST' && !isLost(job.missedSince))) return viewOfMirror(job);
  return end.view ?? endedView(job, end);
}

function endedView(job: MirroredJob, end: JobEnd & { view?: undefined }): JobStatusResponse {
  return idleView(withEnd(job.state, end), job.asOf);
}

async function within<T>(deadlineMs: number, question: Promise<T | undefined>): Promise<Said<T>> {
  const said = question.then(
    (answer): Said<T> => (answer === undefined ? { nothing: true } : { answer }),
    (why: unknown): Said<T> => ({ silent: true, why }),
  );
  return orLate(deadlineMs, said, () => ({ silent: true, why: new SluiceError('SERVER_UNREACHABLE', `No answer within ${deadlineMs / 1_000} s.`) }));
}

function isSilent(why: unknown): boolean {
  return why instanceof SluiceError && why.code === 'SERVER_UNREACHABLE';
}

function unreachable(message: string, said: Said<unknown>): SluiceError {
  return new SluiceError('SERVER_UNREACHABLE', message, { cause: 'why' in said ? said.why : undefined });
}
