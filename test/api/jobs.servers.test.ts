import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { jobSchema } from '../../src/api/schemas/job';
import { createSluiceClient, type SluiceClient } from '../../src/client';
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { expectEventually } from '../harness/expect-eventually';
import { startProcess } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { startApiProcess, type ApiProcess } from './api-process';

let deployment: Deployment;
let folder: string;
let api: ApiProcess;
let client: SluiceClient;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(path.join(folder, 'docs'), 20);
  deployment = await createDeployment();
  await deployment.startWorker(['--dashboard-url', 'https://sluice.example']);
  api = await startApiProcess(deployment.env, folder, ['--temporal-ui-url', 'https://temporal.example']);
  client = createSluiceClient({ baseUrl: api.url });
});

afterAll(() => deployment.close());

const input = (collection: string, source = 'docs') => ({ collection, source: { kind: 'folder' as const, path: source }, options: { embedding: EMBEDDING } });

test('a job is started, watched to its end, and found again', async () => {
  const started = await api.call('POST', '/v1/jobs', { body: input('life') });
  expect(started.status).toBe(202);
  expect(jobSchema.parse(started.body)).toMatchObject({ collection: 'life', source: { path: path.join(folder, 'docs') } });
  const seen = [];
  for await (const job of client.watchJob(started.body.jobId)) seen.push(jobSchema.parse(job));
  expect(seen.at(-1)).toMatchObject({ status: 'COMPLETED', documents: { total: 20, succeeded: 20 } });
  expect(await client.getJob(started.body.jobId)).toMatchObject({ status: 'COMPLETED' });
  expect((await client.listJobs({ collection: 'life', status: 'COMPLETED' })).jobs.map(({ jobId }) => jobId)).toEqual([started.body.jobId]);
  expect((await client.listJobs({ collection: 'life', status: 'FAILED' })).jobs).toEqual([]);
});

test('a job tells when its phases changed, pauses too, and leads to its workflow, which leads back', async () => {
  const { jobId } = await client.startJob(input('history'));
  await client.pauseJob(jobId, 'INDEXING');
  await expectEventually(async () => expect(await client.getJobHistory(jobId)).toContainEqual(expect.objectContaining({ phase: 'INDEXING', status: 'PAUSED' })));
  await client.resumeJob(jobId);
  const job = await deployment.waitForEnd(jobId);
  const changes = await expectEventually(async () => {
    const found = await client.getJobHistory(jobId);
    expect(found.at(-1)).toMatchObject({ phase: 'INDEXING', status: 'COMPLETED' });
    return found;
  });
  expect(changes.filter(({ phase }) => phase === 'LOADING')).toEqual([
    { at: job.phases[0]!.startedAt, phase: 'LOADING', status: 'RUNNING' },
    { at: job.phases[0]!.completedAt, phase: 'LOADING', status: 'COMPLETED' },
  ]);
  expect(changes.filter(({ phase }) => phase === 'INDEXING').map(({ status }) => status)).toEqual(['PAUSED', 'RUNNING', 'COMPLETED']);
  expect((await api.call('GET', '/v1/about')).body).toMatchObject({ namespace: deployment.env.TEMPORAL_NAMESPACE, temporalUiUrl: 'https://temporal.example' });
  const metadata = await deployment.client.workflow.getHandle(jobId).query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  expect(metadata.currentDetails).toContain(`(https://sluice.example/jobs/${jobId})`);
});

test('its documents come in pages, each document once', async () => {
  const { jobId } = await client.startJob(input('pages'));
  await deployment.waitForEnd(jobId);
  const uris: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listJobDocuments(jobId, { outcome: 'SUCCEEDED', limit: 7, cursor });
    expect(page.documents.length).toBeLessThanOrEqual(7);
    uris.push(...page.documents.map(({ uri }) => uri));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(new Set(uris).size).toBe(20);
  expect(uris).toHaveLength(20);
  expect(await client.listIgnoredFiles(jobId)).toEqual({ documents: [], nextCursor: null });
});

test('the same key and request give the same job, another request a conflict', async () => {
  const headers = { 'idempotency-key': 'once-and-only-once' };
  const answers = await Promise.all(Array.from({ length: 5 }, () => api.call('POST', '/v1/jobs', { body: input('once'), headers })));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
  const [jobId, ...others] = new Set(answers.map(({ body }) => body.jobId as string));
  expect(others).toEqual([]);
  // The order of keys is no difference.
  const { collection, source, options } = input('once');
  expect((await api.call('POST', '/v1/jobs', { body: { options, source, collection }, headers })).body.jobId).toBe(jobId);
  const conflict = await api.call('POST', '/v1/jobs', { body: input('twice'), headers });
  expect(conflict).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_CONFLICT' } });
  await deployment.waitForEnd(jobId!);
  expect((await client.listJobs({ collection: 'once' })).jobs).toHaveLength(1);
  expect((await client.listJobs({ collection: 'twice' })).jobs).toHaveLength(0);
});

test('a key whose request was refused is free for the corrected one', async () => {
  const { jobId } = await client.startJob(input('taken'));
  const headers = { 'idempotency-key': 'corrected' };
  expect(await api.call('POST', '/v1/jobs', { body: { ...input('other'), jobId }, headers })).toMatchObject({ status: 409, body: { code: 'JOB_EXISTS' } });
  expect(await api.call('POST', '/v1/jobs', { body: input('other'), headers })).toMatchObject({ status: 202 });
});

test('a job is paused, resumed, cancelled and retried', async () => {
  await deployment.provider.control({ latencyMs: 1_000 });
  const { jobId } = await client.startJob(input('steered'));
  await expectEventually(async () => expect((await client.getJob(jobId)).status).toBe('RUNNING'));
  const paused = await client.pauseJob(jobId, 'INDEXING');
  expect(paused).toMatchObject({ confirmed: true });
  expect(paused.phases?.map(({ status }) => status).at(-1)).toBe('PAUSED');
  expect((await client.resumeJob(jobId, { phase: 'INDEXING' })).phases?.at(-1)?.status).toBe('RUNNING');
  await client.pauseJob(jobId);
  await expect(client.retryJob(jobId)).rejects.toMatchObject({ status: 409, code: 'JOB_NOT_FINISHED' });
  await client.cancelJob(jobId);
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'FAILED', error: { code: 'CANCELLED' } });
  // Until its workflow is closed it says so itself.
  await expect(client.pauseJob(jobId)).rejects.toMatchObject({ status: 409, code: expect.stringMatching(/^(JOB_FINISHED|ILLEGAL_TRANSITION)$/) });
  await deployment.provider.control({ latencyMs: 0 });
  const retried = await client.retryJob(jobId);
  expect(retried).toMatchObject({ retryOf: jobId });
  expect(await deployment.waitForEnd(retried.jobId)).toMatchObject({ status: 'COMPLETED' });
});

test('a job of a folder outside of the roots is neither started nor started again', async () => {
  const outside = createTestFolder();
  mkdirSync(path.join(outside, 'empty'));
  expect(await api.call('POST', '/v1/jobs', { body: input('out', outside) })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  expect(await api.call('POST', '/v1/jobs', { body: input('out', '../..') })).toMatchObject({ status: 403 });
  const { jobId } = await deployment.service.start(input('out', path.join(outside, 'empty')));
  await deployment.waitForEnd(jobId);
  await expect(client.retryJob(jobId)).rejects.toMatchObject({ status: 403 });
});

test.each([
  ['GET', '/v1/jobs/no-such-job', undefined, 404, 'JOB_NOT_FOUND'],
  ['GET', '/v1/jobs/no-such-job/documents', undefined, 404, 'JOB_NOT_FOUND'],
  ['GET', '/v1/jobs/no-such-job/ignored', undefined, 404, 'JOB_NOT_FOUND'],
  ['GET', '/v1/jobs/no-such-job/history', undefined, 404, 'JOB_NOT_FOUND'],
  ['GET', '/v1/jobs/no-such-job/events', undefined, 404, 'JOB_NOT_FOUND'],
  ['POST', '/v1/jobs/no-such-job/pause', {}, 404, 'JOB_NOT_FOUND'],
  ['POST', '/v1/jobs/no-such-job/resume', {}, 404, 'JOB_NOT_FOUND'],
  ['POST', '/v1/jobs/no-such-job/cancel', {}, 404, 'JOB_NOT_FOUND'],
  ['POST', '/v1/jobs/no-such-job/retry', {}, 404, 'JOB_NOT_FOUND'],
  ['POST', '/v1/jobs/no-such-job/pause', { phase: 'EMBED' }, 400, 'INVALID_INPUT'],
  ['POST', '/v1/jobs/no-such-job/pause', { fase: 'LOADING' }, 400, 'INVALID_INPUT'],
  ['GET', '/v1/jobs/no%20name', undefined, 400, 'INVALID_INPUT'],
  ['GET', '/v1/jobs?limit=0', undefined, 400, 'INVALID_INPUT'],
  ['GET', '/v1/jobs?limit=1e2', undefined, 400, 'INVALID_INPUT'],
  ['GET', '/v1/jobs?status=DONE', undefined, 400, 'INVALID_INPUT'],
  ['GET', '/v1/jobs/no-such-job/documents?cursor=x', undefined, 400, 'INVALID_INPUT'],
  ['POST', '/v1/jobs', '{', 400, 'INVALID_INPUT'],
  ['POST', '/v1/jobs', [], 400, 'INVALID_INPUT'],
  ['POST', '/v1/jobs', { collection: 'c', source: { kind: 'folder', path: 'https://u:p@example.org' } }, 400, 'INVALID_INPUT'],
])('%s %s %j is %d %s', async (method, address, body, status, code) => {
  const answer = await api.call(method, address, { body });
  expect(answer).toMatchObject({ status, body: { code, status, title: expect.stringMatching(/\w/), detail: expect.stringMatching(/\w/), hint: expect.stringMatching(/\w/) } });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
});

test('every problem of an input is named', async () => {
  const { body } = await api.call('POST', '/v1/jobs', { body: { collection: 'C!', source: { kind: 'folder' }, options: { chunkTokens: 1, chunkTokenz: 2 } } });
  for (const name of ['collection', 'source.path', 'options.chunkTokens', 'options.chunkTokenz']) expect(body.detail).toContain(name);
});

test('the example ingests, watches and searches', async () => {
  const example = path.join(__dirname, '../../../examples/clients/http-client.mjs');
  const run = startProcess(process.execPath, [example, path.join(folder, 'docs'), 'example', 'What is a document?', api.url], { cwd: path.dirname(example) });
  expect(await run.exit).toMatchObject({ code: 0 });
  expect(run.stdout).toContain('COMPLETED 100%');
  expect(run.stdout).toMatch(/document-\d+\.md: /);
  expect(readFileSync(example, 'utf8')).toContain("from 'sluice/client'");
});
