/** What must be true of every job, however it went. */
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { overallStatus } from '../../src/domain/aggregation';
import { phaseStatuses, stateOf } from '../../src/domain/ingestion-state';
import { JOB_TRANSITIONS, type JobStatus } from '../../src/domain/job-status';
import type { JobStatusResponse } from '../../src/domain/job-view';
import type { StartedJob } from './workflow-host';

/** The statuses that were seen, in order: each can be reached from the one before, perhaps over one that nobody saw, and there is no way back. */
export function expectStrictSequence(seen: readonly JobStatus[]): void {
  seen.forEach((to, index) => {
    const from = index === 0 ? 'PENDING' : seen[index - 1]!;
    expect([from, to, isReachable(from, to)]).toEqual([from, to, true]);
  });
}

function isReachable(from: JobStatus, to: JobStatus): boolean {
  return from === to || JOB_TRANSITIONS[from].some((next) => isReachable(next, to));
}

/** The mirror got newer and newer states (the one with which a run begins once more), no job status went back, and at last the state that the job ended with. */
export function expectMirrored({ fake }: StartedJob, end: JobStatusResponse): void {
  const { snapshots } = fake;
  const versions = snapshots.map(({ job }) => job.version);
  expect(versions).toEqual([...versions].sort((a, b) => a - b));
  expectStrictSequence(snapshots.map(({ job }) => overallStatus(phaseStatuses(job))));
  expect(snapshots.map(({ final }) => final)).toEqual(snapshots.map((_, index) => index === snapshots.length - 1));
  expect(snapshots[snapshots.length - 1]!.job).toEqual(stateOf(end));
}

/** Waits for the job's end and returns what the workflow gave. */
export async function completed(job: StartedJob): Promise<JobStatusResponse> {
  const result = (await job.handle.result()) as JobStatusResponse;
  expect(result.status).toBe('COMPLETED');
  expect((await job.handle.describe()).status.name).toBe('COMPLETED');
  return result;
}

/** Waits for the job to fail; returns the failure's type and the view that it carries. */
export async function failed(job: StartedJob): Promise<{ type: string; message: string; view: JobStatusResponse }> {
  const error: unknown = await job.handle.result().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  const { cause } = error as WorkflowFailedError;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  const { type, message, nonRetryable, details } = cause as ApplicationFailure;
  expect(nonRetryable).toBe(true);
  const view = details![0] as JobStatusResponse;
  expect(view.status).toBe('FAILED');
  expect(view.error!.code).toBe(type);
  expect(view.phases.some(({ status }) => status === 'RUNNING' || status === 'PAUSED')).toBe(false);
  return { type: type!, message, view };
}

/** Waits for the job to end as cancelled; returns what the query says then. */
export async function cancelled(job: StartedJob): Promise<JobStatusResponse> {
  const error: unknown = await job.handle.result().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
  expect((await job.handle.describe()).status.name).toBe('CANCELLED');
  const view = await job.status();
  expect(view.status).toBe('FAILED');
  expect(view.error!.code).toBe('CANCELLED');
  expect(view.phases.some(({ status }) => status === 'RUNNING' || status === 'PAUSED')).toBe(false);
  return view;
}
