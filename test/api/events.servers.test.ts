import path from 'node:path';
import { createSluiceClient, type SluiceClient } from '../../src/client';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { expectEventually } from '../harness/expect-eventually';
import { concurrentTest } from '../harness/start-process';
import { openTcpGate } from '../harness/tcp-gate';
import { createTestFolder } from '../harness/test-folder';
import { startApiProcess, type ApiProcess } from './api-process';

const WATCHERS = 200;

let deployment: Deployment;
let folder: string;
let api: ApiProcess;
let client: SluiceClient;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(path.join(folder, 'docs'), 60);
  deployment = await createDeployment({ latencyMs: 300 });
  await deployment.startWorker();
  api = await startApiProcess(deployment.env, folder);
  client = createSluiceClient({ baseUrl: api.url });
});

afterAll(() => deployment.close());

/** A job that takes seconds on any machine: its texts, of a model of its own, are embedded a batch at a time. */
function start(collection: string): Promise<JobStatusResponse> {
  const embedding = { ...EMBEDDING, model: `model-of-${collection}` };
  return client.startJob({ collection, source: { kind: 'folder', path: 'docs' }, options: { embedding, batchDocuments: 3, concurrency: { EMBEDDING: 1 } } });
}

concurrentTest('through a connection that is cut again and again a watcher sees what an undisturbed one does', async () => {
  const { hostname, port } = new URL(api.url);
  const gate = await openTcpGate(hostname, Number(port));
  const throughGate = createSluiceClient({ baseUrl: `http://127.0.0.1:${gate.port}` });
  const { jobId } = await start('cut');
  const undisturbed = client.watchJob(jobId);
  const seen = [(await undisturbed.next()).value as JobStatusResponse];
  const rest = (async () => {
    for await (const job of undisturbed) seen.push(job);
  })();
  const disturbed: JobStatusResponse[] = [];
  let cuts = 0;
  for await (const job of throughGate.watchJob(jobId)) {
    disturbed.push(job);
    if (disturbed.length % 2 !== 0) continue;
    gate.cut();
    cuts += 1;
  }
  await rest;
  await gate.close();
  expect(cuts).toBeGreaterThan(2);
  // It began to watch later.
  const begun = seen.findIndex((job) => JSON.stringify(job) === JSON.stringify(disturbed[0]));
  expect(begun).toBeGreaterThanOrEqual(0);
  expect(disturbed).toEqual(seen.slice(begun));
  expect(disturbed.at(-1)).toMatchObject({ status: 'COMPLETED' });
}, 120_000);

concurrentTest('who reconnects after the end, having seen it, is told not to', async () => {
  const { jobId } = await start('ended');
  await deployment.waitForEnd(jobId);
  const events = await fetch(`${api.url}/v1/jobs/${jobId}/events`);
  expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const ids = [...(await events.text()).matchAll(/^id: (.*)$/gm)].map(([, id = '']) => id);
  expect(ids).toHaveLength(1);
  const again = (id: string) => fetch(`${api.url}/v1/jobs/${jobId}/events`, { headers: { 'last-event-id': id } });
  expect((await again(ids[0]!)).status).toBe(204);
  expect((await again('of-another-time')).status).toBe(200);
}, 120_000);

concurrentTest('two watchers and the command line see one truth', async () => {
  const { jobId } = await start('agreed');
  await client.pauseJob(jobId, 'EMBEDDING');
  const [one, two] = await Promise.all([firstWith(jobId, 'PAUSED'), firstWith(jobId, 'PAUSED')]);
  const mirrored = await expectEventually(async () => {
    const [job] = (await client.listJobs({ collection: 'agreed' })).jobs;
    expect(job?.version).toBeGreaterThanOrEqual(one.version);
    return job;
  });
  for (const job of [two, await client.getJob(jobId), mirrored]) expect(job?.phases[2]).toMatchObject({ phase: 'EMBEDDING', status: 'PAUSED' });
  await client.cancelJob(jobId);
  await deployment.waitForEnd(jobId);
}, 120_000);

async function firstWith(jobId: string, status: string): Promise<JobStatusResponse> {
  for await (const job of client.watchJob(jobId)) if (job.phases[2]?.status === status) return job;
  throw new Error('It ended.');
}

// Below the others, so that it is alone: it counts in time.
test(`${WATCHERS} watchers of one job cost the database less than 10 queries a second`, async () => {
  const database = new URL(deployment.env.DATABASE_URL!);
  const postgres = await openTcpGate(database.hostname, Number(database.port));
  database.host = `127.0.0.1:${postgres.port}`;
  const watched = createSluiceClient({ baseUrl: (await startApiProcess({ ...deployment.env, DATABASE_URL: database.href }, folder)).url });
  const { jobId } = await start('watched');
  await client.pauseJob(jobId);
  const stop = new AbortController();
  const watchers = Array.from({ length: WATCHERS }, () => watched.watchJob(jobId, { signal: stop.signal }));
  const first = await Promise.all(watchers.map((watcher) => watcher.next()));
  expect(first).toHaveLength(WATCHERS);
  const before = { count: postgres.sentCount, atMs: performance.now() };
  // Some twelve rounds of the one who asks for all.
  await expectEventually(() => expect(postgres.sentCount - before.count).toBeGreaterThanOrEqual(25), { timeoutMs: 50_000 });
  const rate = (postgres.sentCount - before.count) / ((performance.now() - before.atMs) / 1_000);
  stop.abort();
  await Promise.allSettled(watchers.map((watcher) => watcher.next()));
  await postgres.close();
  expect(rate).toBeLessThan(10);
  await client.cancelJob(jobId);
  await deployment.waitForEnd(jobId);
});
