/** Each phase's repository, run twice and twice at once: one result. */
import { sql } from 'kysely';
import { BatchRepository } from '../../src/db/batch-repository';
import { ChunkingRepository } from '../../src/db/chunking-repository';
import { connect } from '../../src/db/connect';
import { DiscoveryRepository } from '../../src/db/discovery-repository';
import { EmbeddingRepository } from '../../src/db/embedding-repository';
import { FinishingRepository } from '../../src/db/finishing-repository';
import { JobRepository } from '../../src/db/job-repository';
import { LoadingRepository } from '../../src/db/loading-repository';
import { PublishingRepository } from '../../src/db/publishing-repository';
import { JOB_PHASES } from '../../src/domain/job-phase';
import { openDatabase, type OpenDatabase } from './database';
import { answers, chunked, discover, found, ingest, loaded, NEVER, openJob, publish, sha256, stage, type TestDocument } from './staged-job';

let database: OpenDatabase;
beforeAll(async () => (database = await openDatabase()));
afterAll(() => database.close());

let number = 0;
const next = () => ({ jobId: `job-${++number}`, where: { collection: 'books', locator: `folder:/books-${number}` } });

async function open() {
  const { jobId, where } = next();
  return openJob(database.db, jobId, where);
}

/** Twice one after the other, or twice at the same time. */
const TWINS = [
  ['twice', async <T>(work: () => Promise<T>) => [await work(), await work()]],
  ['twice at once', <T>(work: () => Promise<T>) => Promise.all([work(), work()])],
] as const;

const DOCUMENTS: TestDocument[] = [
  { uri: 'a.md', passages: ['the red fox', 'the blue whale'] },
  { uri: 'b.md', passages: ['the red fox', 'a green tree', 'seven stars'] },
  { uri: 'c.md', passages: [] },
];

const chunksOf = (jobId: string) =>
  database.rows<{ uri: string; ordinal: number; text: string }>(
    `select c.document_uri as uri, c.ordinal, c.text from sluice.search_chunks c join sluice.documents d on d.uri = c.document_uri
     join sluice.sources s on s.id = d.source_id and s.locator = c.source where d.job_id = '${jobId}' order by 1, 2`,
  );
const expectedChunks = DOCUMENTS.flatMap(({ uri, passages }) => passages.map((text, ordinal) => ({ uri, ordinal, text })));

describe.each(TWINS)('%s', (_, twins) => {
  test('a page of discovery is one page', async () => {
    const job = await open();
    const items = [found('a'), { kind: 'ignored' as const, uri: 'x.bin', reason: 'binary' }, found('b'), { kind: 'broken' as const, uri: 'c', code: 'READ_ERROR' as const, message: 'no' }];
    const save = () => new DiscoveryRepository(database.db).savePage({ jobId: job.jobId, page: 0, firstOrdinal: 0, firstBatch: 0 }, items, 'next', { batchDocuments: 2, batchBytes: 1e9 });
    const results = await twins(save);
    expect(results).toEqual(Array(2).fill({ documents: 3, batches: 2, ignored: 1, more: true }));
    const { state } = (await new JobRepository(database.db).find(job.jobId))!;
    expect(state.documents).toMatchObject({ total: 3, totalIsFinal: false, ignored: 1 });
    expect(await database.rows(`select batch, first_ordinal, end_ordinal from sluice.job_batches where job_id = '${job.jobId}' order by 1`)).toEqual([
      { batch: 0, first_ordinal: 0, end_ordinal: 2 },
      { batch: 1, first_ordinal: 2, end_ordinal: 3 },
    ]);
  });

  test('what is loaded is staged once, each document with one outcome', async () => {
    const job = await open();
    await discover(database.db, job, ['a', 'b', 'c', 'd'].map(found));
    const loading = new LoadingRepository(database.db);
    const slice = { loaded: [loaded(0, DOCUMENTS[0]!), loaded(1, DOCUMENTS[1]!)], unchanged: [{ ordinal: 2, changeToken: 't' }], failed: [{ ordinal: 3, code: 'READ_ERROR', message: 'no' }] };
    await twins(() => loading.save(job, 0, slice, 1));
    // What was decided stays, whatever a later attempt says.
    await loading.save(job, 0, { loaded: [], unchanged: [{ ordinal: 3, changeToken: 't' }], failed: [{ ordinal: 2, code: 'X', message: 'x' }] }, 2);
    expect(await database.rows(`select ordinal, outcome::text, code from sluice.job_documents where job_id = '${job.jobId}' order by 1`)).toEqual([
      { ordinal: 0, outcome: null, code: null },
      { ordinal: 1, outcome: null, code: null },
      { ordinal: 2, outcome: 'SKIPPED', code: null },
      { ordinal: 3, outcome: 'FAILED', code: 'READ_ERROR' },
    ]);
    expect(await database.rows(`select ordinal from sluice.staged_documents where job_id = '${job.jobId}' order by 1`)).toEqual([{ ordinal: 0 }, { ordinal: 1 }]);
    expect(await loading.findUnloaded(job, 0)).toEqual([]);
  });

  test('a document is chunked once', async () => {
    const job = await open();
    await discover(database.db, job, DOCUMENTS.map(({ uri }) => found(uri)));
    await new LoadingRepository(database.db).save(job, 0, { loaded: DOCUMENTS.map((document, ordinal) => loaded(ordinal, document)), unchanged: [], failed: [] }, 1);
    const chunking = new ChunkingRepository(database.db);
    expect((await chunking.findUnchunked(job, 0)).map(({ ordinal }) => ordinal)).toEqual([0, 1, 2]);
    await twins(() => chunking.save(job, DOCUMENTS.map((document, ordinal) => chunked(ordinal, document))));
    expect(await chunking.findUnchunked(job, 0)).toEqual([]);
    expect(await database.rows(`select document_ordinal as document, text from sluice.staged_chunks where job_id = '${job.jobId}' order by 1, ordinal`)).toEqual(
      DOCUMENTS.flatMap(({ passages }, document) => passages.map((text) => ({ document, text }))),
    );
  });

  test('an answer of the provider is stored once, and text that two documents share is asked for once', async () => {
    const job = await open();
    const own: TestDocument[] = [{ uri: 'p', passages: [`alpha ${number}`, `beta ${number}`] }, { uri: 'q', passages: [`beta ${number}`, `gamma ${number}`] }];
    await discover(database.db, job, own.map(({ uri }) => found(uri)));
    await new LoadingRepository(database.db).save(job, 0, { loaded: own.map((document, ordinal) => loaded(ordinal, document)), unchanged: [], failed: [] }, 1);
    await new ChunkingRepository(database.db).save(job, own.map((document, ordinal) => chunked(ordinal, document)));
    const embeddings = new EmbeddingRepository(database.db);
    expect((await embeddings.findMissing(job, 0)).map(({ text }) => text)).toEqual([`alpha ${number}`, `beta ${number}`, `gamma ${number}`]);
    await twins(() => embeddings.store(job, answers(own), { tokens: 0, cost: 0 }));
    expect(await embeddings.findMissing(job, 0)).toEqual([]);
    const stored = answers(own).map(({ hash }) => hash);
    expect(await embeddings.findStored(job, [...stored, '00'.repeat(32)])).toEqual(new Set(stored));
    const hashes = [...new Set(stored.map((hash) => `'${hash}'`))];
    expect(await database.rows(`select count(*)::int as n from sluice.embeddings where encode(text_hash, 'hex') in (${hashes.join(', ')})`)).toEqual([{ n: 3 }]);
  });

  test('documents are published once, and no twin loses a chunk', async () => {
    const job = await open();
    await stage(database.db, job, DOCUMENTS);
    const publishing = new PublishingRepository(database.db);
    await twins(() => publishing.publish(job, [0, 1, 2], 'chunker@1/256/32', 1, NEVER));
    expect(await chunksOf(job.jobId)).toEqual(expectedChunks);
    expect(await publishing.findUnpublished(job, 0)).toEqual([]);
    for (const table of ['staged_documents', 'staged_chunks']) expect(await database.rows(`select from sluice.${table} where job_id = '${job.jobId}'`)).toEqual([]);
  });

  test.each(JOB_PHASES)('a batch completes once in %s: its counters are raised once', async (phase) => {
    const job = await open();
    await stage(database.db, job, DOCUMENTS);
    if (phase === 'INDEXING') {
      await new BatchRepository(database.db).complete(job.jobId, 'LOADING', 0);
      await publish(database.db, job);
    }
    const batches = new BatchRepository(database.db);
    const [first, second] = await twins(() => batches.complete(job.jobId, phase, 0));
    expect(second).toEqual(first);
    expect(await batches.find(job.jobId, phase, 0)).toEqual(first);
    const indexed = phase === 'INDEXING' ? { succeeded: 3, chunks: 5 } : { succeeded: 0, chunks: 0 };
    // Bytes of the texts "the red fox\nthe blue whale", "the red fox\na green tree\nseven stars" and "".
    const textBytes = phase === 'LOADING' || phase === 'INDEXING' ? 26 + 36 : 0;
    expect(first).toEqual({ documents: 3, failed: 0, skipped: 0, ...indexed, textBytes });
    const { state } = (await new JobRepository(database.db).find(job.jobId))!;
    expect(state.phases[phase].itemsProcessed).toBe(3);
    expect([state.documents.succeeded, state.chunks]).toEqual([indexed.succeeded, indexed.chunks]);
  });

  test('what vanished is removed once', async () => {
    const { jobId, where } = next();
    await ingest(database.db, `${jobId}-before`, DOCUMENTS, where);
    const job = await openJob(database.db, jobId, where);
    await stage(database.db, job, DOCUMENTS.slice(0, 1));
    await publish(database.db, job);
    const finishing = new FinishingRepository(database.db);
    await twins(() => finishing.removeVanished(job, NEVER));
    expect(await finishing.getRemoved(jobId)).toBe(2);
    expect(await finishing.removeVanished(job, NEVER)).toBe(2);
    expect(await chunksOf(jobId)).toEqual(expectedChunks.filter(({ uri }) => uri === 'a.md'));
    expect(await chunksOf(`${jobId}-before`)).toEqual([]);
    await twins(() => finishing.cleanUp(jobId));
  });
});

test('what was paid is counted with each answer, whoever stored it first', async () => {
  const job = await open();
  const embeddings = new EmbeddingRepository(database.db);
  const answer = [{ hash: sha256('paid'), vector: Float32Array.of(1, 2, 3) }];
  await Promise.all([embeddings.store(job, answer, { tokens: 5, cost: 0.5 }), embeddings.store(job, answer, { tokens: 5, cost: 0.5 })]);
  expect(await embeddings.getSpent(job.jobId)).toEqual({ tokens: 10, cost: 1 });
});

test('batches are bounded by documents and by bytes, a page a document that another has is left out', async () => {
  const job = await open();
  const discovery = new DiscoveryRepository(database.db);
  const sized = (uri: string, size: number) => ({ ...found(uri), size }) as ReturnType<typeof found>;
  const limits = { batchDocuments: 3, batchBytes: 100 };
  const first = await discovery.savePage({ jobId: job.jobId, page: 0, firstOrdinal: 0, firstBatch: 0 }, [sized('a', 60), sized('b', 60), sized('c', 1), sized('d', 1), sized('e', 500), sized('a', 1)], 'p1', limits);
  expect(first).toEqual({ documents: 5, batches: 3, ignored: 0, more: true });
  const second = await discovery.savePage({ jobId: job.jobId, page: 1, firstOrdinal: 5, firstBatch: 3 }, [sized('c', 9), sized('f', 9)], undefined, limits);
  expect(second).toEqual({ documents: 1, batches: 1, ignored: 0, more: false });
  expect(await database.rows(`select first_ordinal as first, end_ordinal as end from sluice.job_batches where job_id = '${job.jobId}' order by batch`)).toEqual([
    { first: 0, end: 1 },
    { first: 1, end: 4 },
    { first: 4, end: 5 },
    { first: 5, end: 6 },
  ]);
  expect(await discovery.findCursor(job.jobId, 1)).toBe('p1');
});

test('a document whose text is refused fails in EMBEDDING, and its neighbours are published', async () => {
  const job = await open();
  await stage(database.db, job, DOCUMENTS);
  await new EmbeddingRepository(database.db).refuse(job, 0, sha256('a green tree'), 'too rude', 2);
  await publish(database.db, job);
  expect(await database.rows(`select uri, outcome::text, phase::text, code, attempts from sluice.job_documents where job_id = '${job.jobId}' order by uri`)).toEqual([
    { uri: 'a.md', outcome: 'SUCCEEDED', phase: null, code: null, attempts: 1 },
    { uri: 'b.md', outcome: 'FAILED', phase: 'EMBEDDING', code: 'REFUSED_BY_PROVIDER', attempts: 2 },
    { uri: 'c.md', outcome: 'SUCCEEDED', phase: null, code: null, attempts: 1 },
  ]);
  expect((await new BatchRepository(database.db).complete(job.jobId, 'EMBEDDING', 0)).failed).toBe(1);
  expect(await new BatchRepository(database.db).complete(job.jobId, 'INDEXING', 0)).toMatchObject({ failed: 0, succeeded: 2, chunks: 2 });
});

test('publishing without an embedding changes nothing', async () => {
  const job = await open();
  await stage(database.db, job, [{ uri: 'x', passages: [`unique ${number}`] }]);
  await database.rows(`delete from sluice.embeddings where encode(text_hash, 'hex') = '${sha256(`unique ${number}`)}' returning 1`);
  await expect(publish(database.db, job)).rejects.toThrow('1 chunks should be published, 0 have an embedding');
  expect(await chunksOf(job.jobId)).toEqual([]);
  expect((await new PublishingRepository(database.db).findUnpublished(job, 0)).length).toBe(1);
});

test('a reader sees the old version of a document or the new one, never none and never a mix', async () => {
  const { jobId, where } = next();
  const version = (n: number): TestDocument[] => [{ uri: 'd.md', passages: Array.from({ length: 20 + n }, (_, index) => `passage ${index} of version ${n}`) }];
  await ingest(database.db, `${jobId}-0`, version(0), where);
  const reader = connect(database.url, { maxConnections: 1 });
  const seen = new Set<string>();
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      const { rows } = await sql<{ text: string }>`select text from sluice.search_chunks where source = ${where.locator} and document_uri = 'd.md'`.execute(reader);
      const versions = [...new Set(rows.map(({ text }) => text.replace(/^.*version /, '')))];
      seen.add(`${versions.join('+')}: ${rows.length - 20}`);
    }
  })();
  for (let n = 1; n <= 12; n++) await ingest(database.db, `${jobId}-${n}`, version(n), where);
  isOver = true;
  await reading;
  await reader.destroy();
  const legal = Array.from({ length: 13 }, (_, n) => `${n}: ${n}`);
  expect([...seen].filter((one) => !legal.includes(one))).toEqual([]);
  expect(seen.size).toBeGreaterThan(2);
});

test('when staging is closed a late writer is refused and leaves nothing', async () => {
  const job = await open();
  await stage(database.db, job, DOCUMENTS);
  await new FinishingRepository(database.db).cleanUp(job.jobId);
  const late = [
    () => discover(database.db, job, [found('late')]),
    () => new LoadingRepository(database.db).save(job, 0, { loaded: [loaded(0, DOCUMENTS[0]!)], unchanged: [], failed: [] }, 1),
    () => new ChunkingRepository(database.db).save(job, [chunked(0, DOCUMENTS[0]!)]),
    () => new PublishingRepository(database.db).publish(job, [0], 'chunker@1/256/32', 1, NEVER),
    () => new BatchRepository(database.db).complete(job.jobId, 'LOADING', 0),
    () => new EmbeddingRepository(database.db).refuse(job, 0, sha256('x'), 'no', 1),
  ];
  for (const write of late) await expect(write()).rejects.toMatchObject({ code: 'STOPPED' });
  for (const table of ['staged_documents', 'staged_chunks', 'batch_results', 'job_batches', 'discovery_pages']) {
    expect([table, await database.rows(`select from sluice.${table} where job_id = '${job.jobId}'`)]).toEqual([table, []]);
  }
  expect(await chunksOf(job.jobId)).toEqual([]);
});

test.each(['LOADING', 'EMBEDDING'] as const)('what a lost attempt says of a batch after it has been counted in %s changes nothing', async (phase) => {
  const job = await open();
  await stage(database.db, job, DOCUMENTS);
  const counted = await new BatchRepository(database.db).complete(job.jobId, phase, 0);
  expect(counted.failed).toBe(0);
  if (phase === 'LOADING') await new LoadingRepository(database.db).save(job, 0, { loaded: [], unchanged: [], failed: [{ ordinal: 0, code: 'READ_ERROR', message: 'no' }] }, 1);
  else await new EmbeddingRepository(database.db).refuse(job, 0, sha256('the red fox'), 'no', 1);
  expect(await database.rows(`select from sluice.job_documents where job_id = '${job.jobId}' and outcome is not null`)).toEqual([]);
});

test('a batch is counted with the outcomes that a twin is writing just then, or without any of them', async () => {
  for (let round = 0; round < 10; round++) {
    const job = await open();
    await discover(database.db, job, DOCUMENTS.map(({ uri }) => found(uri)));
    const failed = DOCUMENTS.map((_, ordinal) => ({ ordinal, code: 'READ_ERROR', message: 'no' }));
    const [counts] = await Promise.all([
      new BatchRepository(database.db).complete(job.jobId, 'LOADING', 0),
      new LoadingRepository(database.db).save(job, 0, { loaded: [], unchanged: [], failed }, 1),
    ]);
    expect(await database.rows(`select from sluice.job_documents where job_id = '${job.jobId}' and outcome = 'FAILED'`)).toHaveLength(counts.failed);
  }
});

test('a job that is closed in the middle of its batches is counted by what became of each document', async () => {
  const job = await open();
  const [a, b, c] = DOCUMENTS as [TestDocument, TestDocument, TestDocument];
  await stage(database.db, job, [a, b, c, { uri: 'd.md', passages: ['never reached'] }]);
  await new BatchRepository(database.db).complete(job.jobId, 'LOADING', 0);
  await new PublishingRepository(database.db).publish(job, [0], 'chunker@1/256/32', 1, NEVER);
  await new EmbeddingRepository(database.db).refuse(job, 0, sha256('seven stars'), 'no', 1);
  expect(await new FinishingRepository(database.db).cleanUp(job.jobId)).toEqual({
    documents: { total: 4, totalIsFinal: true, succeeded: 1, skipped: 0, removed: 0, ignored: 0 },
    chunks: a.passages.length,
    phases: {
      LOADING: { itemsProcessed: 4, itemsFailed: 0 },
      CHUNKING: { itemsProcessed: 1, itemsFailed: 0 },
      EMBEDDING: { itemsProcessed: 2, itemsFailed: 1 },
      INDEXING: { itemsProcessed: 2, itemsFailed: 0 },
    },
  });
  // The rows tell the same, whoever writes the end.
  const { state } = (await new JobRepository(database.db).find(job.jobId))!;
  expect(state).toMatchObject({ documents: { succeeded: 1 }, chunks: a.passages.length, phases: { EMBEDDING: { itemsProcessed: 2, itemsFailed: 1 } } });
});

test('writers that race with the closing of staging leave nothing', async () => {
  for (let round = 0; round < 10; round++) {
    const job = await open();
    await discover(database.db, job, DOCUMENTS.map(({ uri }) => found(uri)));
    const writers = DOCUMENTS.map((document, ordinal) => new LoadingRepository(database.db).save(job, 0, { loaded: [loaded(ordinal, document)], unchanged: [], failed: [] }, 1).catch(() => undefined));
    await Promise.all([...writers, new FinishingRepository(database.db).cleanUp(job.jobId)]);
    expect(await database.rows(`select from sluice.staged_documents where job_id = '${job.jobId}'`)).toEqual([]);
  }
});
