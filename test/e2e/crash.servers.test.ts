import { JOB_PHASES } from '../../src/domain/job-phase';
import { expectEventually } from '../harness/expect-eventually';
import { concurrentTest } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { createDeployment, EMBEDDING, type Deployment } from './deployment';
import { writeDocuments } from './documents';
import { undisturbedRun, type Reference } from './undisturbed-run';

const DOCUMENTS = 600;
/** Requests of one worker that can be under way when it dies, and texts in each. */
const REQUESTS_IN_FLIGHT = 4;
const TEXTS_PER_REQUEST = 100;

let folder: string;
let reference: Reference;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
  reference = await undisturbedRun(folder);
}, 120_000);

for (const phase of JOB_PHASES) {
  concurrentTest(`kill -9 of the worker in the middle of ${phase}: after a restart the job completes by itself`, async (afterwards) => {
    const deployment = await createDeployment({ latencyMs: 200 });
    afterwards(() => deployment.close());
    const first = await deployment.startWorker();
    const { jobId } = await deployment.service.start({
      collection: 'killed',
      source: { kind: 'folder', path: folder },
      options: { embedding: EMBEDDING, batchDocuments: 25, concurrency: { LOADING: 1, CHUNKING: 1, EMBEDDING: 2, INDEXING: 1 } },
    });
    await expectEventually(async () => {
      const seen = (await deployment.service.status(jobId)).phases.find((candidate) => candidate.phase === phase)!;
      expect(seen.inFlight).toBeGreaterThan(0);
      expect(seen.itemsProcessed).toBeGreaterThan(0);
    }, { timeoutMs: 60_000 });
    first.kill('SIGKILL');
    await first.exit;
    expect(await deployment.service.status(jobId)).toMatchObject({ status: 'RUNNING', error: null });

    await deployment.startWorker();
    const job = await deployment.waitForEnd(jobId);
    expect(job).toMatchObject({ error: null, status: 'COMPLETED', documents: { total: DOCUMENTS, succeeded: DOCUMENTS, failed: 0 }, chunks: reference.chunks.length });
    for (const view of job.phases) expect(view).toMatchObject({ status: 'COMPLETED', itemsProcessed: DOCUMENTS, itemsFailed: 0 });
    expect(await deployment.publishedChunks('killed')).toEqual(reference.chunks.map((chunk) => ({ ...(chunk as object), collection: 'killed' })));
    expect((await deployment.provider.stats()).repeatedTexts).toBeLessThanOrEqual(REQUESTS_IN_FLIGHT * TEXTS_PER_REQUEST);
    await expectNothingStaged(deployment, jobId);
  }, 180_000);
}

async function expectNothingStaged(deployment: Deployment, jobId: string): Promise<void> {
  for (const table of ['staged_documents', 'staged_chunks', 'job_batches', 'batch_results', 'discovery_pages'] as const) {
    expect(await deployment.db.selectFrom(table).select('job_id').where('job_id', '=', jobId).execute()).toEqual([]);
  }
}
