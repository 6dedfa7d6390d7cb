/** What is told of a job of which Temporal has no workflow any more, or one that ran out of its time. */
import { JobRepository } from '../../src/db/job-repository';
import { reconcile } from '../../src/service/reconciler';
import { createWorkflows } from '../../src/temporal/workflows';
import { MAIN_TASK_QUEUE } from '../../workflows/task-queues';
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { expectEventually } from '../harness/expect-eventually';
import { createTestFolder } from '../harness/test-folder';
import { startCli, type TestProcess } from '../harness/start-process';

const DOCUMENTS = 6;

let deployment: Deployment;
let folder: string;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
  deployment = await createDeployment();
});

afterAll(() => deployment.close());

const inputOf = (collection: string) => ({ collection, source: { kind: 'folder' as const, path: folder }, options: { embedding: EMBEDDING } });

const rowOf = async (jobId: string) => (await new JobRepository(deployment.db).find(jobId))!;

/** By a clock that is `seconds` ahead. @returns what was mended */
async function round(seconds: number): Promise<string[]> {
  const mended: string[] = [];
  const onJobFailed = (jobId: string, error: unknown) => mended.push(`${jobId} ${String(error)}`);
  await reconcile({ db: deployment.db, workflows: createWorkflows(deployment.client), onMended: (jobId, what) => mended.push(`${jobId} ${what}`), onJobFailed }, Date.now() + seconds * 1_000);
  return mended;
}

/** In peace: the polls of one that was killed would still be given tasks, of which nobody hears for 10 s. */
async function gone(worker: TestProcess): Promise<void> {
  worker.kill('SIGTERM');
  await worker.exit;
}

/** Temporal forgets a deleted workflow a moment later. */
async function deleteWorkflow(jobId: string): Promise<void> {
  const { client } = deployment;
  await client.workflowService.deleteWorkflowExecution({ namespace: client.options.namespace, workflowExecution: { workflowId: jobId } });
  await expectEventually(async () => expect((await createWorkflows(client).look(jobId)).end).toMatchObject({ error: { code: 'LOST' } }), { timeoutMs: 60_000 });
}

async function statusOnCli(jobId: string): Promise<{ code: number | null; view: unknown }> {
  const cli = startCli(['status', jobId, '--json'], { env: deployment.env });
  const { code } = await cli.exit;
  return { code, view: JSON.parse(cli.stdout) };
}

test('deleted after its end: what it ended with stands', async () => {
  const { service } = deployment;
  const worker = await deployment.startWorker();
  const { jobId } = await service.start(inputOf('kept'));
  const end = await deployment.waitForEnd(jobId);
  await gone(worker);
  expect(end).toMatchObject({ status: 'COMPLETED', documents: { succeeded: DOCUMENTS } });
  await deleteWorkflow(jobId);
  await round(0);
  await round(120);
  expect(await service.status(jobId)).toMatchObject({ status: 'COMPLETED', readFrom: 'mirror', finishedAt: end.finishedAt, documents: end.documents, chunks: end.chunks });
  expect(await statusOnCli(jobId)).toMatchObject({ code: 0, view: { status: 'COMPLETED' } });
}, 90_000);

test('out of the time that its starter gave it: FAILED with TIMED_OUT, before the mirror knows and after', async () => {
  const { service, client } = deployment;
  const worker = await deployment.startWorker();
  const jobId = 'timed-out';
  await client.workflow.start('ingestionWorkflow', { workflowId: jobId, taskQueue: MAIN_TASK_QUEUE, args: [inputOf('late')], workflowExecutionTimeout: '12s' });
  await expectEventually(() => service.pause(jobId, 'EMBEDDING'));
  await expectEventually(async () => expect(await rowOf(jobId)).toMatchObject({ status: 'RUNNING', state: { phases: { LOADING: { status: 'COMPLETED' }, EMBEDDING: { status: 'PAUSED' } } } }));
  // Its reconciler would be the first to tell.
  await gone(worker);
  await expectEventually(async () => expect((await client.workflow.getHandle(jobId).describe()).status.name).toBe('TIMED_OUT'));
  const ended = { status: 'FAILED', error: { code: 'TIMED_OUT' }, phases: expect.arrayContaining([expect.objectContaining({ phase: 'LOADING', status: 'COMPLETED' })]) as unknown };
  expect((await rowOf(jobId)).status).toBe('RUNNING');
  expect(await service.status(jobId)).toMatchObject(ended);
  expect(await round(0)).toEqual(expect.arrayContaining([`${jobId} TIMED_OUT`]));
  expect(await rowOf(jobId)).toMatchObject({ status: 'FAILED', state: { error: { code: 'TIMED_OUT' } } });
  expect(await service.status(jobId)).toMatchObject(ended);
}, 90_000);

test('deleted while its job ran: the mirror is told with its time, and after two misses that the job is LOST', async () => {
  const { service } = deployment;
  const worker = await deployment.startWorker();
  const { jobId } = await service.start(inputOf('deleted'));
  await service.pause(jobId, 'EMBEDDING');
  await expectEventually(async () => expect(await rowOf(jobId)).toMatchObject({ status: 'RUNNING', state: { phases: { LOADING: { status: 'COMPLETED' }, EMBEDDING: { status: 'PAUSED' } } } }));
  await gone(worker);
  await deleteWorkflow(jobId);
  const { asOf } = await rowOf(jobId);
  const last = { status: 'RUNNING', readFrom: 'mirror', asOf, finishedAt: null };
  expect(await service.status(jobId)).toMatchObject(last);
  expect(await statusOnCli(jobId)).toMatchObject({ code: 0, view: last });
  expect(await round(30)).toEqual([]);
  expect(await service.status(jobId)).toMatchObject(last);
  expect(await round(62)).toEqual(expect.arrayContaining([`${jobId} LOST`]));
  expect(await service.status(jobId)).toMatchObject({ status: 'FAILED', error: { code: 'LOST' } });
  expect(await rowOf(jobId)).toMatchObject({ status: 'FAILED', state: { error: { code: 'LOST' } } });
}, 90_000);
