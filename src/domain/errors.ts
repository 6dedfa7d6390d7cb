/**
 * Every code an error of Sluice can carry, and what follows from it. The code is what clients match on; it is also the type of the
 * ApplicationFailure with which a workflow ends. Exit codes and their meaning: docs/cli.md.
 */
export interface ErrorKind {
  /** Whether trying the same again may succeed without anybody changing anything. */
  readonly retryable: boolean;
  /** Status of the HTTP answer. */
  readonly httpStatus: number;
  /** Exit code of the command line. */
  readonly exitCode: number;
  /** What to do next, when the place that raises the error knows nothing better. */
  readonly hint: string;
}

const CALL_MUST_CHANGE = 2;
const JOB_FAILED = 1;
const UNREACHABLE = 4;

export const ERROR_KINDS = {
  // The call or the configuration must change.
  INVALID_INPUT: { retryable: false, httpStatus: 400, exitCode: CALL_MUST_CHANGE, hint: 'Correct the named fields and start again.' },
  COLLECTION_MISMATCH: { retryable: false, httpStatus: 409, exitCode: CALL_MUST_CHANGE, hint: "Use the collection's embedding model, another collection for the other model, or delete this one with `sluice collections delete`." },
  COLLECTION_NOT_FOUND: { retryable: false, httpStatus: 404, exitCode: CALL_MUST_CHANGE, hint: 'List the collections with `sluice collections`.' },
  SOURCE_NOT_FOUND: { retryable: false, httpStatus: 404, exitCode: CALL_MUST_CHANGE, hint: 'Check the path: it must exist where the worker runs.' },
  NO_DOCUMENTS: { retryable: false, httpStatus: 409, exitCode: CALL_MUST_CHANGE, hint: 'Check the path and the include and exclude patterns.' },
  PROVIDER_AUTH: { retryable: false, httpStatus: 424, exitCode: CALL_MUST_CHANGE, hint: 'Set OPENAI_API_KEY in the environment of the worker.' },
  ALREADY_RUNNING: { retryable: false, httpStatus: 409, exitCode: CALL_MUST_CHANGE, hint: 'Wait for the running job, or cancel it.' },
  JOB_EXISTS: { retryable: false, httpStatus: 409, exitCode: CALL_MUST_CHANGE, hint: 'Choose another job id, or leave it out.' },
  IDEMPOTENCY_CONFLICT: { retryable: false, httpStatus: 409, exitCode: CALL_MUST_CHANGE, hint: 'Use another key for another request.' },
  JOB_NOT_FOUND: { retryable: false, httpStatus: 404, exitCode: CALL_MUST_CHANGE, hint: 'List the jobs with `sluice jobs`.' },
  JOB_FINISHED: { retryable: false, httpStatus: 409, exitCode: CALL_MUST_CHANGE, hint: 'Start the job again with `sluice retry`.' },
  JOB_NOT_FINISHED: { retryable: false, httpStatus: 409, exitCode: CALL_MUST_CHANGE, hint: 'Wait for the job to end, or cancel it.' },
  JOB_STOPPING: { retryable: false, httpStatus: 409, exitCode: CALL_MUST_CHANGE, hint: 'Look again in a moment: the job is ending.' },
  UNKNOWN_PHASE: { retryable: false, httpStatus: 400, exitCode: CALL_MUST_CHANGE, hint: 'The phases are LOADING, CHUNKING, EMBEDDING and INDEXING.' },
  ILLEGAL_TRANSITION: { retryable: false, httpStatus: 409, exitCode: CALL_MUST_CHANGE, hint: 'A finished phase can be neither paused nor resumed.' },
  DOCUMENT_NOT_FOUND: { retryable: false, httpStatus: 404, exitCode: CALL_MUST_CHANGE, hint: 'Find the URI with `sluice search --json`.' },
  // The job ended FAILED.
  CANCELLED: { retryable: false, httpStatus: 409, exitCode: JOB_FAILED, hint: 'Start it again with `sluice retry`: what was embedded is not paid for again.' },
  STOPPED: { retryable: false, httpStatus: 409, exitCode: JOB_FAILED, hint: 'Another phase failed: see its error.' },
  MASS_REMOVAL: { retryable: false, httpStatus: 409, exitCode: JOB_FAILED, hint: 'If the documents are really gone, run again with --allow-mass-removal; if not, mount or restore the source.' },
  TOO_MANY_FAILURES: { retryable: false, httpStatus: 409, exitCode: JOB_FAILED, hint: 'See why with `sluice failures`; raise --max-failures to go on regardless.' },
  PROVIDER_DOWN: { retryable: false, httpStatus: 424, exitCode: JOB_FAILED, hint: 'When the provider is back, start it again with `sluice retry`.' },
  PROVIDER_REFUSED: { retryable: false, httpStatus: 424, exitCode: JOB_FAILED, hint: 'The provider refuses the request itself: check the model, its dimensions and OPENAI_BASE_URL.' },
  TERMINATED: { retryable: false, httpStatus: 409, exitCode: JOB_FAILED, hint: 'Start it again with `sluice retry`.' },
  TIMED_OUT: { retryable: false, httpStatus: 409, exitCode: JOB_FAILED, hint: 'Start it again with `sluice retry`.' },
  LOST: { retryable: false, httpStatus: 409, exitCode: JOB_FAILED, hint: 'The workflow is gone from Temporal: start the job again with `sluice retry`.' },
  INTERNAL: { retryable: true, httpStatus: 500, exitCode: JOB_FAILED, hint: 'Run again with SLUICE_LOG_LEVEL=debug and report what it says.' },
  // A server does not answer.
  SERVER_UNREACHABLE: { retryable: true, httpStatus: 503, exitCode: UNREACHABLE, hint: 'Start the servers with `sluice up`, or check DATABASE_URL and TEMPORAL_ADDRESS.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_KINDS, value);
}

/** An error with a code from {@link ERROR_KINDS}: the message says what happened and why, the hint what to do next. */
export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  readonly hint: string;

  constructor(readonly code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint ?? ERROR_KINDS[code].hint;
  }
}
