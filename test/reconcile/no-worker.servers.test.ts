/** What is asked of a job while no worker runs: the answer is right, and what was requested is done when one is back. */
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { taskQueueOf } from '../../workflows/task-queues';
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { expectEventually } from '../harness/expect-eventually';
import { concurrentTest, startCli } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';

/** Batches of EMBEDDING that a worker has at work at most (src/temporal/phase-slots.ts). */
const SLOTS = 16;

let deployment: Deployment;
/** Another, in which no worker has ever done EMBEDDING: Temporal takes half a minute to see that a phase is not served any more. */
let halved: Deployment;
let folder: string;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(folder, 20);
  [deployment, halved] = await Promise.all([createDeployment(), createDeployment()]);
});

afterAll(() => Promise.all([deployment.close(), halved.close()]));

test('a source is held by a job that runs, and by none whose workflow has ended unseen', async () => {
  const { service, client, db } = deployment;
  const worker = await deployment.startWorker();
  const input = { collection: 'held', source: { kind: 'folder' as const, path: folder }, options: { embedding: EMBEDDING } };
  const { jobId } = await service.start(input);
  await service.pause(jobId);
  await expectEventually(async () => expect(await service.findActive(input)).toEqual({ jobId, sameOptions: true }));
  expect(await service.findActive({ ...input, options: { ...input.options, verify: true } })).toEqual({ jobId, sameOptions: false });
  worker.kill('SIGKILL');
  await worker.exit;
  expect(await service.findActive(input)).toEqual({ jobId, sameOptions: true });
  await client.workflow.getHandle(jobId).terminate();
  expect((await db.selectFrom('ingestion_jobs').select('status').where('id', '=', jobId).executeTakeFirstOrThrow()).status).toMatch(/PENDING|RUNNING/);
  expect(await service.findActive(input)).toBeUndefined();
  expect(await service.status(jobId)).toMatchObject({ status: 'FAILED', error: { code: 'TERMINATED' } });
});

test('a raised budget waits for a worker, as pause and resume do', async () => {
  const { service } = deployment;
  const worker = await deployment.startWorker();
  const { jobId } = await service.start({ collection: 'bought', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING, maxTokens: 10, batchDocuments: 2 } });
  await expectEventually(async () => expect((await service.status(jobId)).phases[2]).toMatchObject({ status: 'PAUSED', waitReason: 'BUDGET', inFlight: 0 }));
  await service.pause(jobId, 'EMBEDDING');
  expect((await service.status(jobId)).phases[2]).toMatchObject({ status: 'PAUSED', waitReason: 'PAUSED' });
  worker.kill('SIGKILL');
  await worker.exit;
  expect(await service.resume(jobId, undefined, { maxTokens: 1_000_000 })).toEqual({ confirmed: false, phases: null });
  await deployment.startWorker();
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: 20 } });
}, 120_000);

test('what was at work in a worker that is gone is tried again', async () => {
  const { service, provider } = deployment;
  await provider.control({ latencyMs: 60_000 });
  await deployment.startWorker(['--phases', 'LOADING,CHUNKING,INDEXING']);
  const worker = await deployment.startWorker(['--phases', 'EMBEDDING']);
  const { jobId } = await service.start({ collection: 'orphaned', source: { kind: 'folder', path: folder }, options: { embedding: { ...EMBEDDING, model: 'slow' } } });
  await expectEventually(async () => expect((await service.status(jobId)).phases[2]).toMatchObject({ status: 'RUNNING', inFlight: 1, waitReason: null }));
  worker.kill('SIGKILL');
  await worker.exit;
  await expectEventually(async () => expect((await service.status(jobId)).phases[2]).toMatchObject({ status: 'RUNNING', waitReason: 'RETRYING' }), { timeoutMs: 60_000 });
  await provider.control({ latencyMs: 0 });
  await deployment.startWorker(['--phases', 'EMBEDDING']);
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: 20 } });
}, 120_000);

concurrentTest('a phase that no worker runs says so while the others work, until a worker of it comes', async () => {
  const { service, env } = halved;
  await halved.startWorker(['--phases', 'LOADING,CHUNKING']);
  const { jobId } = await service.start({ collection: 'halved', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING } });
  // By the workflow's own word it is at work: an activity of it is under way, which nobody takes.
  const untaken = { phase: 'EMBEDDING', status: 'RUNNING', waitReason: 'NO_WORKER', itemsProcessed: 0 };
  await expectEventually(async () => expect((await service.status(jobId)).phases[2]).toMatchObject(untaken), { timeoutMs: 120_000 });
  const cli = startCli(['status', jobId, '--json'], { env });
  expect(await cli.exit).toMatchObject({ code: 0 });
  const told = JSON.parse(cli.stdout) as JobStatusResponse;
  expect(told).toMatchObject({ status: 'RUNNING', readFrom: 'workflow' });
  expect(told.phases.slice(0, 3).map(({ status, waitReason }) => [status, waitReason])).toEqual([['COMPLETED', null], ['COMPLETED', null], ['RUNNING', 'NO_WORKER']]);
  await halved.startWorker(['--phases', 'EMBEDDING']);
  await expectEventually(async () => expect((await service.status(jobId)).phases[2]).toMatchObject({ status: 'COMPLETED', waitReason: null }), { timeoutMs: 60_000 });
  await halved.startWorker(['--phases', 'INDEXING']);
  expect(await halved.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: 20 } });
}, 300_000);

concurrentTest('beside a worker whose hands are full a job waits without NO_WORKER, until that worker is gone', async (afterwards) => {
  const full = await createDeployment({ latencyMs: 200_000 });
  afterwards(() => full.close());
  const { service, client } = full;
  await full.startWorker(['--phases', 'LOADING,CHUNKING,INDEXING']);
  const worker = await full.startWorker(['--phases', 'EMBEDDING']);
  const start = async (documents: number) => {
    const source = { kind: 'folder', path: createTestFolder() } as const;
    writeDocuments(source.path, documents);
    const options = { embedding: EMBEDDING, batchDocuments: 1, concurrency: { EMBEDDING: documents } };
    return (await service.start({ collection: 'full', source, options })).jobId;
  };
  // Of two jobs, so that neither has a history to continue as new while they wait.
  const large = [await start(SLOTS / 2), await start(SLOTS / 2)];
  await expectEventually(async () => expect(await Promise.all(large.map((jobId) => countStarted(client, jobId)))).toEqual([SLOTS / 2, SLOTS / 2]), { timeoutMs: 60_000 });
  const jobId = await start(1);
  await expectEventually(async () => expect((await service.status(jobId)).phases[2]).toMatchObject({ status: 'RUNNING', inFlight: 1 }));
  // From then on Temporal tells of no tasks that are handed out.
  await expectEventually(async () => expect(await dispatchRate(client)).toBe(0), { timeoutMs: 90_000 });
  expect((await service.status(jobId)).phases[2]).toMatchObject({ status: 'RUNNING', waitReason: null, itemsProcessed: 0 });
  worker.kill('SIGKILL');
  await worker.exit;
  await expectEventually(async () => expect((await service.status(jobId)).phases[2]).toMatchObject({ status: 'RUNNING', waitReason: 'NO_WORKER' }));
}, 240_000);

async function countStarted(client: Client, jobId: string): Promise<number> {
  const { raw } = await client.workflow.getHandle(jobId).describe();
  return (raw.pendingActivities ?? []).filter(({ state }) => state === temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED).length;
}

async function dispatchRate(client: Client): Promise<number | null | undefined> {
  const { stats } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueueOf('EMBEDDING') },
    taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    reportStats: true,
  });
  return stats?.tasksDispatchRate;
}
