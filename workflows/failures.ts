import { RetryState } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { isErrorCode, type ErrorCode } from '../src/domain/errors';
import type { JobPhase } from '../src/domain/job-phase';

/** Why a job ends FAILED. */
export interface JobFailure {
  code: ErrorCode;
  message: string;
  phase?: JobPhase;
}

/** An activity's failure as the job's: its code crosses Temporal as the type of an ApplicationFailure. */
export function jobFailureOf(error: unknown, phase?: JobPhase): JobFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const code = cause instanceof ApplicationFailure && isErrorCode(cause.type) ? cause.type : 'INTERNAL';
  return { code, message: cause instanceof Error ? cause.message : String(cause), phase };
}

/**
 * An attempt that was asked to stop and could not say how far it came, such as one of which the worker was killed: the server tries it no
 * further because of the cancel. What no retry mends is not among them.
 */
export function isLostWhileStopping(error: unknown): boolean {
  return error instanceof ActivityFailure && error.retryState === RetryState.CANCEL_REQUESTED;
}
