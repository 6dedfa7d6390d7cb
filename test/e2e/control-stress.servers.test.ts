/** Control under stress: pause, resume and cancel at random moments, many at once; by seed, so that what fails can be run again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { JOB_PHASES } from '../../src/domain/job-phase';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { createRandom, type Random } from '../faults/random';
import { illegalSteps } from '../faults/legal-history';
import { expectEventually } from '../harness/expect-eventually';
import { createTestFolder } from '../harness/test-folder';
import { createDeployment, EMBEDDING, type Deployment } from './deployment';
import { writeDocuments } from './documents';
import { undisturbedRun, type Reference } from './undisturbed-run';

const DOCUMENTS = 200;
const ROUNDS = 15;
const MOST_BETWEEN_MS = 300;
/** What a request may be refused with: it came at a moment for which it meant nothing. */
const REFUSALS = ['ILLEGAL_TRANSITION', 'JOB_STOPPING', 'JOB_FINISHED'];

let deployment: Deployment;
let folder: string;
let reference: Reference;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
  reference = await undisturbedRun(folder);
  deployment = await createDeployment({ latencyMs: 200 });
}, 120_000);

afterAll(() => deployment?.close());

/** Each collection has a model of its own: its texts are new to the provider. */
async function start(collection: string): Promise<string> {
  return (await deployment.service.start({ collection, source: { kind: 'folder', path: folder }, options: { embedding: { ...EMBEDDING, model: `model-of-${collection}` }, batchDocuments: 8 } })).jobId;
}

/** Some requests at once, after a while. @returns what the job said after them */
async function disturb(jobId: string, random: Random): Promise<JobStatusResponse> {
  const { service } = deployment;
  await sleep(random.below(MOST_BETWEEN_MS));
  const requests = Array.from({ length: 1 + random.below(4) }, () => {
    const phase = random.pick([...JOB_PHASES, undefined]);
    return random.below(2) === 0 ? service.pause(jobId, phase) : service.resume(jobId, phase);
  });
  for (const outcome of await Promise.allSettled(requests)) if (outcome.status === 'rejected') expect(REFUSALS).toContain((outcome.reason as { code: string }).code);
  return service.status(jobId);
}

/** The workflow's own words and the mirror's are two streams: one may be behind the other. */
function expectLegal(views: readonly JobStatusResponse[], end: JobStatusResponse): void {
  for (const from of ['workflow', 'mirror'] as const) expect(illegalSteps(views.filter(({ readFrom }) => readFrom === from), end)).toEqual([]);
}

async function expectWhole(jobId: string, collection: string): Promise<void> {
  const published = (await deployment.publishedChunks(collection)) as { document_uri: string }[];
  const uris = new Set(published.map((chunk) => chunk.document_uri));
  expect(published).toEqual(reference.chunks.filter((chunk) => uris.has((chunk as { document_uri: string }).document_uri)).map((chunk) => ({ ...(chunk as object), collection })));
  for (const table of ['staged_documents', 'staged_chunks', 'job_batches', 'batch_results'] as const) {
    await expectEventually(async () => expect(await deployment.db.selectFrom(table).select('job_id').where('job_id', '=', jobId).execute()).toEqual([]));
  }
}

test('without a worker: what is asked for is done when there is one, in its order', async () => {
  const { service } = deployment;
  const jobId = await start('unattended');
  for (const request of [() => service.pause(jobId), () => service.resume(jobId, 'LOADING'), () => service.pause(jobId, 'EMBEDDING')]) expect(await request()).toMatchObject({ confirmed: false });
  await deployment.startWorker();
  await expectEventually(async () => expect((await service.status(jobId)).phases.map(({ status }) => status)).toEqual(['COMPLETED', 'PAUSED', 'PAUSED', 'PAUSED']), { timeoutMs: 60_000 });
  await service.resume(jobId);
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: DOCUMENTS } });
  await expectWhole(jobId, 'unattended');
}, 120_000);

test.each([1, 2, 3])('seed %i: paused and resumed at random, over several runs of its workflow, the outcome is that of an undisturbed job', async (seed) => {
  await deployment.startWorker();
  const { service, client, provider } = deployment;
  const { texts: paidBefore } = await provider.stats();
  const random = createRandom(seed);
  const collection = `stressed-${seed}`;
  const jobId = await start(collection);
  const views: JobStatusResponse[] = [];
  for (let round = 0; round < ROUNDS; round++) views.push(await disturb(jobId, random));
  await service.resume(jobId).catch((error: { code: string }) => expect(REFUSALS).toContain(error.code));
  const end = await deployment.waitForEnd(jobId);
  expect(end).toMatchObject({ status: 'COMPLETED', documents: { total: DOCUMENTS, succeeded: DOCUMENTS, failed: 0 }, chunks: reference.chunks.length });
  expectLegal(views, end);
  await expectWhole(jobId, collection);
  expect((await provider.stats()).texts - paidBefore).toBe(reference.texts);
  const { runId, raw } = await client.workflow.getHandle(jobId).describe();
  expect(raw.workflowExecutionInfo!.firstRunId).not.toBe(runId);
  // After the end nothing is to be had any more.
  for (const request of [() => service.pause(jobId), () => service.resume(jobId), () => service.cancel(jobId)]) await expect(request()).rejects.toMatchObject({ code: 'JOB_FINISHED' });
}, 180_000);

test.each([4, 5, 6])('seed %i: cancelled among pauses and resumes it ends once, with whole documents and no staging, and a retry pays for nothing again', async (seed) => {
  await deployment.startWorker();
  const { service, provider } = deployment;
  const { texts: paidBefore } = await provider.stats();
  const random = createRandom(seed);
  const collection = `cancelled-${seed}`;
  const jobId = await start(collection);
  const views: JobStatusResponse[] = [];
  for (let round = random.below(ROUNDS / 3); round >= 0; round--) views.push(await disturb(jobId, random));
  await Promise.all([service.cancel(jobId), disturb(jobId, random), service.cancel(jobId).catch((error: { code: string }) => expect(REFUSALS).toContain(error.code))]);
  const end = await deployment.waitForEnd(jobId);
  expect(end).toMatchObject({ status: 'FAILED', error: { code: 'CANCELLED' } });
  expectLegal(views, end);
  await expectWhole(jobId, collection);
  expect(await deployment.waitForEnd((await service.retry(jobId, {})).jobId)).toMatchObject({ status: 'COMPLETED', documents: { failed: 0 } });
  expect(await deployment.publishedChunks(collection)).toHaveLength(reference.chunks.length);
  expect((await provider.stats()).texts - paidBefore).toBe(reference.texts);
}, 180_000);
