import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobOptions } from '../../src/domain/ingestion-input';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { MAIN_TASK_QUEUE } from '../../workflows/task-queues';
import { expectEventually } from '../harness/expect-eventually';
import { createTestFolder } from '../harness/test-folder';
import { createDeployment, EMBEDDING, type Deployment } from './deployment';
import { writeDocuments } from './documents';

const DOCUMENTS = 300;

let deployment: Deployment;
let folder: string;

beforeEach(async () => {
  folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
  deployment = await createDeployment();
  await deployment.startWorker();
});

afterEach(() => deployment.close());

test('a second run embeds what changed, removes what is gone, skips the rest, and leaves no query without a version', async () => {
  await ingest();
  const paid = (await deployment.provider.stats()).texts;
  const before = await uris();
  expect(before).toHaveLength(DOCUMENTS);

  const files = listFiles();
  for (const file of files.slice(0, 3)) appendFileSync(file, '\nA sentence that was not there before.\n');
  for (const file of files.slice(10, 25)) rmSync(file);
  renameSync(files[30]!, `${files[30]!}.renamed.md`);
  const past = new Date(Date.now() - 60_000);
  utimesSync(files[40]!, past, past);

  const watched = watchSearch(files.slice(0, 3));
  const job = await ingest();
  expect(await watched.stop()).toEqual([]);
  expect(job).toMatchObject({ status: 'COMPLETED', documents: { total: DOCUMENTS - 15, succeeded: 4, skipped: DOCUMENTS - 19, removed: 16, failed: 0 } });
  expect(await uris()).toHaveLength(DOCUMENTS - 15);
  // Of a changed document the last passage is new; the renamed one is the same texts under another name.
  const extra = (await deployment.provider.stats()).texts - paid;
  expect(extra).toBeGreaterThanOrEqual(3);
  expect(extra).toBeLessThanOrEqual(6);

  const third = await ingest();
  expect(third).toMatchObject({ documents: { succeeded: 0, skipped: DOCUMENTS - 15, removed: 0 } });
});

test('an emptied folder empties nothing, unless that is allowed', async () => {
  await ingest();
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  const refused = await ingest();
  expect(refused).toMatchObject({ status: 'FAILED', error: { code: 'MASS_REMOVAL', phase: 'LOADING' } });
  expect(await uris()).toHaveLength(DOCUMENTS);

  rmSync(folder, { recursive: true });
  expect(await ingest()).toMatchObject({ status: 'FAILED', error: { code: 'SOURCE_NOT_FOUND' } });
  expect(await uris()).toHaveLength(DOCUMENTS);

  mkdirSync(folder);
  expect(await ingest({ allowMassRemoval: true })).toMatchObject({ status: 'COMPLETED', documents: { total: 0, removed: DOCUMENTS } });
  expect(await uris()).toEqual([]);
});

test('a database that lost rows of a running job, as after a failover, ends it: nothing is taken for done, or for gone', async () => {
  await ingest();
  const before = await deployment.publishedChunks('docs');
  const { service, db, client } = deployment;
  const jobId = 'halved';
  const input = { collection: 'docs', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING } };
  await client.workflow.signalWithStart('ingestionWorkflow', { workflowId: jobId, taskQueue: MAIN_TASK_QUEUE, args: [input], signal: 'pause', signalArgs: [{ phase: 'INDEXING' }] });
  await expectEventually(async () => expect((await service.status(jobId)).phases.slice(2)).toMatchObject([{ status: 'COMPLETED' }, { status: 'PAUSED' }]));
  await db.deleteFrom('job_documents').where('job_id', '=', jobId).where('ordinal', '>=', 100).execute();
  await service.resume(jobId);
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'FAILED', error: { code: 'INTERNAL', message: expect.stringMatching(/^Of 300 documents 100 have an outcome/) as unknown } });
  expect(await deployment.publishedChunks('docs')).toEqual(before);
});

test('more than half of a source gone is a mass removal, and half is not', async () => {
  await ingest();
  const files = listFiles();
  for (const file of files.slice(0, DOCUMENTS / 2 + 1)) rmSync(file);
  expect(await ingest()).toMatchObject({ status: 'FAILED', error: { code: 'MASS_REMOVAL' } });
  writeFileSync(files[0]!, 'It is back.');
  expect(await ingest()).toMatchObject({ status: 'COMPLETED', documents: { removed: DOCUMENTS / 2 } });
});

async function ingest(options: JobOptions = {}): Promise<JobStatusResponse> {
  const { jobId } = await deployment.service.start({ collection: 'docs', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING, ...options } });
  return deployment.waitForEnd(jobId);
}

async function uris(): Promise<string[]> {
  const rows = await deployment.db.selectFrom('documents').select('uri').orderBy('uri').execute();
  return rows.map((row) => row.uri);
}

function listFiles(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => join(folder, name));
}

/** Asks the view without a break whether each document is there, whole. */
function watchSearch(files: readonly string[]): { stop(): Promise<string[]> } {
  const documentUris = files.map((file) => file.slice(folder.length + 1));
  const problems = new Set<string>();
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const chunks = await deployment.publishedChunks('docs');
      for (const uri of documentUris) {
        const own = chunks.filter((chunk) => (chunk as { document_uri: string }).document_uri === uri).map((chunk) => (chunk as { ordinal: number }).ordinal);
        if (own.length === 0) problems.add(`${uri}: no version`);
        if (own.some((ordinal, index) => ordinal !== index)) problems.add(`${uri}: a mix, ${own.join()}`);
      }
    }
  })();
  return {
    async stop() {
      stopped = true;
      await watching;
      return [...problems];
    },
  };
}
