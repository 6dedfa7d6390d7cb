/** What is asked of a job while no worker runs: the answer is right, and what was requested is done when one is back. */
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { expectEventually } from '../harness/expect-eventually';
import { createTestFolder } from '../harness/test-folder';

let deployment: Deployment;
let folder: string;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(folder, 20);
  deployment = await createDeployment();
});

afterAll(() => deployment.close());

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
