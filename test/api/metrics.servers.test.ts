import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { expectEventually } from '../harness/expect-eventually';
import { createTestFolder } from '../harness/test-folder';
import { startApiProcess, type ApiProcess } from './api-process';

let deployment: Deployment;
let folder: string;
let api: ApiProcess;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(path.join(folder, 'docs'), 12);
  deployment = await createDeployment();
  api = await startApiProcess(deployment.env, folder);
});

afterAll(() => deployment.close());

type Page = (name: string, labels?: Record<string, string>) => number | undefined;

/** The value of a series, by its name and some of its labels. */
async function scrape(url: string): Promise<Page> {
  const response = await fetch(`${url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of lines) expect(line).toMatch(/^[a-zA-Z_:][\w:]*(\{.*\})? (-?[\d.]+(e[+-]?\d+)?|NaN|[+-]Inf)$/i);
  return (name, labels = {}) => {
    const found = lines.find((line) => line.startsWith(name) && /[{ ]/.test(line[name.length]!) && Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)));
    return found === undefined ? undefined : Number(found.split(' ').at(-1));
  };
}

const start = async (collection: string, concurrency = {}): Promise<string> =>
  (await deployment.service.start({ collection, source: { kind: 'folder', path: path.join(folder, 'docs') }, options: { embedding: EMBEDDING, batchDocuments: 2, concurrency } })).jobId;

test('what there is to do is told, and what each worker has done, with what the SDK knows of it', async () => {
  const jobId = await start('first');
  const waiting = await expectEventually(async () => {
    const page = await scrape(api.url);
    expect(page('sluice_jobs', { status: 'PENDING' })).toBe(1);
    expect(page('sluice_task_queue_backlog', { task_queue: 'sluice' })).toBeGreaterThanOrEqual(1);
    return page;
  });
  expect(waiting('sluice_jobs', { status: 'COMPLETED' })).toBe(0);
  expect(waiting('sluice_server_answers', { server: 'postgres' })).toBe(1);
  expect(waiting('sluice_server_answers', { server: 'temporal' })).toBe(1);
  expect(waiting('sluice_batches_waiting', { phase: 'LOADING' })).toBe(0);

  const worker = await deployment.startWorker(['--phases', 'LOADING', '--metrics-address', '127.0.0.1:0']);
  const workerUrl = /http:\/\/[^/]+/.exec(await worker.waitForLine(/^Metrics: /))![0];
  // Six batches are loaded, and nobody chunks them.
  await expectEventually(async () => {
    const page = await scrape(api.url);
    expect(page('sluice_jobs', { status: 'RUNNING' })).toBe(1);
    expect(page('sluice_batches_waiting', { phase: 'CHUNKING' })).toBe(6);
    expect(page('sluice_oldest_waiting_batch_seconds', { phase: 'CHUNKING' })).toBeGreaterThan(0);
    expect(page('sluice_batches_waiting', { phase: 'EMBEDDING' })).toBe(0);
  });
  // Of what is paused nobody waits for us.
  await deployment.service.pause(jobId, 'CHUNKING');
  await expectEventually(async () => expect((await scrape(api.url))('sluice_oldest_waiting_batch_seconds', { phase: 'CHUNKING' })).toBe(0));
  expect((await scrape(api.url))('sluice_batches_waiting', { phase: 'CHUNKING' })).toBe(6);
  await deployment.service.resume(jobId);

  const rest = await deployment.startWorker(['--phases', 'CHUNKING,EMBEDDING,INDEXING', '--metrics-address', '127.0.0.1:0']);
  const restUrl = /http:\/\/[^/]+/.exec(await rest.waitForLine(/^Metrics: /))![0];
  const job = await deployment.waitForEnd(jobId);
  expect(job).toMatchObject({ status: 'COMPLETED', documents: { succeeded: 12 } });
  const [loading, others] = await Promise.all([scrape(workerUrl), scrape(restUrl)]);
  expect(loading('sluice_documents_processed_total', { phase: 'LOADING' })).toBe(12);
  expect(others('sluice_documents_processed_total', { phase: 'LOADING' })).toBe(0);
  expect(others('sluice_documents_total', { phase: 'INDEXING', outcome: 'succeeded' })).toBe(12);
  for (const phase of ['CHUNKING', 'INDEXING']) expect(others('sluice_chunks_total', { phase, outcome: 'succeeded' })).toBe(job.chunks);
  expect(others('sluice_chunks_total', { phase: 'EMBEDDING', outcome: 'succeeded' })).toBe((await deployment.provider.stats()).texts);
  expect(others('sluice_batch_duration_seconds_count', { phase: 'EMBEDDING', outcome: 'done' })).toBe(6);
  expect(others('sluice_provider_request_duration_seconds_count', { provider: 'openai', model: EMBEDDING.model, outcome: 'ok' })).toBeGreaterThan(0);
  expect(others('sluice_provider_tokens_total', { model: EMBEDDING.model })).toBeGreaterThan(0);
  expect(others('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(others('temporal_activity_execution_latency_seconds_count', { task_queue: 'sluice-embedding' })).toBeGreaterThan(0);
  const named = readFileSync(path.join(__dirname, '../../../deploy/grafana/sluice.json'), 'utf8').match(/temporal_\w+/g) ?? [];
  expect(named).not.toEqual([]);
  expect(named.filter((name) => others(name) === undefined)).toEqual([]);
  expect((await fetch(`${restUrl}/healthz`)).status).toBe(200);
  expect((await fetch(`${restUrl}/v1/jobs`)).status).toBe(404);
  expect((await scrape(api.url))('sluice_jobs', { status: 'COMPLETED' })).toBe(1);
}, 120_000);

test('a worker without an address serves nothing; one whose address is taken says so', async () => {
  const taken = await deployment.startWorker(['--metrics-address', '127.0.0.1:0']);
  const address = /127[\d.:]+/.exec(await taken.waitForLine(/^Metrics: /))![0];
  await expect(deployment.startWorker(['--metrics-address', address])).rejects.toThrow(/Metrics can't be served/);
  expect((await deployment.startWorker()).stderr).not.toContain('Metrics');
});
