/** `temporal workflow reset`: of two runs of a job the current one's state counts, whatever its version, and what the old one left behind changes nothing. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createCloseJob } from '../../activities/close-job';
import type { ActivityDependencies } from '../../activities/dependencies';
import { createMirrorJob } from '../../activities/mirror-job';
import { JobRepository } from '../../src/db/job-repository';
import { perPhase } from '../../src/domain/job-phase';
import { PhaseTracker } from '../../src/domain/phase-tracker';
import { createWorkflows } from '../../src/temporal/workflows';
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { undisturbedRun } from '../e2e/undisturbed-run';
import { expectEventually } from '../harness/expect-eventually';
import { concurrentTest } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { resetWorkflow } from './reset-workflow';

const DOCUMENTS = 40;
/** Few batches: a run that is continued as new, as the tests' server suggests after 200 events, has no opening to be put back to. */
const OPTIONS = { embedding: EMBEDDING, batchDocuments: 20 };

let folder: string;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
});

/** Each on a deployment of its own; they wait for heartbeats and for the reconciler. */
const resetTest = (name: string, body: (deployment: Deployment) => Promise<void>) =>
  concurrentTest(name, async (afterwards) => {
    const deployment = await createDeployment();
    afterwards(() => deployment.close());
    await body(deployment);
  }, 120_000);

/** Answers when its opening is behind it: what is asked of it from now on came after that. */
async function start(deployment: Deployment, collection: string): Promise<string> {
  const { jobId } = await deployment.service.start({ collection, source: { kind: 'folder', path: folder }, options: OPTIONS });
  await expectEventually(async () => expect((await deployment.service.status(jobId)).startedAt).not.toBeNull());
  return jobId;
}

const rowOf = async (deployment: Deployment, jobId: string) => (await new JobRepository(deployment.db).find(jobId))!;

resetTest('a running job that is put back: the mirror follows the new run from a lower version on, and nothing of the old one reaches it', async (deployment) => {
  const reference = await undisturbedRun(folder);
  const { service, db, client, provider } = deployment;
  await deployment.startWorker();
  const jobId = await start(deployment, 'put-back');
  await service.pause(jobId, 'INDEXING');
  for (const phase of ['EMBEDDING', 'CHUNKING'] as const) {
    await service.pause(jobId, phase).catch(() => undefined);
    await service.resume(jobId, phase).catch(() => undefined);
  }
  await expectEventually(async () => expect((await service.status(jobId)).phases[2]).toMatchObject({ status: 'COMPLETED' }));
  const before = await expectEventually(async () => {
    const row = await rowOf(deployment, jobId);
    expect(row.state.phases.EMBEDDING.status).toBe('COMPLETED');
    return row;
  });

  const newRun = await resetWorkflow(client, jobId, 'afterOpening');
  expect(newRun).not.toBe(before.runId);
  // It begins with nothing done, is not paused, and ends.
  const ended = await deployment.waitForEnd(jobId);
  expect(ended).toMatchObject({ status: 'COMPLETED', documents: { total: DOCUMENTS, succeeded: DOCUMENTS, failed: 0 }, chunks: reference.chunks.length });
  expect(ended.version).toBeLessThan(before.state.version);
  const row = await expectEventually(async () => {
    const found = await rowOf(deployment, jobId);
    expect(found).toMatchObject({ status: 'COMPLETED', runId: newRun, firstRunId: before.firstRunId, state: { version: ended.version } });
    return found;
  });
  for (const phase of ended.phases) expect(row.state.phases[phase.phase]).toMatchObject({ status: 'COMPLETED', itemsProcessed: DOCUMENTS, itemsFailed: 0 });
  expect(await deployment.publishedChunks('put-back')).toEqual(reference.chunks.map((chunk) => ({ ...(chunk as object), collection: 'put-back' })));
  expect(await provider.stats()).toMatchObject({ texts: reference.texts, repeatedTexts: 0 });
  expect(await db.selectFrom('staged_documents').select('job_id').execute()).toEqual([]);
});

resetTest('what the old run was still about to write or to clear away is refused', async (deployment) => {
  const { service, client, db } = deployment;
  await deployment.startWorker();
  const jobId = await start(deployment, 'zombies');
  await service.pause(jobId, 'INDEXING');
  await expectEventually(async () => expect((await service.status(jobId)).phases[2]).toMatchObject({ status: 'COMPLETED' }));
  const old = await expectEventually(async () => {
    const row = await rowOf(deployment, jobId);
    expect(row.state.phases.EMBEDDING.status).toBe('COMPLETED');
    return row;
  });
  const newRun = await resetWorkflow(client, jobId, 'afterOpening', { keepSignals: true });
  // The pause came to the old run and is given to the new one: it stands there with everything staged.
  await expectEventually(async () => expect(await rowOf(deployment, jobId)).toMatchObject({ runId: newRun, state: { phases: { EMBEDDING: { status: 'COMPLETED' }, INDEXING: { status: 'PAUSED' } } } }));
  const before = await rowOf(deployment, jobId);

  const dependencies = { db, workflows: createWorkflows(client) } as unknown as ActivityDependencies;
  const zombie = new MockActivityEnvironment({ workflowExecution: { workflowId: jobId, runId: old.runId! } });
  const state = { ...old.state, version: old.state.version + 1_000 };
  new PhaseTracker(state, () => new Date().toISOString()).failJob({ code: 'CANCELLED', message: 'The old run was cancelled.' });
  const activity = perPhase(() => ({ inFlight: 0, waitReason: null }));
  await zombie.run(createMirrorJob(dependencies), { job: state, activity, firstRunId: old.firstRunId!, final: true });
  await zombie.run(createCloseJob(dependencies), { jobId });
  expect(await rowOf(deployment, jobId)).toEqual(before);

  await service.resume(jobId);
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: DOCUMENTS } });
});

resetTest('a run that nobody has written of yet is taken over by the reconciler: status and mirror are those of the current run', async (deployment) => {
  const { service, client } = deployment;
  const worker = await deployment.startWorker();
  // No answer comes: nothing changes by itself that a run would write of.
  await deployment.provider.control({ latencyMs: 120_000 });
  const jobId = await start(deployment, 'taken-over');
  await expectEventually(async () => expect((await rowOf(deployment, jobId)).state.phases).toMatchObject({ CHUNKING: { status: 'COMPLETED' }, EMBEDDING: { status: 'RUNNING' } }));
  await service.pause(jobId, 'INDEXING');
  await expectEventually(async () => expect((await rowOf(deployment, jobId)).state.phases.INDEXING.status).toBe('PAUSED'), { timeoutMs: 30_000 });
  const newRun = await resetWorkflow(client, jobId, 'beforePause');
  const taken = await expectEventually(async () => {
    const row = await rowOf(deployment, jobId);
    expect(row.runId).toBe(newRun);
    return row;
  }, { timeoutMs: 45_000 });
  expect(perPhase((phase) => taken.state.phases[phase].status)).toEqual({ LOADING: 'COMPLETED', CHUNKING: 'COMPLETED', EMBEDDING: 'RUNNING', INDEXING: 'NOT_STARTED' });
  expect(await service.status(jobId)).toMatchObject({ readFrom: 'workflow', version: taken.state.version });
  worker.kill('SIGKILL');
  await worker.exit;
});

resetTest('an ended job that is put back before its opening begins anew, and pays for nothing again', async (deployment) => {
  const { service, client, provider } = deployment;
  const worker = await deployment.startWorker();
  const jobId = await start(deployment, 'anew');
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: DOCUMENTS } });
  await expectEventually(async () => expect((await rowOf(deployment, jobId)).status).toBe('COMPLETED'));
  const { texts } = await provider.stats();
  worker.kill('SIGKILL');
  await worker.exit;

  await resetWorkflow(client, jobId, 'beforeOpening');
  // No worker has heard of it yet: what is told is the current run's all the same.
  expect(await service.status(jobId)).toMatchObject({ status: 'PENDING', finishedAt: null, phases: [{ status: 'NOT_STARTED' }, {}, {}, {}] });
  await deployment.startWorker();
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', documents: { total: DOCUMENTS, succeeded: 0, skipped: DOCUMENTS } });
  await expectEventually(async () => expect(await rowOf(deployment, jobId)).toMatchObject({ status: 'COMPLETED', state: { documents: { skipped: DOCUMENTS } } }));
  expect((await provider.stats()).texts).toBe(texts);
});
