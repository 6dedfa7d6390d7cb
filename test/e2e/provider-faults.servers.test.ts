import { createTestFolder } from '../harness/test-folder';
import { expectEventually } from '../harness/expect-eventually';
import { concurrentTest, type ProcessExit } from '../harness/start-process';
import { createDeployment, EMBEDDING } from './deployment';
import { writeDocuments } from './documents';
import { undisturbedRun, type Reference } from './undisturbed-run';

const DOCUMENTS = 200;

let folder: string;
let reference: Reference;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
  reference = await undisturbedRun(folder);
}, 120_000);

async function createFaulty(afterwards: (close: () => Promise<void>) => void) {
  const deployment = await createDeployment();
  afterwards(() => deployment.close());
  const worker = await deployment.startWorker();
  const start = (options: object = {}) =>
    deployment.service.start({ collection: 'faulty', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING, batchDocuments: 40, ...options } });
  return { deployment, worker, start };
}

type Faulty = Awaited<ReturnType<typeof createFaulty>>;

/** Most of the time is waits between attempts. */
const faultyTest = (name: string, body: (faulty: Faulty) => Promise<void>, timeoutMs: number) =>
  concurrentTest(name, async (afterwards) => body(await createFaulty(afterwards)), timeoutMs);

faultyTest('answers that are wrong, short, shuffled, late or none are never taken for right: each text gets its own vector', async ({ deployment, start }) => {
  await deployment.provider.control({
    faults: [
      { kind: 'shuffled' },
      { kind: 'short' },
      { kind: 'wrong-dimensions' },
      { kind: 'nan' },
      { kind: 'repeated-index' },
      { kind: 'not-json' },
      { kind: 'reset' },
      { kind: 'reset-in-answer' },
      { kind: 'status', status: 500 },
      { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
      { kind: 'status', status: 429 },
      { kind: 'shuffled' },
    ],
  });
  const job = await deployment.waitForEnd((await start()).jobId);
  expect(job).toMatchObject({ status: 'COMPLETED', documents: { succeeded: DOCUMENTS, failed: 0 } });
  expect(await deployment.publishedChunks('faulty')).toEqual(reference.chunks.map((chunk) => ({ ...(chunk as object), collection: 'faulty' })));
}, 180_000);

faultyTest('an outage fails nothing: EMBEDDING waits, says why, and goes on', async ({ deployment, start }) => {
  await deployment.provider.control({ always: { kind: 'status', status: 503 } });
  const { jobId } = await start();
  await expectEventually(async () => expect((await deployment.service.status(jobId)).phases[2]).toMatchObject({ status: 'RUNNING', waitReason: 'PROVIDER_DOWN' }));
  await deployment.provider.control({ always: null });
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: DOCUMENTS } });
}, 120_000);

faultyTest('an outage longer than the patience fails the job, and a retry pays only for what is missing', async ({ deployment, start }) => {
  await deployment.provider.control({ always: { kind: 'status', status: 503 } });
  const failed = await deployment.waitForEnd((await start({ providerPatienceSeconds: 3 })).jobId);
  expect(failed).toMatchObject({ status: 'FAILED', error: { code: 'PROVIDER_DOWN', phase: 'EMBEDDING' } });
  await deployment.provider.control({ always: null });
  const { jobId } = await deployment.service.retry(failed.jobId, {});
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', retryOf: failed.jobId, documents: { succeeded: DOCUMENTS } });
  expect(await deployment.provider.stats()).toMatchObject({ texts: reference.texts, repeatedTexts: 0 });
}, 120_000);

faultyTest('a text that the provider refuses fails its document alone', async ({ deployment, start }) => {
  await deployment.provider.control({ refuseContaining: '(77) ' });
  const { jobId } = await start();
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: DOCUMENTS - 1, failed: 1 } });
  const { documents } = await deployment.service.documents(jobId, { outcome: 'FAILED' });
  expect(documents).toMatchObject([{ uri: 'part-000/document-00077.md', phase: 'EMBEDDING', code: 'REFUSED_BY_PROVIDER' }]);
}, 120_000);

faultyTest('a worker that is told to go does not wait for a request of a paused phase until that times out', async ({ deployment, worker, start }) => {
  await deployment.provider.control({ always: { kind: 'hang' } });
  const { jobId } = await start({ concurrency: { EMBEDDING: 8 } });
  await expectEventually(async () => expect((await deployment.service.status(jobId)).phases[2]!.inFlight).toBe(5), { timeoutMs: 30_000 });
  await deployment.service.pause(jobId, 'EMBEDDING');
  worker.kill('SIGTERM');
  let exit: ProcessExit | undefined;
  void worker.exit.then((ended) => (exit = ended));
  // A request may hang for 60 s.
  await expectEventually(() => expect(exit).toMatchObject({ code: 0 }), { timeoutMs: 45_000 });
}, 120_000);

faultyTest('a wrong key fails the job at once and names the variable', async ({ deployment, start }) => {
  await deployment.provider.control({ key: 'sk-another' });
  const job = await deployment.waitForEnd((await start()).jobId);
  expect(job).toMatchObject({ status: 'FAILED', error: { code: 'PROVIDER_AUTH', phase: 'EMBEDDING', message: expect.stringContaining('OPENAI_API_KEY') as string } });
  expect(JSON.stringify(job)).not.toContain('sk-test');
}, 60_000);
