import { WorkflowFailedError, WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { JobEnd } from '../db/job-repository';
import { isErrorCode } from '../domain/errors';
import { JOB_PHASES } from '../domain/job-phase';
import type { JobStatusResponse } from '../domain/job-view';
import { jobStatusQuery, WORKFLOW_TYPE } from '../../workflows/contract';
import { isToldOf, phaseWaits, type PhaseWaits } from './phase-waits';
import { findMissingSearchAttributes } from './search-attributes';

/** How long a question to Temporal may take before it counts as unanswered. */
const DEADLINE_MS = 5_000;

/** Workflows in one answer of Temporal's list. */
const LIST_PAGE = 1_000;

/** Ids of a run, and of the first one of its chain of continue-as-new: that stays the same after a reset too. */
export interface WorkflowRun {
  id: string;
  firstId: string;
}

/**
 * A workflow as Temporal sees it from outside: the latest run of its id. Without a run there is no such workflow of ours and the end is LOST, or
 * a later workflow with its id hides how it ended.
 */
export type WorkflowSeen =
  | { end: JobEnd; run: WorkflowRun | undefined }
  | {
      end?: undefined;
      run: WorkflowRun;
      /** NO_WORKER: none has taken it, which may be for want of a free one (src/temporal/served-phases.ts). */
      waits: PhaseWaits;
      /** Some worker is at an activity of it right now. */
      isWorkedOn: boolean;
    };

/** What a workflow was started with. */
export interface WorkflowStart {
  /** Its argument as it came, valid or not. */
  input: unknown;
  /** ISO 8601 */
  startedAt: string;
}

/** What Temporal knows of workflows, for those who need to know whether a job has ended, or what it waits for. All reject when Temporal can't be asked. */
export interface Workflows {
  /** Of Temporal: it knows no workflows of another. */
  readonly namespace: string;
  /** @param firstRunId of the chain of runs that owns the job's row: of another chain only that this one has ended is to be learnt */
  look(jobId: string, firstRunId?: string | null): Promise<WorkflowSeen>;
  /** The job in its workflow's own words; needs a worker. undefined: there is no such workflow. */
  query(jobId: string, deadlineMs: number): Promise<JobStatusResponse | undefined>;
  /** What the current run of a workflow that exists was started with. */
  getStart(jobId: string): Promise<WorkflowStart>;
  /**
   * Ids of workflows that have not ended → of the current run. Of the given jobs, or of all, so many at most. Temporal's list lags behind by
   * seconds: look before drawing conclusions.
   */
  listOpen(which: { jobIds: readonly string[] } | { limit: number }): Promise<Map<string, string>>;
  /** Whether the server knows Sluice's search attributes. Does not reject. */
  hasSearchAttributes(): Promise<boolean>;
  /** Whether Temporal can be asked at all. */
  ping(): Promise<void>;
}

/** @param deadlineMs of each question but `query`: what is not waited for any more is not to go on */
export function createWorkflows(client: Client, deadlineMs = DEADLINE_MS): Workflows {
  const withDeadline = <T>(ms: number, call: () => Promise<T>) => client.withDeadline(Date.now() + ms, call);
  return {
    namespace: client.options.namespace,
    look: async (jobId, firstRunId = null) => asSeenByOwner(await withDeadline(deadlineMs, () => look(client, jobId)), firstRunId),
    ping: () => withDeadline(deadlineMs, async () => void (await client.workflowService.getSystemInfo({}))),
    query: (jobId, queryDeadlineMs) => withDeadline(queryDeadlineMs, () => query(client, jobId)),
    getStart: (jobId) => withDeadline(deadlineMs, () => getStart(client, jobId)),
    listOpen: (which) => withDeadline(deadlineMs, () => listOpen(client, which)),
    async hasSearchAttributes() {
      try {
        return (await withDeadline(deadlineMs, () => findMissingSearchAttributes(client))).length === 0;
      } catch {
        // A server that won't say (it may need rights that we lack) is treated as one without them.
        return false;
      }
    },
  };
}

async function look(client: Client, jobId: string): Promise<WorkflowSeen> {
  try {
    const description = await client.workflow.getHandle(jobId).describe();
    if (description.type !== WORKFLOW_TYPE) return lost();
    const run = { id: description.runId, firstId: description.raw.workflowExecutionInfo?.firstRunId || description.runId };
    const end = await endOf(client, jobId, description);
    if (end !== undefined) return { end, run };
    const pending = description.raw.pendingActivities ?? [];
    return { run, waits: phaseWaits(pending, Date.now()), isWorkedOn: pending.some(isToldOf(Date.now())) };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return lost();
  }
}

function lost(): WorkflowSeen {
  return { run: undefined, end: { error: { code: 'LOST', message: 'Temporal has no workflow of this job.' }, at: new Date().toISOString() } };
}

/** A later workflow with the job's id, which finds the row taken, says only that the job's own had ended. @param firstRunId null: the row is nobody's */
export function asSeenByOwner(seen: WorkflowSeen, firstRunId: string | null): WorkflowSeen {
  if (firstRunId === null || seen.run === undefined || seen.run.firstId === firstRunId) return seen;
  const error = { code: 'TERMINATED', message: 'The workflow ended without a word, and its id was used again.' } as const;
  return { run: undefined, end: { error, at: new Date().toISOString() } };
}

async function query(client: Client, jobId: string): Promise<JobStatusResponse | undefined> {
  try {
    const view = await client.workflow.getHandle(jobId).query(jobStatusQuery);
    return isViewOf(jobId, view) ? view : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

async function getStart(client: Client, jobId: string): Promise<WorkflowStart> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({ namespace: client.options.namespace, execution: { workflowId: jobId }, maximumPageSize: 1 });
  const first = history?.events?.[0];
  const payload = first?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  const input: unknown = payload && client.options.loadedDataConverter.payloadConverter.fromPayload(payload);
  return { input, startedAt: new Date(Number(first?.eventTime?.seconds ?? 0) * 1_000).toISOString() };
}

async function listOpen(client: Client, which: { jobIds: readonly string[] } | { limit: number }): Promise<Map<string, string>> {
  const limit = 'limit' in which ? which.limit : which.jobIds.length;
  const open = new Map<string, string>();
  if (limit === 0) return open;
  const ofJobs = 'jobIds' in which ? ` AND WorkflowId IN (${which.jobIds.map((jobId) => JSON.stringify(jobId)).join(', ')})` : '';
  const executions = client.workflow.list({ query: `WorkflowType = '${WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'${ofJobs}`, pageSize: Math.min(limit, LIST_PAGE) });
  for await (const { workflowId, runId } of executions) {
    open.set(workflowId, runId);
    if (open.size >= limit) break;
  }
  return open;
}

async function endOf(client: Client, jobId: string, { status, closeTime }: WorkflowExecutionDescription): Promise<JobEnd | undefined> {
  const handle = client.workflow.getHandle(jobId);
  const at = (closeTime ?? new Date()).toISOString();
  switch (status.name) {
    case 'RUNNING':
    case 'CONTINUED_AS_NEW':
    case 'PAUSED':
      return undefined;
    case 'COMPLETED':
      return completedEnd(jobId, await handle.result(), at);
    case 'FAILED':
      return await failedEnd(jobId, handle.result(), at);
    case 'CANCELLED':
      return { error: { code: 'CANCELLED', message: 'The job was cancelled.' }, at };
    case 'TIMED_OUT':
      return { error: { code: 'TIMED_OUT', message: 'The workflow ran into its timeout.' }, at };
    default:
      return { error: { code: 'TERMINATED', message: 'The workflow was terminated in Temporal.' }, at };
  }
}

function completedEnd(jobId: string, result: unknown, at: string): JobEnd {
  if (isViewOf(jobId, result)) return { view: result };
  return { error: { code: 'INTERNAL', message: 'The workflow completed with a result that is no status of the job.' }, at };
}

/** Anybody may have written what a workflow of the type ended with. */
function isViewOf(jobId: string, value: unknown): value is JobStatusResponse {
  const view = value as Partial<JobStatusResponse> | null | undefined;
  return view?.jobId === jobId && Array.isArray(view.phases) && JOB_PHASES.every((phase, index) => view.phases?.[index]?.phase === phase) && view.documents !== undefined;
}

/** A failed job's last view is the first detail of its failure. */
async function failedEnd(jobId: string, result: Promise<unknown>, at: string): Promise<JobEnd> {
  try {
    await result;
    throw new Error('A failed workflow gave a result.');
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure)) return { error: { code: 'INTERNAL', message: cause?.message ?? String(error) }, at };
    const view = cause.details?.[0];
    if (isViewOf(jobId, view) && view.finishedAt !== null) return { view };
    return { error: { code: isErrorCode(cause.type) ? cause.type : 'INTERNAL', message: cause.message }, at };
  }
}
