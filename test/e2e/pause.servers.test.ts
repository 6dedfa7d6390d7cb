import { JOB_PHASES, previousPhase, type JobPhase } from '../../src/domain/job-phase';
import type { JobStatusResponse, PhaseStatusView } from '../../src/domain/job-view';
import { isPhaseFinished } from '../../src/domain/phase-status';
import { pauseSignal, resumeSignal } from '../../workflows/contract';
import { expectEventually } from '../harness/expect-eventually';
import { startCli } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { createDeployment, EMBEDDING, type Deployment } from './deployment';
import { writeDocuments } from './documents';
import { undisturbedRun } from './undisturbed-run';

const DOCUMENTS = 2_000;

let deployment: Deployment;
let folder: string;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
});

afterAll(() => deployment?.close());

test('each phase is paused and resumed in turn, before it has begun and all at once, and the outcome is that of an undisturbed run', async () => {
  const reference = await undisturbedRun(folder);

  deployment = await createDeployment({ latencyMs: 300 });
  const { service, client, provider } = deployment;
  await deployment.startWorker();
  const { jobId } = await service.start({ collection: 'paused', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING, batchDocuments: 50, concurrency: { EMBEDDING: 2 } } });
  const handle = client.workflow.getHandle(jobId);

  // Before it has begun: by signal, as any client sends it.
  await handle.signal(pauseSignal, { phase: 'INDEXING' });
  await handle.signal(pauseSignal, { phase: 'EMBEDDING' });
  await expectPaused(jobId, 'INDEXING');
  const early = await expectPaused(jobId, 'EMBEDDING');
  expect(phaseOf(early, 'INDEXING')).toMatchObject({ startedAt: null, itemsProcessed: 0 });
  await expectEventually(async () => expect(phaseOf(await service.status(jobId), 'CHUNKING').itemsProcessed).toBeGreaterThan(0));
  expect((await provider.stats()).texts).toBe(0);
  await handle.signal(resumeSignal, { phase: 'INDEXING' });
  expect(phaseOf(await eventually(jobId, (job) => phaseOf(job, 'INDEXING').status === 'RUNNING'), 'INDEXING').waitReason).toBe('UPSTREAM');
  await handle.signal(resumeSignal, { phase: 'EMBEDDING' });

  for (const phase of ['EMBEDDING', 'INDEXING', 'CHUNKING', 'LOADING'] as const) {
    if (isPhaseFinished(phaseOf(await service.status(jobId), phase).status)) continue;
    await service.pause(jobId, phase);
    const paused = await expectPaused(jobId, phase);
    await expectOthersGoOn(jobId, phase, paused);
    await service.resume(jobId, phase);
    await eventually(jobId, (job) => phaseOf(job, phase).status !== 'PAUSED');
  }

  // All at once: by the command line.
  const pause = startCli(['pause', jobId, '--json'], { env: deployment.env });
  expect(await pause.exit).toMatchObject({ code: 0 });
  const stopped = await eventually(jobId, (job) => job.phases.every((phase) => phase.inFlight === 0));
  expect(stopped).toMatchObject({ status: 'RUNNING', finishedAt: null });
  expect(stopped.phases.every((phase) => phase.status === 'PAUSED' || phase.status === 'COMPLETED')).toBe(true);
  expect(stopped.currentPhase).toBe(stopped.phases.find((phase) => phase.status === 'PAUSED')!.phase);
  await expectMirrored(jobId, stopped);
  const resume = startCli(['resume', jobId, '--json'], { env: deployment.env });
  expect(await resume.exit).toMatchObject({ code: 0 });

  const ended = await deployment.waitForEnd(jobId);
  expect(ended).toMatchObject({ status: 'COMPLETED', documents: { total: DOCUMENTS, succeeded: DOCUMENTS, failed: 0 } });
  expect(await deployment.publishedChunks('paused')).toEqual(reference.chunks.map((chunk) => ({ ...(chunk as object), collection: 'paused' })));
  expect(await provider.stats()).toMatchObject({ texts: reference.texts, repeatedTexts: 0 });
}, 300_000);

/** The phase is PAUSED everywhere one can look, and nothing of it is at work. */
async function expectPaused(jobId: string, phase: JobPhase): Promise<JobStatusResponse> {
  const job = await eventually(jobId, (seen) => phaseOf(seen, phase).status === 'PAUSED' && phaseOf(seen, phase).inFlight === 0);
  expect(phaseOf(job, phase).waitReason).toBe('PAUSED');
  expect(job.status).toBe('RUNNING');
  await expectMirrored(jobId, job);
  const status = startCli(['status', jobId, '--json'], { env: deployment.env });
  expect(await status.exit).toMatchObject({ code: 0 });
  const told = JSON.parse(status.stdout) as JobStatusResponse;
  expect(phaseOf(told, phase)).toMatchObject({ status: 'PAUSED', waitReason: 'PAUSED', inFlight: 0 });
  return job;
}

async function expectMirrored(jobId: string, job: JobStatusResponse): Promise<void> {
  await expectEventually(async () => {
    const rows = await deployment.db.selectFrom('ingestion_phase_status').select(['phase', 'status', 'wait_reason']).where('job_id', '=', jobId).execute();
    for (const { phase, status, waitReason } of job.phases) {
      if (status === 'PAUSED') expect(rows).toContainEqual({ phase, status, wait_reason: waitReason });
    }
    const { status } = await deployment.db.selectFrom('ingestion_jobs').select('status').where('id', '=', jobId).executeTakeFirstOrThrow();
    expect(status).toBe(job.status);
  });
}

/** While one phase is paused each other one works on, or waits for one that is paused. */
async function expectOthersGoOn(jobId: string, paused: JobPhase, before: JobStatusResponse): Promise<void> {
  const mayStandStill = (job: JobStatusResponse, phase: PhaseStatusView) => phase.phase === paused || isPhaseFinished(phase.status) || isStarved(job, phase.phase, paused);
  await eventually(jobId, (job) => job.phases.every((phase) => mayStandStill(job, phase) || phase.itemsProcessed > phaseOf(before, phase.phase).itemsProcessed));
}

/** Everything that came through before the pause is done. */
function isStarved(job: JobStatusResponse, phase: JobPhase, paused: JobPhase): boolean {
  const upstream = previousPhase(phase);
  if (upstream === undefined) return false;
  const waits = JOB_PHASES.indexOf(phase) > JOB_PHASES.indexOf(paused) && phaseOf(job, phase).waitReason === 'UPSTREAM';
  return waits && phaseOf(job, phase).itemsProcessed === phaseOf(job, upstream).itemsProcessed;
}

async function eventually(jobId: string, isSo: (job: JobStatusResponse) => boolean): Promise<JobStatusResponse> {
  return expectEventually(async () => {
    const job = await deployment.service.status(jobId);
    if (job.finishedAt !== null || !isSo(job)) throw new Error(`Not so: ${JSON.stringify(job)}`);
    return job;
  }, { timeoutMs: 20_000 });
}

function phaseOf(job: JobStatusResponse, phase: JobPhase): PhaseStatusView {
  return job.phases.find((candidate) => candidate.phase === phase)!;
}

