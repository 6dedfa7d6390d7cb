import type { Client } from '@temporalio/client';
import { connect, type Db } from '../../src/db/connect';
import { JobRepository } from '../../src/db/job-repository';
import { createIngestionService } from '../../src/service/create-ingestion-service';
import type { IngestionService } from '../../src/service/ingestion-service';
import { reconcile } from '../../src/service/reconciler';
import { connectClient, lazyClient } from '../../src/temporal/connect-client';
import { createWorkflows, type Workflows } from '../../src/temporal/workflows';
import { createTestDatabase, type TestDatabase } from '../harness/test-database';
import { createTestNamespace } from '../harness/test-namespace';
import { getTestServers } from '../harness/test-servers';

let database: TestDatabase;
let db: Db;
let client: Client;
let namespace: string;
let service: IngestionService;
let mended: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  db = connect(database.url);
  namespace = await createTestNamespace();
  client = await connectClient({ address: getTestServers().temporalAddress }, namespace);
  service = createIngestionService({ client, db, models: undefined as never, readers: undefined as never });
});

beforeEach(() => {
  mended = [];
});

afterAll(async () => {
  await client.connection.close();
  await db.destroy();
  await database.drop();
});

const round = (nowMs = Date.now(), workflows: Workflows = createWorkflows(client)) =>
  reconcile({ db, workflows, namespace, onMended: (jobId, what) => mended.push(`${jobId} ${what}`) }, nowMs);

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
  expect(mended).toEqual(['terminated TERMINATED', 'terminated staging'].slice(0, mended.length));
  expect(mended).toContain('terminated TERMINATED');
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
