import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { ERROR_KINDS, SluiceError } from '../src/domain/errors';
import { isServerAway } from './server-errors';
import { UnforeseenErrors } from './unforeseen-errors';

/** Own servers that are away are asked again this often: a job goes on within seconds after they return. */
const SERVER_RETRY_MS = 3_000;

/** An error that nobody foresaw may pass; after so many it is taken for a defect, and the job ends rather than hangs. */
const MAX_UNFORESEEN = 10;

/** Of this process: after a restart, and by each worker, they are counted anew. */
const unforeseen = new UnforeseenErrors();

/** Makes Temporal's failures of errors: the code becomes the type, and decides whether another attempt makes sense. */
export const failureInterceptor: ActivityInboundCallsInterceptor = {
  async execute(input, next) {
    const { workflowExecution, activityId } = Context.current().info;
    const activity = `${workflowExecution?.workflowId} ${workflowExecution?.runId} ${activityId}`;
    try {
      const result = await next(input);
      unforeseen.forget(activity);
      return result;
    } catch (error) {
      throw asFailure(error, activity);
    }
  },
};

function asFailure(error: unknown, activity: string): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error ? error : undefined;
  if (error instanceof SluiceError) return ApplicationFailure.create({ message: withOwnHint(error), type: error.code, nonRetryable: !ERROR_KINDS[error.code].retryable, cause });
  if (isServerAway(error)) return ApplicationFailure.create({ message, type: 'SERVER_UNREACHABLE', nextRetryDelay: SERVER_RETRY_MS, cause });
  return ApplicationFailure.create({ message, type: 'INTERNAL', nonRetryable: unforeseen.count(activity) >= MAX_UNFORESEEN, cause });
}

/** What a client is told to do next follows from the code; a hint that knows more goes with the message. */
function withOwnHint({ code, message, hint }: SluiceError): string {
  return hint === ERROR_KINDS[code].hint ? message : `${message} ${hint}`;
}
