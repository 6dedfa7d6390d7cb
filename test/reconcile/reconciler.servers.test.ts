import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { connect, type Db } from '../../src/db/connect';
import { JobRepository } from '../../src/db/job-repository';
import { createIngestionService } from '../../src/service/create-ingestion-service';
import type { IngestionService } from '../../src/service/ingestion-service';
import { reconcile } from '../../src/service/reconciler';
import { connectClient, lazyClient } from '../../src/temporal/connect-client';
import { createWorkflows, type Workflows } from '../../src/temporal/workflows';
import { MAIN_TASK_QUEUE } from '../../workflows/task-queues';
import { createTestDatabase, type TestDatabase } from '../harness/test-database';
import { createTestNamespace } from '../harness/test-namespace';
import { getTestServers } from '../harness/test-servers';

const { CommandType } = temporal.api.enums.v1;

let database: TestDatabase;
let db: Db;
let client: Client;
let namespace: string;
let service: IngestionService;
let mended: string[];
let failed: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  db = connect(database.url);
  namespace = await createTestNamespace();
  client = await connectClient({ address: getTestServers().temporalAddress }, namespace);
  service = createIngestionService({ client, db, models: undefined as never, readers: undefined as never });
});

beforeEach(() => {
  mended = [];
  failed = [];
});

afterAll(async () => {
  await client.connection.close();
  await db.destroy();
  await database.drop();
});

const round = (nowMs = Date.now(), workflows: Workflows = createWorkflows(client)) =>
  reconcile({ db, workflows, onMended: (jobId, what) => mended.push(`${jobId} ${what}`), onJobFailed: (jobId, error) => failed.push(`${jobId} ${String(error)}`) }, nowMs);

/** No worker is there: the workflow is accepted and never gets further. */
async function startJob(jobId: string): Promise<void> {
  await service.start({ collection: 'docs', source: { kind: 'folder', path: '/nowhere' } }, { jobId });
}

async function rowOf(jobId: string) {
  return (await new JobRepository(db).find(jobId))!;
}

test('a job whose workflow was terminated becomes FAILED with TERMINATED, once', async () => {
  await startJob('terminated');
  await round();
  expect(mended).toEqual([]);
  await client.workflow.getHandle('terminated').terminate('by a test');
  await round();
  await round();
  expect(mended).toEqual(['terminated TERMINATED', 'terminated STAGING']);
  const { state, status } = await rowOf('terminated');
  expect(status).toBe('FAILED');
  expect(state).toMatchObject({ error: { code: 'TERMINATED', phase: 'LOADING' }, phases: { LOADING: { status: 'FAILED' }, CHUNKING: { status: 'NOT_STARTED' } } });
  expect(await service.status('terminated')).toMatchObject({ status: 'FAILED', error: { code: 'TERMINATED' } });
});

test('a job that Temporal does not know is LOST after two looks a minute apart, and not before', async () => {
  await new JobRepository(db).record({ jobId: 'lost', collection: 'docs', source: null, options: {}, retryOf: null, createdAt: new Date().toISOString(), namespace });
  const start = Date.now();
  await round(start);
  await round(start + 59_000);
  expect((await rowOf('lost')).status).toBe('NOT_STARTED');
  await round(start + 61_000);
  expect(mended).toContain('lost LOST');
  expect(await rowOf('lost')).toMatchObject({ status: 'FAILED', state: { error: { code: 'LOST' } } });
});

test('a job that is found again was not lost', async () => {
  await new JobRepository(db).record({ jobId: 'late', collection: 'docs', source: null, options: {}, retryOf: null, createdAt: new Date().toISOString(), namespace });
  const start = Date.now();
  await round(start);
  await startJob('late');
  await round(start + 30_000);
  await client.workflow.getHandle('late').terminate();
  await round(start + 61_000);
  expect(mended).toContain('late TERMINATED');
});

test('nobody is lost because Temporal could not be asked, or because it is of another namespace', async () => {
  await startJob('running');
  const unreachable = lazyClient({ address: '127.0.0.1:1' }, namespace);
  await expect(round(Date.now() + 3_600_000, createWorkflows(unreachable))).rejects.toThrow();
  await unreachable.connection.close();
  await new JobRepository(db).record({ jobId: 'foreign', collection: 'docs', source: null, options: {}, retryOf: null, createdAt: new Date().toISOString(), namespace: 'another' });
  const start = Date.now();
  await round(start);
  await round(start + 3_600_000);
  expect((await rowOf('running')).status).toBe('PENDING');
  expect((await rowOf('foreign')).status).toBe('NOT_STARTED');
  await client.workflow.getHandle('running').terminate();
});

test('two at once mend once', async () => {
  await startJob('twice');
  await client.workflow.getHandle('twice').terminate();
  await Promise.all([round(), round(), round()]);
  expect(mended.filter((line) => line === 'twice TERMINATED')).toHaveLength(1);
});

test('a damaged row holds up no other', async () => {
  for (const jobId of ['a-before', 'b-damaged', 'c-after']) {
    await startJob(jobId);
    await client.workflow.getHandle(jobId).terminate();
  }
  await db.deleteFrom('ingestion_phase_status').where('job_id', '=', 'b-damaged').where('phase', '=', 'LOADING').execute();
  await round();
  expect(mended).toEqual(expect.arrayContaining(['a-before TERMINATED', 'c-after TERMINATED']));
  expect(failed).toEqual([expect.stringMatching(/^b-damaged /)]);
  await db.deleteFrom('ingestion_jobs').where('id', '=', 'b-damaged').execute();
});

test('a workflow that completed with something else than a status ends its job with INTERNAL', async () => {
  await startJob('strange');
  await completeWith('strange', { jobId: 'strange', phases: 4 });
  await round();
  expect(failed).toEqual([]);
  expect(await rowOf('strange')).toMatchObject({ status: 'FAILED', state: { error: { code: 'INTERNAL', phase: 'LOADING' } } });
  expect(await service.status('strange')).toMatchObject({ status: 'FAILED', error: { code: 'INTERNAL' } });
});

test('the id of a workflow of another kind is JOB_EXISTS, and leaves no job behind', async () => {
  await client.workflow.start('backup', { workflowId: 'taken', taskQueue: 'backups' });
  await expect(startJob('taken')).rejects.toMatchObject({ code: 'JOB_EXISTS' });
  expect(await new JobRepository(db).find('taken')).toBeUndefined();
  await expect(service.status('taken')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  await client.workflow.getHandle('taken').terminate();
});

test('a job that was there stays when its id is used again', async () => {
  await startJob('known');
  await expect(startJob('known')).rejects.toMatchObject({ code: 'JOB_EXISTS' });
  expect((await rowOf('known')).status).toBe('PENDING');
  await client.workflow.getHandle('known').terminate();
});

/** Does the workflow's first task in place of a worker. */
async function completeWith(jobId: string, result: unknown): Promise<void> {
  for (;;) {
    const task = await client.withDeadline(Date.now() + 30_000, () => client.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: { name: MAIN_TASK_QUEUE }, identity: 'a test' }));
    if (task.taskToken.length === 0) continue;
    const isOurs = task.workflowExecution?.workflowId === jobId;
    const payload = defaultPayloadConverter.toPayload(result);
    await client.workflowService.respondWorkflowTaskCompleted({
      namespace,
      taskToken: task.taskToken,
      commands: isOurs ? [{ commandType: CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION, completeWorkflowExecutionCommandAttributes: { result: { payloads: [payload] } } }] : [],
    });
    if (isOurs) return;
  }
}
