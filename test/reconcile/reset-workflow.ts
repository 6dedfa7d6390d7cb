/** Temporal's reset, as `temporal workflow reset` asks for it. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const { EVENT_TYPE_WORKFLOW_TASK_COMPLETED, EVENT_TYPE_ACTIVITY_TASK_COMPLETED, EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED } = temporal.api.enums.v1.EventType;
const { RESET_REAPPLY_TYPE_ALL_ELIGIBLE, RESET_REAPPLY_TYPE_NONE } = temporal.api.enums.v1.ResetReapplyType;

/** The first step of the workflow; the one in which its opening had just returned; the last before it was first asked to pause. */
export type ResetPoint = 'beforeOpening' | 'afterOpening' | 'beforePause';

/** Ends the current run and begins another at the point; answers its id. @param keepSignals what came after the point is given to the new run */
export async function resetWorkflow(client: Client, jobId: string, point: ResetPoint, { keepSignals = false } = {}): Promise<string> {
  const handle = client.workflow.getHandle(jobId);
  const { runId } = await handle.describe();
  const events = (await handle.fetchHistory()).events ?? [];
  const opened = events.findIndex(({ eventType }) => eventType === EVENT_TYPE_ACTIVITY_TASK_COMPLETED);
  const asked = events.findIndex(({ eventType }) => eventType === EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);
  const steps = events.filter(({ eventType }) => eventType === EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
  const number = (index: number) => Number(events[index]!.eventId);
  const find = {
    beforeOpening: () => steps[0],
    afterOpening: () => steps.find(({ eventId }) => Number(eventId) > number(opened)),
    // A request is accepted in the step that it comes with.
    beforePause: () => steps.findLast(({ eventId }) => Number(eventId) < number(asked) - 1),
  }[point];
  const answer = await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId: jobId, runId },
    reason: 'a test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: find()!.eventId,
    resetReapplyType: keepSignals ? RESET_REAPPLY_TYPE_ALL_ELIGIBLE : RESET_REAPPLY_TYPE_NONE,
  });
  return answer.runId;
}
