import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { sql } from 'kysely';
import { collectionSchema, publishedDocumentSchema, searchResultSchema, sourceViewSchema } from '../../src/api/schemas/collection';
import { createSluiceClient, type SluiceClient } from '../../src/client';
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { expectEventually } from '../harness/expect-eventually';
import { startCli } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { startApiProcess, type ApiProcess } from './api-process';

let deployment: Deployment;
let folder: string;
let api: ApiProcess;
let client: SluiceClient;

beforeAll(async () => {
  folder = createTestFolder();
  for (const source of ['one', 'two']) writeDocuments(path.join(folder, source), 4);
  deployment = await createDeployment();
  await deployment.startWorker();
  api = await startApiProcess(deployment.env, folder);
  client = createSluiceClient({ baseUrl: api.url });
});

afterAll(() => deployment.close());

async function ingest(collection: string, ...sources: string[]): Promise<void> {
  for (const source of sources) {
    const { jobId } = await client.startJob({ collection, source: { kind: 'folder', path: source }, options: { embedding: EMBEDDING } });
    expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED' });
    // From then on the mirror knows too.
    await deployment.client.workflow.getHandle(jobId).result();
  }
}

const file = (name: string, text: string) => ({ name, content: new Blob([text]) });
const locator = (source: string) => `folder:${path.join(folder, source)}`;

async function partitions(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select relname as name from pg_class where relnamespace = 'sluice'::regnamespace and relkind = 'r' and relname ~ '^chunks_' order by 1`.execute(deployment.db);
  return rows.map(({ name }) => name);
}

test('a collection is made once, with its model for good', async () => {
  const body = { name: 'made', embedding: EMBEDDING, chunkTokens: 128 };
  const made = await api.call('POST', '/v1/collections', { body });
  expect(made).toMatchObject({ status: 201, body: { name: 'made', model: EMBEDDING.model, documents: 0, chunks: 0 } });
  expect(await api.call('POST', '/v1/collections', { body })).toMatchObject({ status: 200 });
  expect(await api.call('POST', '/v1/collections', { body: { name: 'made', embedding: { provider: 'static' } } })).toMatchObject({ status: 409, body: { code: 'COLLECTION_MISMATCH' } });
  expect(collectionSchema.parse(await client.getCollection('made'))).toEqual(made.body);
  expect((await client.listCollections()).map(({ name }) => name)).toContain('made');
});

test('what was ingested is searched and read', async () => {
  await ingest('searched', 'one');
  const [first, ...more] = await client.search('searched', { query: 'What is document 3?', limit: 2 });
  expect(searchResultSchema.parse(first)).toMatchObject({ source: locator('one') });
  expect(more).toHaveLength(1);
  const document = publishedDocumentSchema.parse(await client.getDocument('searched', first!.documentUri));
  expect(document.text.slice(first!.startOffset, first!.endOffset)).toBe(first!.text);
});

test('a source is removed with what was published from it, and nothing else', async () => {
  await ingest('sources', 'one', 'two');
  const sources = await client.listSources('sources');
  expect(sources.map((source) => sourceViewSchema.parse(source))).toMatchObject([
    { locator: locator('one'), kind: 'folder', documents: 4 },
    { locator: locator('two'), kind: 'folder', documents: 4 },
  ]);
  expect(await client.removeSource('sources', locator('one'))).toEqual({ documents: 4 });
  expect(await client.listSources('sources')).toEqual([sources[1]]);
  expect(new Set((await deployment.publishedChunks('sources')).map((chunk) => (chunk as { source: string }).source))).toEqual(new Set([locator('two')]));
  const { rows } = await sql<{ orphans: number }>`select count(*) as orphans from sluice.chunks c left join sluice.documents d on d.id = c.document_id where d.id is null`.execute(deployment.db);
  expect(rows).toEqual([{ orphans: 0 }]);
  await expect(client.removeSource('sources', locator('one'))).rejects.toMatchObject({ status: 404, code: 'SOURCE_NOT_FOUND' });
  // Its jobs stay, and it can come back.
  expect((await client.listJobs({ collection: 'sources' })).jobs).toHaveLength(2);
  await ingest('sources', 'one');
  expect(await client.listSources('sources')).toEqual(sources);
});

test('a collection is deleted with its partition, while a reader of another holds on to all of them', async () => {
  await ingest('kept', 'one');
  const before = await partitions();
  await ingest('doomed', 'one', 'two');
  expect(await partitions()).toHaveLength(before.length + 1);
  await deployment.db.transaction().execute(async (trx) => {
    // What a long search of another collection holds.
    await sql`select count(*) from sluice.chunks_1`.execute(trx);
    await client.deleteCollection('doomed');
  });
  expect(await partitions()).toEqual(before);
  for (const gone of [client.getCollection('doomed'), client.search('doomed', { query: 'x' }), client.listSources('doomed'), client.deleteCollection('doomed')]) {
    await expect(gone).rejects.toMatchObject({ status: 404, code: 'COLLECTION_NOT_FOUND' });
  }
  expect(await client.search('kept', { query: 'document' })).not.toEqual([]);
  const [job] = (await client.listJobs({ collection: 'doomed' })).jobs;
  const retried = await client.retryJob(job!.jobId);
  expect(await deployment.waitForEnd(retried.jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: 4 } });
});

test('nothing is deleted while a job is active', async () => {
  await ingest('busy', 'one');
  await deployment.provider.control({ latencyMs: 2_000 });
  writeDocuments(path.join(folder, 'busy-source'), 3);
  const { jobId } = await client.startJob({ collection: 'busy', source: { kind: 'folder', path: 'busy-source' }, options: { chunkTokens: 64 } });
  await expect(client.deleteCollection('busy')).rejects.toMatchObject({ status: 409, code: 'ALREADY_RUNNING', message: expect.stringContaining(jobId) });
  // Another source of the collection is at nobody's hands.
  expect(await client.removeSource('busy', locator('one'))).toEqual({ documents: 4 });
  await client.cancelJob(jobId);
  await deployment.waitForEnd(jobId);
  await deployment.provider.control({ latencyMs: 0 });
  // It lets go of the collection with its last words to the mirror.
  await expectEventually(() => client.deleteCollection('busy'));
});

test('an upload is a source of its own, until it is removed', async () => {
  await client.createCollection({ name: 'uploads', embedding: EMBEDDING });
  const job = await client.uploadDocuments('uploads', [file('a.md', '# First\n\nOne.'), file('deep/er/a.md', '# Second\n\nTwo.'), file('ü ~.txt', 'Three.')]);
  expect(await deployment.waitForEnd(job.jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: 3 } });
  expect((await client.getDocument('uploads', 'a (2).md')).text).toContain('Second');
  expect((await client.getDocument('uploads', 'ü ~.txt')).text).toBe('Three.');
  const [source] = await client.listSources('uploads');
  const stored = source!.locator.replace('folder:', '');
  expect(readdirSync(stored)).toHaveLength(3);
  await client.removeSource('uploads', source!.locator);
  expect(existsSync(stored)).toBe(false);
  expect(readdirSync(path.join(folder, '.sluice/uploads/.incomplete'))).toEqual([]);
});

test('another collection that has ingested an upload leaves its files alone, and the API starts nothing on them', async () => {
  await client.createCollection({ name: 'owner', embedding: EMBEDDING });
  const job = await client.uploadDocuments('owner', [file('a.md', 'One.')]);
  await deployment.waitForEnd(job.jobId);
  const [source] = await client.listSources('owner');
  const stored = source!.locator.replace('folder:', '');
  await client.createCollection({ name: 'borrower', embedding: EMBEDDING });
  await expect(client.startJob({ collection: 'borrower', source: { kind: 'folder', path: stored } })).rejects.toMatchObject({ status: 403, code: 'FORBIDDEN' });
  const ingest = startCli(['ingest', stored, '--collection', 'borrower'], { env: deployment.env, cwd: folder });
  expect(await ingest.exit).toMatchObject({ code: 0 });
  expect(await client.removeSource('borrower', source!.locator)).toEqual({ documents: 1 });
  expect(readdirSync(stored)).toEqual(['a.md']);
});

test('of two sources that have a URI, the one is shown that was asked for', async () => {
  for (const name of ['left', 'right']) {
    mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, name, 'same.md'), `From the ${name}.`);
  }
  await ingest('twice', 'left', 'right');
  for (const name of ['left', 'right']) expect(await client.getDocument('twice', 'same.md', { source: locator(name) })).toMatchObject({ source: locator(name), text: `From the ${name}.` });
  await expect(client.getDocument('twice', 'same.md', { source: locator('one') })).rejects.toMatchObject({ status: 404, code: 'DOCUMENT_NOT_FOUND' });
});

test('an upload of a name is added to and replaced by the next of the name', async () => {
  await client.createCollection({ name: 'named', embedding: EMBEDDING });
  const first = await client.uploadDocuments('named', [file('a.md', 'Old text.'), file('b.md', 'Stays.')], { upload: 'handbook' });
  await deployment.waitForEnd(first.jobId);
  const second = await client.uploadDocuments('named', [file('a.md', 'New text, longer.')], { upload: 'handbook' });
  expect(await deployment.waitForEnd(second.jobId)).toMatchObject({ status: 'COMPLETED', documents: { total: 2, succeeded: 1, skipped: 1 } });
  expect((await client.getDocument('named', 'a.md')).text).toBe('New text, longer.');
  expect(await client.listSources('named')).toHaveLength(1);
});

test.each([
  ['no file', new FormData(), 400, 'INVALID_INPUT'],
  ['no multipart', '{}', 415, 'UNSUPPORTED_MEDIA_TYPE'],
])('an upload of %s is refused and leaves nothing', async (_what, body, status, code) => {
  if (body instanceof FormData) body.set('field', 'text');
  const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : undefined;
  const response = await fetch(`${api.url}/v1/collections/refused/documents`, { method: 'POST', body, headers });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ code });
  expect(existsSync(path.join(folder, '.sluice/uploads/refused'))).toBe(false);
});

test.each(['file', 'files[]', ''])('an upload with a part named %j is refused and leaves nothing', async (field) => {
  const body = new FormData();
  body.append('files', new Blob(['good']), 'good.txt');
  body.append(field, new Blob(['text']), 'a.txt');
  const response = await fetch(`${api.url}/v1/collections/refused/documents`, { method: 'POST', body });
  expect({ status: response.status, ...(await response.json() as object) }).toMatchObject({ status: 400, code: 'INVALID_INPUT', detail: expect.stringContaining('files') });
  expect(existsSync(path.join(folder, '.sluice/uploads/refused'))).toBe(false);
});

test('an upload of too many files, or one that is cut off, leaves nothing', async () => {
  const many = client.uploadDocuments('refused', Array.from({ length: 1_001 }, (_, number) => file(`${number}.txt`, 'text')));
  await expect(many).rejects.toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
  const cut = new AbortController();
  const half = new ReadableStream({
    pull(controller) {
      controller.enqueue(Buffer.from('--x\r\nContent-Disposition: form-data; name="files"; filename="half.txt"\r\n\r\nhalf'));
      // The server has begun to write it.
      return expectEventually(() => expect(readdirSync(path.join(folder, '.sluice/uploads/.incomplete'))).toHaveLength(1)).then(() => cut.abort());
    },
  });
  const request = { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: half, duplex: 'half', signal: cut.signal };
  await expect(fetch(`${api.url}/v1/collections/refused/documents`, request as RequestInit)).rejects.toThrow();
  await expectEventually(() => expect(readdirSync(path.join(folder, '.sluice/uploads/.incomplete'))).toEqual([]));
  expect(existsSync(path.join(folder, '.sluice/uploads/refused'))).toBe(false);
});

test('an upload that says it is beyond the limit is refused before it is sent', async () => {
  const headers = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': String(2 * 1024 ** 3), expect: '100-continue' };
  const status = await new Promise((resolve, reject) => {
    const sent = httpRequest(`${api.url}/v1/collections/refused/documents`, { method: 'POST', headers }, (response) => resolve(response.statusCode));
    sent.on('error', reject);
    sent.flushHeaders();
  });
  expect(status).toBe(413);
});

test.each(['..', '.', 'a\u0001b', 'x'.repeat(300)])('an upload named %j is refused', async (name) => {
  const upload = client.uploadDocuments('refused', [file(name, 'text')]);
  await expect(upload).rejects.toMatchObject({ status: 400, code: 'INVALID_INPUT' });
  expect(existsSync(path.join(folder, '.sluice/uploads/refused'))).toBe(false);
});

test('the command line lists and removes sources, and deletes collections when it is told to', async () => {
  await ingest('by-hand', 'one');
  const run = async (...args: string[]) => {
    const process = startCli([...args, '--json'], { env: deployment.env, cwd: folder });
    const { code } = await process.exit;
    return { code, answer: JSON.parse(process.stdout) as unknown };
  };
  expect(await run('sources', 'by-hand')).toMatchObject({ code: 0, answer: { sources: [{ locator: locator('one'), documents: 4 }] } });
  expect(await run('sources', 'by-hand', 'remove', locator('one'))).toMatchObject({ code: 2, answer: { error: { code: 'INVALID_INPUT' } } });
  expect(await run('sources', 'by-hand', 'remove', locator('one'), '--yes')).toEqual({ code: 0, answer: { documents: 4 } });
  expect(await run('collections', 'delete', 'by-hand')).toMatchObject({ code: 2 });
  expect(await run('collections', 'delete', 'by-hand', '--yes')).toEqual({ code: 0, answer: { documents: 0 } });
  expect(await run('collections', 'delete', 'by-hand', '--yes')).toMatchObject({ code: 2, answer: { error: { code: 'COLLECTION_NOT_FOUND' } } });
});
