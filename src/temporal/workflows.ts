import { WorkflowFailedError, WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { JobEnd } from '../db/job-repository';
import { isErrorCode } from '../domain/errors';
import type { JobStatusResponse } from '../domain/job-view';
import { phaseWaits, type PhaseWaits } from './phase-waits';
import { findMissingSearchAttributes } from './search-attributes';


/** How long a question to Temporal may take before it counts as unanswered. */
const DEADLINE_MS = 5_000;

/** A workflow as Temporal sees it from outside. */
export type WorkflowSeen = { end: JobEnd; waits?: undefined } | { end?: undefined; waits: PhaseWaits };

/** What Temporal knows of workflows, for those who need to know whether a job has ended, or what it waits for. */
export interface Workflows {
  /** Rejects when Temporal can't be asked. */
  look(jobId: string): Promise<WorkflowSeen>;
  /** Whether the server knows Sluice's search attributes. */
  hasSearchAttributes(): Promise<boolean>;
}

export function createWorkflows(client: Client): Workflows {
  return {
    look: (jobId) => client.withDeadline(Date.now() + DEADLINE_MS, () => look(client, jobId)),
    async hasSearchAttributes() {
      try {
        return (await client.withDeadline(Date.now() + DEADLINE_MS, () => findMissingSearchAttributes(client))).length === 0;
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
    const end = await endOf(client, jobId, description);
    return end === undefined ? { waits: phaseWaits(description.raw.pendingActivities ?? [], Date.now()) } : { end };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return { end: { error: { code: 'LOST', message: 'Temporal has no workflow of this job.' }, at: new Date().toISOString() } };
  }
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
      return { view: (await handle.result()) as JobStatusResponse };
    case 'FAILED':
      return await failedEnd(handle.result(), at);
    case 'CANCELLED':
      return { error: { code: 'CANCELLED', message: 'The job was cancelled.' }, at };
    case 'TIMED_OUT':
      return { error: { code: 'TIMED_OUT', message: 'The workflow ran into its timeout.' }, at };
    default:
      return { error: { code: 'TERMINATED', message: 'The workflow was terminated in Temporal.' }, at };
  }
}

/** A failed job's last view is the first detail of its failure. */
async function failedEnd(result: Promise<unknown>, at: string): Promise<JobEnd> {
  try {
    await result;
    throw new Error('A failed workflow gave a result.');
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure)) return { error: { code: 'INTERNAL', message: cause?.message ?? String(error) }, at };
    const view = cause.details?.[0] as JobStatusResponse | undefined;
    if (view?.finishedAt) return { view };
    return { error: { code: isErrorCode(cause.type) ? cause.type : 'INTERNAL', message: cause.message }, at };
  }
}
