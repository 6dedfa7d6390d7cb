import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure, type SignalDefinition, type UpdateDefinition } from '@temporalio/common';
import { ALL_FINISHED, pauseSignal, requestPauseUpdate, requestResumeUpdate, resumeSignal, setBudgetSignal, setBudgetUpdate, type PhaseArgument } from '../../workflows/contract';
import type { Budget } from '../domain/budget';
import { isErrorCode, SluiceError } from '../domain/errors';
import type { JobPhase } from '../domain/job-phase';
import type { PhaseStatusView } from '../domain/job-view';
import { temporalCallError } from '../temporal/call-error';
import type { ControlAnswer } from './ingestion-service';

/** An update waits so long for a worker; then the same is sent as a signal, which waits by itself. */
const UPDATE_DEADLINE_MS = 2_000;
const SIGNAL_DEADLINE_MS = 2_000;

/** Long enough for Temporal to have the update. */
const SENT_DEADLINE_MS = 300;

const OPEN = ['RUNNING', 'PAUSED', 'CONTINUED_AS_NEW'];

/** Pause, resume, budget and cancel of running jobs. */
export class JobControl {
  constructor(private readonly client: Client) {}

  async pause(jobId: string, phase?: JobPhase): Promise<ControlAnswer> {
    return this.control(jobId, phase, requestPauseUpdate, pauseSignal);
  }

  async resume(jobId: string, phase?: JobPhase, budget?: Budget): Promise<ControlAnswer> {
    const isRaised = budget === undefined || (await this.request(jobId, setBudgetUpdate, setBudgetSignal, budget)).confirmed;
    if (isRaised) return this.control(jobId, phase, requestResumeUpdate, resumeSignal);
    // The budget waits for a worker, so does the resume, after it: nobody waits twice for an answer.
    await this.control(jobId, phase, requestResumeUpdate, resumeSignal, SENT_DEADLINE_MS);
    return { confirmed: false, phases: null };
  }

  async cancel(jobId: string): Promise<void> {
    await this.withDeadline(SIGNAL_DEADLINE_MS, jobId, async () => {
      const handle = this.handle(jobId);
      // Temporal takes the cancellation of what has ended, and does nothing.
      if (!OPEN.includes((await handle.describe()).status.name)) throw finished(jobId);
      await handle.cancel();
    });
  }

  private async control(jobId: string, phase: JobPhase | undefined, update: typeof requestPauseUpdate, signal: typeof pauseSignal, deadlineMs?: number): Promise<ControlAnswer> {
    try {
      return await this.request(jobId, update, signal, phaseArgument(phase), deadlineMs);
    } catch (error) {
      if (error instanceof SluiceError && error.message === ALL_FINISHED) throw finished(jobId);
      throw error;
    }
  }

  private async request<T>(jobId: string, update: UpdateDefinition<PhaseStatusView[], [T]>, signal: SignalDefinition<[argument?: T]>, argument: T, deadlineMs = UPDATE_DEADLINE_MS): Promise<ControlAnswer> {
    try {
      return { confirmed: true, phases: await this.withDeadline(deadlineMs, jobId, () => this.handle(jobId).executeUpdate(update, { args: [argument] })) };
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== 'SERVER_UNREACHABLE') throw error;
      // No worker in time, or no Temporal: the signal tells which.
      await this.withDeadline(SIGNAL_DEADLINE_MS, jobId, () => this.handle(jobId).signal(signal, argument));
      return { confirmed: false, phases: null };
    }
  }

  private async withDeadline<T>(deadlineMs: number, jobId: string, call: () => Promise<T>): Promise<T> {
    try {
      return await this.client.withDeadline(Date.now() + deadlineMs, call);
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure && isErrorCode(error.cause.type)) {
        throw new SluiceError(error.cause.type, error.cause.message);
      }
      if (error instanceof SluiceError) throw error;
      if (error instanceof WorkflowNotFoundError) throw await this.goneError(jobId);
      throw temporalCallError(this.client, error, deadlineMs);
    }
  }

  private async goneError(jobId: string): Promise<SluiceError> {
    try {
      await this.client.withDeadline(Date.now() + SIGNAL_DEADLINE_MS, () => this.handle(jobId).describe());
      return finished(jobId);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return new SluiceError('JOB_NOT_FOUND', `There is no job ${jobId}.`);
      return temporalCallError(this.client, error, SIGNAL_DEADLINE_MS);
    }
  }

  private handle(jobId: string) {
    return this.client.workflow.getHandle(jobId);
  }
}

function phaseArgument(phase: JobPhase | undefined): PhaseArgument {
  return phase === undefined ? {} : { phase };
}

function finished(jobId: string): SluiceError {
  return new SluiceError('JOB_FINISHED', `Job ${jobId} has ended.`);
}
