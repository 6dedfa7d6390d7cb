import type { Client } from '@temporalio/client';
import type { Db } from '../db/connect';
import { pingDatabase } from '../db/ping';
import { checkNamespace } from '../temporal/connect-client';
import type { Readiness, ServerReadiness } from './ingestion-service';
import { orLate } from './or-late';
import { toSluiceError } from './server-error';

/** Each server is waited for so long at most. */
const DEADLINE_MS = 1_500;

/** Whether both servers answer now. Does not reject. */
export async function readReadiness(client: Client, db: Db): Promise<Readiness> {
  const [database, temporal] = await Promise.all([
    answers(pingDatabase(db)),
    answers(client.withDeadline(Date.now() + DEADLINE_MS, async () => {
      await client.connection.ensureConnected();
      await client.workflowService.getSystemInfo({});
      await checkNamespace(client);
    })),
  ]);
  return { isReady: database.answers && temporal.answers, database, temporal };
}

async function answers(question: Promise<void>): Promise<ServerReadiness> {
  const answer = question.then(
    (): ServerReadiness => ({ answers: true, why: null }),
    (error: unknown): ServerReadiness => ({ answers: false, why: toSluiceError(error).message }),
  );
  return orLate(DEADLINE_MS, answer, () => ({ answers: false, why: `No answer within ${DEADLINE_MS / 1_000} s.` }));
}
