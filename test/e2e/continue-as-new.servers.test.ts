import { acquireServers } from '../../src/embedded/servers';
import { expectEventually } from '../harness/expect-eventually';
import { createTestFolder } from '../harness/test-folder';
import { getTestServers } from '../harness/test-servers';
import { createDeployment, EMBEDDING, type Deployment } from './deployment';
import { writeDocuments } from './documents';
import { undisturbedRun } from './undisturbed-run';

const DOCUMENTS = 800;

test('a job over many runs, with pauses in between, loses, repeats and miscounts nothing', async () => {
  const folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
  const reference = await undisturbedRun(folder);
  const servers = await acquireServers({
    stateDir: createTestFolder(),
    databaseUrl: getTestServers().databaseUrl,
    say: () => undefined,
    mayStart: true,
    temporalDynamicConfig: { 'limit.historyCount.suggestContinueAsNew': 150 },
  });
  let deployment: Deployment | undefined;
  try {
    deployment = await createDeployment({ latencyMs: 50, temporalAddress: servers.temporalAddress });
    const { service, client, provider } = deployment;
    await deployment.startWorker();
    const { jobId } = await service.start({ collection: 'long', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING, batchDocuments: 10 } });
    for (const phase of ['EMBEDDING', 'LOADING', 'INDEXING'] as const) {
      const before = (await service.status(jobId)).version;
      await service.pause(jobId, phase).catch(() => undefined);
      await expectEventually(async () => expect((await service.status(jobId)).version).toBeGreaterThan(before));
      await service.resume(jobId, phase).catch(() => undefined);
    }
    const job = await deployment.waitForEnd(jobId);
    expect(job).toMatchObject({ status: 'COMPLETED', documents: { total: DOCUMENTS, totalIsFinal: true, succeeded: DOCUMENTS, failed: 0 }, chunks: reference.chunks.length });
    for (const view of job.phases) expect(view).toMatchObject({ itemsProcessed: DOCUMENTS, itemsFailed: 0, inFlight: 0, progress: 100 });
    expect(await deployment.publishedChunks('long')).toEqual(reference.chunks.map((chunk) => ({ ...(chunk as object), collection: 'long' })));
    expect(await provider.stats()).toMatchObject({ texts: reference.texts, repeatedTexts: 0 });

    const runs = [];
    for await (const run of client.workflow.list({ query: `WorkflowId = "${jobId}"` })) runs.push(run);
    expect(runs.length).toBeGreaterThanOrEqual(5);
    for (const run of runs) expect(run.searchAttributes).toMatchObject({ SluiceCollection: ['long'] });
    const last = await client.workflow.getHandle(jobId).describe();
    expect(last.searchAttributes).toMatchObject({ SluiceJobStatus: ['COMPLETED'] });
    expect(await client.workflow.getHandle(jobId).query('__temporal_workflow_metadata')).toMatchObject({ currentDetails: expect.stringMatching(/long ← .*\| INDEXING \| COMPLETED/s) as string });
  } finally {
    await deployment?.close();
    await servers.release();
  }
}, 240_000);
