import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityDependencies } from '../../activities/dependencies';
import { createFinishJob } from '../../activities/finish-job';
import { DiscoveryRepository } from '../../src/db/discovery-repository';
import { FinishingRepository } from '../../src/db/finishing-repository';
import { closeStaging } from '../../src/db/job-context';
import { LoadingRepository } from '../../src/db/loading-repository';
import { expectEventually } from '../harness/expect-eventually';
import { openDatabase, type OpenDatabase } from './database';
import { discover, endJob, found, ingest, NEVER, openJob, sha256, type TestDocument } from './staged-job';

let database: OpenDatabase;
beforeAll(async () => (database = await openDatabase()));
afterAll(() => database.close());

let number = 0;
const next = () => ({ jobId: `job-${++number}`, where: { collection: 'books', locator: `folder:/books-${number}` } });

describe('removal', () => {
  const uris = async (locator: string) => (await database.rows<{ uri: string }>(`select d.uri from sluice.documents d join sluice.sources s on s.id = d.source_id where s.locator = '${locator}' order by 1`)).map(({ uri }) => uri);
  const text = (uri: string): TestDocument => ({ uri, passages: [`about ${uri}`] });

  test("takes what is gone from the same source, never another source's", async () => {
    const { jobId, where } = next();
    const other = { ...where, locator: `${where.locator}-other` };
    await ingest(database.db, `${jobId}-0`, ['a', 'b', 'c'].map(text), where);
    await ingest(database.db, `${jobId}-1`, ['b', 'z'].map(text), other);
    const job = await openJob(database.db, jobId, where);
    await discover(database.db, job, [found('a')]);
    expect(await new DiscoveryRepository(database.db).countVanished(job)).toEqual({ vanished: 2, incomplete: false });
    expect(await new FinishingRepository(database.db).removeVanished(job, NEVER)).toBe(2);
    expect(await uris(where.locator)).toEqual(['a']);
    expect(await uris(other.locator)).toEqual(['b', 'z']);
    expect(await database.rows(`select from sluice.chunks c where not exists (select from sluice.documents d where d.id = c.document_id)`)).toEqual([]);
  });

  test('an attempt that comes after the end of its job removes nothing of what the next one has published', async () => {
    const { jobId, where } = next();
    await ingest(database.db, `${jobId}-0`, ['a', 'b'].map(text), where);
    const job = await openJob(database.db, jobId, where);
    await discover(database.db, job, [found('a'), found('b')]);
    const finishing = new FinishingRepository(database.db);
    expect(await finishing.isWorkDone(jobId)).toBe(false);
    await endJob(database.db, job);
    await finishing.endWork(jobId);
    expect(await finishing.isWorkDone(jobId)).toBe(true);
    await ingest(database.db, `${jobId}-2`, ['a', 'b', 'new'].map(text), where);
    await expect(finishing.removeVanished(job, NEVER)).rejects.toMatchObject({ code: 'STOPPED' });
    expect(await uris(where.locator)).toEqual(['a', 'b', 'new']);
  });

  test('an attempt that Temporal lost sight of in its clean-up, and the next that waits for it, come to the same end', async () => {
    const { jobId, where } = next();
    await ingest(database.db, `${jobId}-0`, ['a', 'b'].map(text), where);
    const job = await openJob(database.db, jobId, where);
    await discover(database.db, job, []);
    await new FinishingRepository(database.db).removeVanished(job, NEVER);
    const finishJob = createFinishJob({ db: database.db } as ActivityDependencies);
    const isWaitedFor = async () => expect(await database.rows("select from pg_locks where locktype = 'advisory' and not granted")).toHaveLength(1);
    const { answer } = await database.db.transaction().execute(async (trx) => {
      await closeStaging(trx, jobId);
      await trx.updateTable('ingestion_jobs').set({ work_done_at: new Date() }).where('id', '=', jobId).execute();
      const answer = new MockActivityEnvironment().run(finishJob, { jobId, documents: 0 });
      await expectEventually(isWaitedFor);
      return { answer };
    });
    expect(await answer).toMatchObject({ removed: 2 });
  });

  test('a job that a failure has closed is not done, though a reset asks for its end again', async () => {
    const { jobId, where } = next();
    await ingest(database.db, `${jobId}-0`, ['a', 'b'].map(text), where);
    const job = await openJob(database.db, jobId, where);
    await discover(database.db, job, []);
    const finishing = new FinishingRepository(database.db);
    await finishing.cleanUp(jobId);
    const finishJob = createFinishJob({ db: database.db } as ActivityDependencies);
    await expect(new MockActivityEnvironment().run(finishJob, { jobId, documents: 0 })).rejects.toMatchObject({ code: 'STOPPED' });
    await expect(finishing.endWork(jobId)).rejects.toMatchObject({ code: 'STOPPED' });
    expect(await finishing.isWorkDone(jobId)).toBe(false);
    expect(await uris(where.locator)).toEqual(['a', 'b']);
  });

  test('removes nothing when a part of the source could not be listed', async () => {
    const { jobId, where } = next();
    await ingest(database.db, `${jobId}-0`, ['a', 'b', 'sub/c'].map(text), where);
    const job = await openJob(database.db, jobId, where);
    await discover(database.db, job, [found('a'), { kind: 'broken', uri: 'sub', code: 'SOURCE_INCOMPLETE', message: 'not readable' }]);
    expect((await new DiscoveryRepository(database.db).countVanished(job)).incomplete).toBe(true);
    expect(await new FinishingRepository(database.db).removeVanished(job, NEVER)).toBe(0);
    expect(await uris(where.locator)).toEqual(['a', 'b', 'sub/c']);
  });

  test('keeps the records of a container that could not be read, or that has a broken record', async () => {
    const { jobId, where } = next();
    const all = ['a.jsonl#1', 'a.jsonl#2', 'b.jsonl#1', 'b.jsonl#2', 'b.jsonl#3', 'c.jsonl#1', 'ab.jsonl#1'];
    await ingest(database.db, `${jobId}-0`, all.map(text), where);
    const job = await openJob(database.db, jobId, where);
    await discover(database.db, job, [
      { kind: 'broken', uri: 'a.jsonl', code: 'READ_ERROR', message: 'no' },
      found('b.jsonl#1'),
      { kind: 'broken', uri: 'b.jsonl#2', code: 'INVALID_RECORD', message: 'no' },
    ]);
    expect(await new FinishingRepository(database.db).removeVanished(job, NEVER)).toBe(2);
    expect(await uris(where.locator)).toEqual(['a.jsonl#1', 'a.jsonl#2', 'b.jsonl#1', 'b.jsonl#2', 'b.jsonl#3']);
  });

  test('a document whose failure is told with what Postgres can not keep is a failed one all the same', async () => {
    const { jobId, where } = next();
    const job = await openJob(database.db, jobId, where);
    await discover(database.db, job, [found('a'), { kind: 'broken', uri: 'b.jsonl#2', code: 'INVALID_RECORD', message: 'Unexpected token \0 \ud83d' }]);
    expect(await database.rows(`select message from sluice.job_documents where job_id = '${jobId}' and outcome = 'FAILED'`)).toEqual([{ message: 'Unexpected token \ufffd \ufffd' }]);
  });

  test('takes more than one slice of documents', async () => {
    const { jobId, where } = next();
    const many = Array.from({ length: 1_201 }, (_, n) => ({ uri: `n${n}`, passages: [] }));
    await ingest(database.db, `${jobId}-0`, many, where);
    const job = await openJob(database.db, jobId, where);
    await discover(database.db, job, [found('n7')]);
    expect(await new FinishingRepository(database.db).removeVanished(job, NEVER)).toBe(1_200);
    expect(await uris(where.locator)).toEqual(['n7']);
  });
});

test('a failed document keeps its published version, and the next job looks at it again', async () => {
  const { jobId, where } = next();
  await ingest(database.db, `${jobId}-0`, [{ uri: 'a', passages: ['the old text'] }], where);
  const job = await openJob(database.db, jobId, where);
  await discover(database.db, job, [found('a')]);
  const loading = new LoadingRepository(database.db);
  const [known] = await loading.findUnloaded(job, 0);
  expect(known!.published).toMatchObject({ changeToken: 'token of a', parserVersion: 'text@1', chunkerVersion: 'chunker@1/256/32', contentHash: sha256('the old text') });
  await loading.save(job, 0, { loaded: [], unchanged: [], failed: [{ ordinal: 0, code: 'READ_ERROR', message: 'no' }] }, 1);
  expect(await new FinishingRepository(database.db).removeVanished(job, NEVER)).toBe(0);
  await endJob(database.db, job);
  expect(await database.rows(`select text from sluice.search_chunks where source = '${where.locator}'`)).toEqual([{ text: 'the old text' }]);
  const items = await new DiscoveryRepository(database.db).failedOf(jobId);
  expect(items).toEqual([{ ...found('a') }]);
});
