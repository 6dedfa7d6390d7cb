/** How soon work goes on: from the histories of a job's runs, which name the moment in which each activity's last attempt started. */
import type { Client } from '@temporalio/client';

/** When activities of the job's phases started, oldest first, by the server's clock: this machine's. */
export async function activityStarts(client: Client, jobId: string): Promise<number[]> {
  const starts: number[] = [];
  let runId: string | undefined;
  do {
    const { events = [] } = await client.workflow.getHandle(jobId, runId).fetchHistory();
    runId = undefined;
    const ofPhases = new Set<string>();
    for (const event of events ?? []) {
      const scheduled = event.activityTaskScheduledEventAttributes;
      if (scheduled?.taskQueue?.name?.startsWith('sluice-')) ofPhases.add(String(event.eventId));
      const started = event.activityTaskStartedEventAttributes;
      if (started && ofPhases.has(String(started.scheduledEventId))) starts.push(Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6);
      runId ??= event.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
    }
  } while (runId !== undefined);
  return starts.sort((a, b) => a - b);
}

/** From the moment on which work was possible again to the next start; undefined when there was none. */
export function recoveryMs(starts: readonly number[], fromMs: number): number | undefined {
  const next = starts.find((start) => start >= fromMs);
  return next === undefined ? undefined : Math.round(next - fromMs);
}
