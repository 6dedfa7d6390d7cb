/** Starts by other clients with anything at all as their argument: each is a job that ends FAILED, with every problem named, and can be looked at. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectEventually } from '../harness/expect-eventually';
import { createTestFolder } from '../harness/test-folder';
import { CHUNK_DEFAULTS } from '../../src/domain/job-defaults';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { createDeployment, type Deployment } from './deployment';
import { writeDocuments } from './documents';
import { startWithTemporalCli } from './temporal-cli';

let deployment: Deployment;
let folder: string;
let starts = 0;

beforeAll(async () => {
  deployment = await createDeployment();
  folder = createTestFolder();
  writeDocuments(folder, 3);
  await deployment.startWorker();
});

afterAll(() => deployment?.close());

async function start(args: unknown[], jobId = `start-${++starts}`): Promise<JobStatusResponse> {
  await deployment.client.workflow.start('ingestionWorkflow', { taskQueue: 'sluice', workflowId: jobId, args });
  return deployment.waitForEnd(jobId);
}

const good = () => ({ collection: 'good', source: { kind: 'folder', path: folder } });
const nested = (depth: number): unknown => (depth === 0 ? 'deep' : [nested(depth - 1)]);

test.each<[string, unknown[], RegExp]>([
  ['no argument', [], /^The input is missing\.$/],
  ['null', [null], /^The input must be an object/],
  ['text', ['folder'], /^The input must be an object/],
  ['a number', [7], /^The input must be an object/],
  ['a list', [[{ collection: 'a' }]], /^The input must be an object/],
  ['an empty object', [{}], /^collection is missing\.\nsource is missing\.$/],
  ['bytes', [new Uint8Array([1, 2, 3])], /^The input must be an object|is not known/],
  ['numbers for texts', [{ collection: 5, source: 6, options: 7 }], /^collection must be text; it is 5\.\nsource must be an object; it is 6\.\noptions must be an object; it is 7\.$/],
  ['lists for objects', [{ collection: [], source: [], options: [] }], /^collection must be text\.\nsource must be an object\.\noptions must be an object\.$/],
  ['a source without a kind', [{ collection: 'a', source: { path: '/x' } }], /^source\.kind must be a kind of source that there is/],
  ['a kind that there is not', [{ collection: 'a', source: { kind: 'gopher', path: '/x' } }], /^source\.kind must be a kind of source that there is: folder/],
  ['unknown keys', [{ collection: 'a', source: { kind: 'folder', path: '/x', colour: 1 }, extra: 1 }], /source\.colour is not known.*extra is not known/s],
  ['NUL characters', [{ collection: 'a\0b', source: { kind: 'folder', path: '/x\0y' }, options: { 'a\0b': '\0' } }], /collection must be.*source\.path must be well-formed/s],
  ['lone surrogates', [{ collection: 'a', source: { kind: 'folder', path: '/\ud800' } }], /source\.path must be well-formed/],
  ['a prototype', [JSON.parse('{"collection":"a","source":{"kind":"folder","path":"/x"},"__proto__":{"a":1},"constructor":1}')], /is not known/],
  ['a megabyte of text', [{ collection: 'a'.repeat(1_000_000), source: { kind: 'folder', path: '/x' } }], /collection must be 1 to 63/],
  ['deep nesting', [{ collection: 'a', source: nested(1_000) }], /source/],
  ['options beside their ranges', [{ collection: 'a', source: { kind: 'folder', path: '/x' }, options: { chunkTokens: 1, batchDocuments: 0, concurrency: { LOADIN: 1 } } }], /chunkTokens must.*batchDocuments must.*LOADIN is not known: did you mean LOADING\?/s],
  ['ten thousand unknown keys', [{ collection: 'a', source: { kind: 'folder', path: '/x' }, options: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, 1])) }], /key0 is not known.*… and 9980 more problems/s],
  ['a password in a URL', [{ collection: 'a', source: { kind: 'folder', path: 'https://me:hunter2@example.org/' } }], /source\.path must not hold a user name or password/],
])('%s is INVALID_INPUT', async (_name, args, message) => {
  const job = await start(args);
  expect(job).toMatchObject({ status: 'FAILED', error: { code: 'INVALID_INPUT', phase: 'LOADING', message: expect.stringMatching(message) as string } });
  expect(job.phases.map(({ status }) => status)).toEqual(['FAILED', 'NOT_STARTED', 'NOT_STARTED', 'NOT_STARTED']);
  expect(job.error!.message).not.toContain('hunter2');
  // As Temporal tells it: a failure by the code's name that is not tried again.
  await expect(deployment.client.workflow.getHandle(job.jobId).result()).rejects.toMatchObject({ cause: { type: 'INVALID_INPUT', nonRetryable: true } });
  const row = await deployment.db.selectFrom('ingestion_jobs').select(['status', 'error']).where('id', '=', job.jobId).executeTakeFirstOrThrow();
  expect(row).toMatchObject({ status: 'FAILED', error: { code: 'INVALID_INPUT' } });
  expect((await deployment.service.list({ limit: 100 })).jobs.map(({ jobId }) => jobId)).toContain(job.jobId);
}, 60_000);

test('the id of a job may be any that Temporal takes', async () => {
  for (const jobId of ['my job/2026?x=1#ü\'"', 'a'.repeat(900)]) expect(await start([good()], jobId)).toMatchObject({ jobId, status: 'COMPLETED' });
}, 60_000);

test('what is beside the one argument changes nothing', async () => {
  expect(await start([good(), { collection: 'other' }])).toMatchObject({ collection: 'good', status: 'COMPLETED' });
}, 60_000);

test('a start with the id of an ended job fails with JOB_EXISTS and leaves the job as it was', async () => {
  const first = await startWithTemporalCli(deployment, 'twice', good());
  expect(first).toMatchObject({ status: 'COMPLETED' });
  const second = await startWithTemporalCli(deployment, 'twice', { ...good(), collection: 'elsewhere' });
  expect(second).toMatchObject({ status: 'FAILED', error: { code: 'JOB_EXISTS', message: expect.stringContaining('twice') as string } });
  const { readFrom: _first, asOf: _asOf, ...told } = first;
  expect(await deployment.service.status('twice')).toMatchObject(told);
}, 60_000);

test('a start on a source that a job is at work on fails with ALREADY_RUNNING, which names that job', async () => {
  const holder = 'holder';
  await deployment.client.workflow.start('ingestionWorkflow', { taskQueue: 'sluice', workflowId: holder, args: [{ ...good(), collection: 'held' }] });
  await deployment.client.workflow.getHandle(holder).signal('pause');
  try {
    expect(await start([{ ...good(), collection: 'held' }])).toMatchObject({ status: 'FAILED', error: { code: 'ALREADY_RUNNING', message: expect.stringContaining(holder) as string } });
    // What it asked of the collection is not done either.
    expect(await start([{ ...good(), collection: 'held', options: { chunkTokens: 100 } }])).toMatchObject({ error: { code: 'ALREADY_RUNNING' } });
    expect(await deployment.db.selectFrom('collections').select('chunk_tokens').where('name', '=', 'held').execute()).toEqual([{ chunk_tokens: CHUNK_DEFAULTS.chunkTokens }]);
    // Another collection is another matter.
    expect(await start([{ ...good(), collection: 'free' }])).toMatchObject({ status: 'COMPLETED' });
  } finally {
    await deployment.client.workflow.getHandle(holder).signal('resume');
  }
  expect(await deployment.waitForEnd(holder)).toMatchObject({ status: 'COMPLETED' });
}, 60_000);

test('a holder that was terminated does not hold, and leaves nothing in staging', async () => {
  const holder = 'dead-holder';
  const input = { ...good(), collection: 'dead' };
  const handle = await deployment.client.workflow.start('ingestionWorkflow', { taskQueue: 'sluice', workflowId: holder, args: [input] });
  await handle.signal('pause', { phase: 'CHUNKING' });
  const staged = () => deployment.db.selectFrom('staged_documents').select('ordinal').where('job_id', '=', holder).execute();
  await expectEventually(async () => expect(await staged()).not.toEqual([]));
  await handle.terminate();
  await start([input], 'successor');
  expect(await deployment.service.status('successor')).toMatchObject({ status: 'COMPLETED' });
  expect(await deployment.service.status(holder)).toMatchObject({ status: 'FAILED', error: { code: 'TERMINATED' } });
  expect(await staged()).toEqual([]);
}, 60_000);

test('only the failed documents of an ended job of the same source can be tried again, those that discovery found broken too', async () => {
  const records = createTestFolder();
  writeFileSync(join(records, 'a.jsonl'), '{"id": "good", "text": "A good record."}\nbroken\n');
  const source = { kind: 'folder', path: records };
  const first = await start([{ collection: 'partly', source }], 'partly');
  expect(first).toMatchObject({ status: 'COMPLETED', documents: { succeeded: 1, failed: 1 } });
  const again = await deployment.waitForEnd((await deployment.service.retry('partly', { failedOnly: true })).jobId);
  expect(again).toMatchObject({ status: 'FAILED', error: { code: 'TOO_MANY_FAILURES' }, documents: { total: 1, failed: 1, removed: 0 } });
  expect((await deployment.service.documents(again.jobId, {})).documents).toMatchObject([{ outcome: 'FAILED', code: 'INVALID_RECORD' }]);

  const refused = (job: JobStatusResponse, why: RegExp) => expect(job).toMatchObject({ status: 'FAILED', error: { code: 'INVALID_INPUT', message: expect.stringMatching(why) as string } });
  refused(await start([{ collection: 'partly', source, options: { onlyFailedOf: 'nobody' } }]), /no such job/);
  refused(await start([{ ...good(), collection: 'partly', options: { onlyFailedOf: 'partly' } }]), /another source/);
  refused(await start([{ collection: 'other', source, options: { onlyFailedOf: 'partly' } }]), /another source or collection/);
}, 60_000);

test('the failed documents of a job that was terminated are tried again before the mirror knows of its end', async () => {
  const records = createTestFolder();
  writeFileSync(join(records, 'a.jsonl'), '{"id": "good", "text": "A good record."}\nbroken\n');
  const { jobId } = await deployment.service.start({ collection: 'terminated', source: { kind: 'folder', path: records } });
  await deployment.service.pause(jobId, 'INDEXING');
  await expectEventually(async () => expect((await deployment.service.status(jobId)).phases[2]!.status).toBe('COMPLETED'));
  await deployment.client.workflow.getHandle(jobId).terminate();
  const again = await deployment.waitForEnd((await deployment.service.retry(jobId, { failedOnly: true })).jobId);
  expect(again).toMatchObject({ status: 'FAILED', error: { code: 'TOO_MANY_FAILURES' }, documents: { total: 1, failed: 1 } });
}, 60_000);
