import { setTimeout as sleep } from 'node:timers/promises';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { completed, failed } from './expectations';
import { Hold } from './hold';
import { createWorkflowHost, type StartedJob, type WorkflowHost } from './workflow-host';

let host: WorkflowHost;
beforeAll(async () => (host = await createWorkflowHost()));
afterAll(() => host.close());

/** Long enough that Temporal has what was asked, or done, meanwhile. */
const MEANWHILE_MS = 1_000;

/** The next worker is given a query of each job before the task that takes note of what was done: not always in this order, so that several are needed. */
async function askWhileNoWorkerIsThere(jobs: StartedJob[], doWork: () => void): Promise<void> {
  let answers: Promise<unknown>[] = [];
  await host.restartWorkflowWorker(async () => {
    answers = jobs.map((job) => job.status());
    await sleep(MEANWHILE_MS);
    doWork();
    await sleep(MEANWHILE_MS);
  });
  await Promise.all(answers);
}

/** What jobs said when they ended is what a worker says that replays their whole histories. */
async function expectSameTimes(jobs: StartedJob[], ends: JobStatusResponse[], goneAt: string): Promise<void> {
  await host.restartWorkflowWorker(() => Promise.resolve());
  for (const [index, job] of jobs.entries()) {
    const { asOf: _, ...told } = await job.status();
    expect(ends[index]).toMatchObject(told);
    expect(ends[index]!.finishedAt! > goneAt).toBe(true);
  }
}

test('a job that ended while no worker was there ended when its last activity did, whoever asks, and however often its history is replayed', async () => {
  const finishing = new Hold(/finishJob/);
  const jobs = await Promise.all(Array.from({ length: 5 }, () => host.start({ onCall: finishing.onCall })));
  await finishing.untilHeld();
  await Promise.all(jobs.map((job) => job.untilLetters('CCCR')));
  const goneAt = new Date().toISOString();
  await askWhileNoWorkerIsThere(jobs, () => finishing.release());
  const results = await Promise.all(jobs.map(completed));
  await expectSameTimes(jobs, results, goneAt);
}, 60_000);

test('a failed job too', async () => {
  const closing = new Hold(/closeJob/);
  const counts = { documents: { total: 0, totalIsFinal: true, succeeded: 0, failed: 0, skipped: 0, removed: 0, ignored: 0 }, chunks: 0 };
  const phases = Object.fromEntries(['LOADING', 'CHUNKING', 'EMBEDDING', 'INDEXING'].map((phase) => [phase, { itemsProcessed: 0, itemsFailed: 0 }]));
  const plan = { result: () => ({ failed: 2 }), onCall: closing.onCall, counts: () => ({ ...counts, phases }) as never };
  const jobs = await Promise.all(Array.from({ length: 5 }, () => host.start(plan, { maxFailures: 0 })));
  await closing.untilHeld(1);
  await sleep(MEANWHILE_MS);
  const goneAt = new Date().toISOString();
  await askWhileNoWorkerIsThere(jobs, () => closing.release());
  const ends = await Promise.all(jobs.map(failed));
  await expectSameTimes(jobs, ends.map(({ view }) => view), goneAt);
}, 60_000);
