import type { Client } from '@temporalio/client';
import type { Db } from '../db/connect';
import { countJobs, countWaitingBatches } from '../db/work-at-hand';
import { countQueuedTasks } from '../temporal/task-queue-backlog';
import type { WorkAtHand } from './ingestion-service';
import { orLate } from './or-late';

/** Each server is waited for so long at most. */
const DEADLINE_MS = 1_500;

/** What there is to do now, as far as the servers tell. Does not reject. */
export async function readWorkAtHand(client: Client, db: Db): Promise<WorkAtHand> {
  const [jobs, batches, taskQueues] = await Promise.all([known(countJobs(db)), known(countWaitingBatches(db)), known(countQueuedTasks(client, DEADLINE_MS))]);
  return { jobs, batches, taskQueues };
}

async function known<T>(question: Promise<T>): Promise<T | undefined> {
  return orLate(DEADLINE_MS, question.catch(() => undefined), () => undefined);
}
