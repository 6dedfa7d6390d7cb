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
