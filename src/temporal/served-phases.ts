/**
 * Which phases have a worker. What nobody has taken may wait for one whose hands are full, for as long as that is at what it has; Temporal itself
 * tells who has asked for tasks of late, dead or alive, and not who is at work.
 */
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { taskQueueOf } from '../../workflows/task-queues';
import type { JobPhase } from '../domain/job-phase';
import { isToldOf, phaseOf } from './phase-waits';
import { createWorkflows, type Workflows } from './workflows';

const DEADLINE_MS = 700;

/** So many open jobs are looked at, the newest. */
const MAX_JOBS = 100;

/** An answer serves all who ask within so long: every watcher of a job asks several times a second. */
const KEPT_MS = 2_000;

/** Neither rejects: what can't be learnt in time counts as not so. */
export interface ServedPhases {
  /** The phases in which some worker is at some job right now. */
  atWork(): Promise<JobPhase[]>;
  /** Of these, the ones of which tasks are being handed out. Temporal's own count: it lags by half a minute. */
  handedOut(phases: readonly JobPhase[]): Promise<JobPhase[]>;
}

export function createServedPhases(client: Client): ServedPhases {
  const workflows = createWorkflows(client, DEADLINE_MS);
  const inTime = <T>(question: () => Promise<T[]>): Promise<T[]> => client.withDeadline(Date.now() + DEADLINE_MS, question).catch(() => []);
  let kept: { untilMs: number; atWork: Promise<JobPhase[]> } | undefined;
  return {
    atWork() {
      const nowMs = Date.now();
      if (kept === undefined || nowMs > kept.untilMs) kept = { untilMs: nowMs + KEPT_MS, atWork: inTime(() => findAtWork(client, workflows)) };
      return kept.atWork;
    },
    handedOut: (phases) => inTime(async () => {
      const areHandedOut = await Promise.all(phases.map((phase) => isHandedOut(client, taskQueueOf(phase))));
      return phases.filter((_, index) => areHandedOut[index]);
    }),
  };
}

async function findAtWork(client: Client, { listOpen }: Workflows): Promise<JobPhase[]> {
  const open = await listOpen({ limit: MAX_JOBS });
  const phasesOf = async (jobId: string) => {
    const { raw } = await client.workflow.getHandle(jobId).describe();
    return (raw.pendingActivities ?? []).filter(isToldOf(Date.now())).map(phaseOf);
  };
  const phases = (await Promise.all(Array.from(open.keys(), (jobId) => phasesOf(jobId).catch(() => [])))).flat();
  return [...new Set(phases.filter((phase) => phase !== undefined))];
}

async function isHandedOut(client: Client, taskQueue: string): Promise<boolean> {
  const { stats } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    reportStats: true,
  });
  return (stats?.tasksDispatchRate ?? 0) > 0;
}
