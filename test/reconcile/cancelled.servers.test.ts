/** A cancelled workflow leaves no result in Temporal: when its last words did not reach the mirror, it is asked for them. */
import { JobRepository } from '../../src/db/job-repository';
import { reconcile } from '../../src/service/reconciler';
import { createWorkflows } from '../../src/temporal/workflows';
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { expectEventually } from '../harness/expect-eventually';
import { createTestFolder } from '../harness/test-folder';

let deployment: Deployment;

afterEach(() => deployment.close());

test('a cancel whose last write failed: the mirror gets the state in which the workflow ended', async () => {
  const folder = createTestFolder();
  writeDocuments(folder, 60);
  deployment = await createDeployment({ latencyMs: 200 });
  const { service, client, db } = deployment;
  await deployment.startWorker();
  const { jobId } = await service.start({ collection: 'cut', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING, batchDocuments: 5, concurrency: { EMBEDDING: 1 } } });
  const jobs = new JobRepository(db);
  await expectEventually(async () => expect((await service.status(jobId)).documents.succeeded).toBeGreaterThan(0));
  const before = await db.selectFrom('ingestion_jobs').select(['status', 'finished_at', 'documents_succeeded', 'chunks']).where('id', '=', jobId).executeTakeFirstOrThrow();
  const phasesBefore = await db.selectFrom('ingestion_phase_status').select(['phase', 'status', 'completed_at', 'items_processed']).where('job_id', '=', jobId).execute();
  await service.cancel(jobId);
  await expect(client.workflow.getHandle(jobId).result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  const told = (await jobs.find(jobId))!;
  expect(told.status).toBe('FAILED');

  // As the mirror would be without the last write.
  await db.updateTable('ingestion_jobs').set({ ...before, error: null, version: told.state.version - 1 }).where('id', '=', jobId).execute();
  for (const { phase, ...row } of phasesBefore) await db.updateTable('ingestion_phase_status').set({ ...row, error: null }).where('job_id', '=', jobId).where('phase', '=', phase).execute();
  expect((await jobs.find(jobId))!.status).toBe('RUNNING');
  await reconcile({ db, workflows: createWorkflows(client), onMended: () => undefined, onJobFailed: (_jobId, error) => { throw error; } });
  const { asOf: _asOf, state, ...mended } = (await jobs.find(jobId))!;
  expect(mended).toMatchObject({ status: 'FAILED', runId: told.runId });
  expect(state).toEqual({ ...told.state, version: state.version });
});
