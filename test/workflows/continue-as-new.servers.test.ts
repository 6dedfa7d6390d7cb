/**
 * The test servers suggest continue-as-new at 200 events (test/harness/server-host.ts): a job of some dozens of batches goes through many runs.
 * The jobs wait for the five seconds of a drain, beside each other.
 */
import { pauseSignal, resumeSignal } from '../../workflows/contract';
import { SEARCH_ATTRIBUTES } from '../../workflows/search-attributes';
import { expectEventually } from '../harness/expect-eventually';
import { cancelled, completed, expectMirrored, failed } from './expectations';
import { Hold } from './hold';
import { createWorkflowHost, type StartedJob, type WorkflowHost } from './workflow-host';

let host: WorkflowHost;
beforeAll(async () => (host = await createWorkflowHost()));
afterAll(() => host.close());

const BATCHES = 60;
const ALL = Array.from({ length: BATCHES }, (_, batch) => batch);

test.concurrent('a job of many runs, paused and resumed on its way, does every batch once in each phase', async () => {
  let resumed: Promise<unknown> = Promise.resolve();
  const pauses = new Map([
    ['loadBatch 7', 'LOADING'],
    ['chunkBatch 15', undefined],
    ['embedBatch 20', 'EMBEDDING'],
    ['embedBatch 41', undefined],
    ['indexBatch 30', 'INDEXING'],
    ['indexBatch 55', 'EMBEDDING'],
  ] as const);
  const opening = new Hold(/openJob/);
  const onCall = async (call: string, signal: AbortSignal) => {
    if (call === 'openJob') return opening.onCall(call, signal);
    const phase = pauses.get(call as never) as 'LOADING' | undefined;
    if (!pauses.delete(call as never)) return;
    await job.handle.signal(pauseSignal, phase === undefined ? {} : { phase });
    resumed = resumed.then(() => job.handle.signal(resumeSignal, {}));
  };
  const job: StartedJob = await host.start({ pages: [20, 0, 40], onCall });
  opening.release();
  const result = await completed(job);
  await resumed;
  expect(pauses.size).toBe(0);
  expect(await countRuns(job)).toBeGreaterThanOrEqual(5);
  for (const batches of Object.values(job.fake.done)) expect([...batches].sort((a, b) => a - b)).toEqual(ALL);
  for (const call of ['openJob', 'discoverDocuments 0', 'discoverDocuments 1', 'discoverDocuments 2']) expect([call, job.fake.count(call) - job.fake.stopped.filter((stopped) => stopped === call).length]).toEqual([call, 1]);
  expect(result.documents).toEqual({ total: 120, totalIsFinal: true, succeeded: 120, failed: 0, skipped: 0, removed: 1, ignored: 3 });
  expect(result.chunks).toBe(600);
  for (const phase of result.phases) expect(phase).toMatchObject({ itemsProcessed: 120, status: 'COMPLETED' });
  expectMirrored(job, result);
  expect(new Set(job.fake.snapshots.map(({ firstRunId }) => firstRunId))).toEqual(new Set([job.handle.firstExecutionRunId]));
});

test.concurrent('attributes, details, creation time and pauses are there in later runs', async () => {
  const slow = new Hold(/chunkBatch 59/);
  const job = await host.start({ pages: [BATCHES], onCall: slow.onCall });
  const { createdAt } = await job.status();
  await slow.untilHeld();
  await job.handle.signal(pauseSignal, { phase: 'INDEXING' });
  slow.release();
  await job.untilLetters('CCCP');
  expect(await countRuns(job)).toBeGreaterThanOrEqual(2);
  const { typedSearchAttributes } = await job.handle.describe();
  expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.collection)).toBe('handbook');
  expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.pausedPhases)).toEqual(['INDEXING']);
  const { currentDetails } = await job.handle.query<{ currentDetails: string }, []>('__temporal_workflow_metadata');
  expect(currentDetails).toContain('| EMBEDDING | COMPLETED | 100 % | 120 / 120 | 0 |');
  expect((await job.status()).createdAt).toBe(createdAt);
  await job.handle.signal(resumeSignal);
  expectMirrored(job, await completed(job));
});

test.concurrent('a straggler is stopped before the next run begins, and done there', async () => {
  const straggler = new Hold(/embedBatch 2$/);
  const job = await host.start({ pages: [BATCHES], onCall: straggler.onCall });
  await expectEventually(() => expect(job.fake.stopped).toContain('embedBatch 2'), { timeoutMs: 40_000 });
  straggler.release();
  const result = await completed(job);
  expect([...job.fake.done.EMBEDDING].sort((a, b) => a - b)).toEqual(ALL);
  expectMirrored(job, result);
});

test.concurrent('a cancel during the drain ends the job at once, and in that run', async () => {
  const straggler = new Hold(/embedBatch 2$/, { deaf: true });
  const job = await host.start({ pages: [BATCHES], onCall: straggler.onCall });
  // It was asked to stop: five seconds of the drain are over, and the next run waits for this one batch.
  await expectEventually(() => expect(straggler.stopAsked.size).toBe(1), { timeoutMs: 40_000 });
  const runs = await countRuns(job);
  await job.handle.cancel();
  const view = await cancelled(job);
  expect(straggler.held.size).toBe(1);
  expect(await countRuns(job)).toBe(runs);
  expectMirrored(job, view);
});

test.concurrent('a failure during the drain ends the job in that run', async () => {
  const straggler = new Hold(/embedBatch 2$/, { deaf: true });
  const job = await host.start({
    pages: [BATCHES],
    result: (phase, batch) => (phase === 'EMBEDDING' && batch === 2 ? { failed: 2 } : {}),
    onCall: straggler.onCall,
  }, { maxFailures: 1 });
  await expectEventually(() => expect(straggler.stopAsked.size).toBe(1), { timeoutMs: 40_000 });
  straggler.release();
  const { type, view } = await failed(job);
  expect(type).toBe('TOO_MANY_FAILURES');
  expectMirrored(job, view);
});

test.concurrent('a pause and a resume during the drain are carried into the next run', async () => {
  const straggler = new Hold(/embedBatch 2$/, { deaf: true });
  const job = await host.start({ pages: [BATCHES], onCall: straggler.onCall });
  await job.handle.signal(pauseSignal, { phase: 'INDEXING' });
  await expectEventually(() => expect(straggler.stopAsked.size).toBe(1), { timeoutMs: 40_000 });
  await job.handle.signal(resumeSignal, { phase: 'INDEXING' });
  await job.handle.signal(pauseSignal, { phase: 'LOADING' });
  straggler.release();
  await job.untilLetters('PRRR');
  expect(await countRuns(job)).toBeGreaterThanOrEqual(2);
  await job.handle.signal(resumeSignal);
  expectMirrored(job, await completed(job));
});

test.concurrent('a snapshot that could not be written is written by the next run', async () => {
  let isDown = true;
  const job = await host.start({
    pages: [BATCHES],
    onCall: (call) => {
      if (call.startsWith('mirrorJob') && isDown) throw new Error('Postgres is down');
    },
  });
  await expectEventually(async () => expect(await countRuns(job)).toBeGreaterThanOrEqual(2), { timeoutMs: 40_000 });
  await job.handle.signal(pauseSignal, { phase: 'INDEXING' });
  isDown = false;
  await expectEventually(() => expect(job.fake.snapshots.length).toBeGreaterThan(0));
  await job.handle.signal(resumeSignal);
  expectMirrored(job, await completed(job));
});

test('every run of these jobs replays', async () => {
  expect(await host.replayAll()).toBeGreaterThanOrEqual(20);
});

/** Runs of the job's chain that have begun. */
async function countRuns({ handle }: StartedJob): Promise<number> {
  let runs = 0;
  for (let runId: string | null | undefined = handle.firstExecutionRunId; runId; runs++) runId = await findNextRun(handle.workflowId, runId);
  return runs;
}

async function findNextRun(workflowId: string, runId: string): Promise<string | null | undefined> {
  const { events } = await host.client.workflow.getHandle(workflowId, runId).fetchHistory();
  return events![events!.length - 1]!.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
}
