import type { JobStatusResponse } from '../../src/domain/job-view';
import { jobStatusQuery } from '../../workflows/contract';
import { expectEventually } from '../harness/expect-eventually';
import { createTestFolder } from '../harness/test-folder';
import { createDeployment, EMBEDDING, type Deployment } from './deployment';
import { writeDocuments } from './documents';
import { undisturbedRun } from './undisturbed-run';

const DOCUMENTS = 400;

let deployment: Deployment;

afterEach(() => deployment.close());

test('a cancelled job leaves whole published documents and no staging, everyone tells the same of it, and a retry pays for nothing again', async () => {
  const folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
  const reference = await undisturbedRun(folder);
  deployment = await createDeployment({ latencyMs: 300 });
  const { service, client, db, provider } = deployment;
  await deployment.startWorker();
  const { jobId } = await service.start({ collection: 'cut', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING, batchDocuments: 20 } });
  await expectEventually(async () => expect((await service.status(jobId)).documents.succeeded).toBeGreaterThan(0));
  await service.cancel(jobId);

  const ended = await deployment.waitForEnd(jobId);
  expect(ended).toMatchObject({ status: 'FAILED', error: { code: 'CANCELLED' } });
  expect(ended.documents.succeeded).toBeLessThan(DOCUMENTS);
  await expectEventually(async () => {
    const query = withoutMoment(await client.workflow.getHandle(jobId).query(jobStatusQuery));
    const { jobs } = await service.list({ limit: 1 });
    expect(withoutMoment(jobs[0]!)).toEqual(query);
  });
  for (const table of ['staged_documents', 'staged_chunks', 'job_batches'] as const) {
    await expectEventually(async () => expect(await db.selectFrom(table).select('job_id').where('job_id', '=', jobId).execute()).toEqual([]));
  }
  const published = (await deployment.publishedChunks('cut')) as { document_uri: string }[];
  const uris = new Set(published.map((chunk) => chunk.document_uri));
  // Whatever was under way when it was stopped: what is published is counted.
  expect(ended).toMatchObject({ documents: { succeeded: uris.size }, chunks: published.length });
  const whole = reference.chunks.filter((chunk) => uris.has((chunk as { document_uri: string }).document_uri)).map((chunk) => ({ ...(chunk as object), collection: 'cut' }));
  expect(published).toEqual(whole);

  const again = await deployment.waitForEnd((await service.retry(jobId, {})).jobId);
  expect(again).toMatchObject({ status: 'COMPLETED', retryOf: jobId, documents: { total: DOCUMENTS, succeeded: DOCUMENTS - uris.size, skipped: uris.size, failed: 0 } });
  expect(await deployment.publishedChunks('cut')).toEqual(reference.chunks.map((chunk) => ({ ...(chunk as object), collection: 'cut' })));
  expect(await provider.stats()).toMatchObject({ texts: reference.texts, repeatedTexts: 0 });
}, 120_000);

function withoutMoment({ readFrom: _from, asOf: _at, ...job }: JobStatusResponse): object {
  return job;
}
