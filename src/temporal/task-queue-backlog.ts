import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { MAIN_TASK_QUEUE, taskQueueOf } from '../../workflows/task-queues';
import { JOB_PHASES } from '../domain/job-phase';

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = temporal.api.enums.v1.TaskQueueType;

/** How many tasks of each of Sluice's queues no worker has taken, about. Rejects when Temporal can't be asked. @param deadlineMs for all together */
export async function countQueuedTasks(client: Client, deadlineMs: number): Promise<{ name: string; tasks: number }[]> {
  const { namespace } = client.options;
  const count = async (name: string, taskQueueType: temporal.api.enums.v1.TaskQueueType): Promise<number> => {
    const { stats } = await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType, reportStats: true });
    return Number(stats?.approximateBacklogCount ?? 0);
  };
  return client.withDeadline(Date.now() + deadlineMs, () =>
    Promise.all([MAIN_TASK_QUEUE, ...JOB_PHASES.map(taskQueueOf)].map(async (name) => {
      const kinds = name === MAIN_TASK_QUEUE ? [TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY] : [TASK_QUEUE_TYPE_ACTIVITY];
      const counts = await Promise.all(kinds.map((kind) => count(name, kind)));
      return { name, tasks: counts.reduce((sum, each) => sum + each, 0) };
    })),
  );
}
