import type { KyselyPlugin } from 'kysely';
import { claimSource } from '../../src/db/claim-source';
import { CollectionRepository } from '../../src/db/collection-repository';
import { listDocuments, listIgnored } from '../../src/db/document-outcomes';
import { JobRepository } from '../../src/db/job-repository';
import { newIngestionState, viewOf, type IngestionState, type PhaseActivity } from '../../src/domain/ingestion-state';
import { perPhase } from '../../src/domain/job-phase';
import { PhaseTracker } from '../../src/domain/phase-tracker';
import { openDatabase, type OpenDatabase } from './database';
import { discover, found, openCollection, openJob } from './staged-job';

let database: OpenDatabase;
let jobs: JobRepository;
beforeAll(async () => {
  database = await openDatabase();
  jobs = new JobRepository(database.db);
});
afterAll(() => database.close());

const T = '2026-01-01T00:00:00.000Z';
const IDLE = perPhase((): PhaseActivity => ({ inFlight: 0, waitReason: null }));
const newJob = (jobId: string) => ({ jobId, collection: 'c', source: { kind: 'folder' as const, path: '/d' }, options: {}, retryOf: null, createdAt: T });

function begun(jobId: string): { state: IngestionState; tracker: PhaseTracker } {
  const state = newIngestionState({ jobId, collection: 'c', source: { kind: 'folder', path: '/d' }, retryOf: null, createdAt: T });
  const tracker = new PhaseTracker(state, () => T);
  tracker.start('LOADING');
  return { state, tracker };
}

const mirror = (state: IngestionState, { run = 'run', final = false, activity = IDLE } = {}) => jobs.mirror(state, activity, run, { final });

describe('NOT_STARTED', () => {
  test('is a row without queued_at; being queued or adopted makes it PENDING', async () => {
    await jobs.record(newJob('fresh'));
    expect((await jobs.find('fresh'))!.status).toBe('NOT_STARTED');
    expect((await jobs.list({ status: 'NOT_STARTED', limit: 9 })).jobs.map(({ state }) => state.jobId)).toEqual(['fresh']);
    expect((await jobs.list({ status: 'PENDING', limit: 9 })).jobs).toEqual([]);
    expect(await database.rows("select status::text from sluice.ingestion_jobs where id = 'fresh'")).toEqual([{ status: 'PENDING' }]);
    await jobs.markQueued('fresh');
    expect((await jobs.find('fresh'))!.status).toBe('PENDING');
    expect((await jobs.list({ status: 'NOT_STARTED', limit: 9 })).jobs).toEqual([]);
  });

  test('a job that Temporal did not accept is forgotten, a queued one is not', async () => {
    await jobs.record(newJob('refused'));
    await jobs.record(newJob('accepted'));
    await jobs.markQueued('accepted');
    await jobs.forget('refused');
    await jobs.forget('accepted');
    expect(await jobs.find('refused')).toBeUndefined();
    expect((await jobs.find('accepted'))!.status).toBe('PENDING');
  });
});

describe('adopt', () => {
  test('a row that a refused start has recorded becomes what the workflow was started with', async () => {
    await jobs.record({ ...newJob('contested'), collection: 'wrong', options: { verify: true } });
    expect(await jobs.adopt(newJob('contested'), 'run-1')).toBe(true);
    expect(await jobs.findInput('contested')).toMatchObject({ collection: newJob('contested').collection, options: {} });
  });

  test('makes a row, takes a recorded one, finds its own again, and leaves the row of another run', async () => {
    expect(await jobs.adopt(newJob('new'), 'run-1')).toBe(true);
    expect(await jobs.adopt(newJob('new'), 'run-1')).toBe(true);
    await jobs.record(newJob('recorded'));
    expect(await jobs.adopt({ ...newJob('recorded'), createdAt: '2026-02-02T00:00:00.000Z' }, 'run-2')).toBe(true);
    expect((await jobs.find('recorded'))!.state.createdAt).toBe('2026-02-02T00:00:00.000Z');
    const before = await database.rows("select * from sluice.ingestion_jobs where id = 'new'");
    expect(await jobs.adopt({ ...newJob('new'), collection: 'other', createdAt: '2027-01-01T00:00:00.000Z' }, 'run-9')).toBe(false);
    expect(await database.rows("select * from sluice.ingestion_jobs where id = 'new'")).toEqual(before);
  });

  test('two runs at once: one gets the row', async () => {
    for (let round = 0; round < 10; round++) {
      const won = await Promise.all(['a', 'b', 'c'].map((run) => jobs.adopt(newJob(`race-${round}`), run)));
      expect(won.filter(Boolean)).toHaveLength(1);
    }
  });
});

describe('the mirror', () => {
  test('gives back the state that was written, and computes the status from the phases', async () => {
    const { state, tracker } = begun('written');
    tracker.pause('EMBEDDING');
    tracker.complete('LOADING');
    Object.assign(state.documents, { total: 4, totalIsFinal: true, succeeded: 1, skipped: 1, removed: 2, ignored: 3 });
    state.chunks = 17;
    state.phases.LOADING.itemsProcessed = 4;
    state.phases.CHUNKING.itemsFailed = 1;
    expect(await mirror(state, { final: true })).toBe(true);
    const found = (await jobs.find('written'))!;
    expect(found.state).toEqual(state);
    expect(found.status).toBe('RUNNING');
  });

  test('a snapshot that is not the last leaves the counters to the batches', async () => {
    const job = await openJob(database.db, 'counted', { locator: 'folder:/counted' });
    await discover(database.db, job, [found('a'), found('b')]);
    const { state } = begun('counted');
    expect(await mirror(state, { run: 'run-counted' })).toBe(true);
    const mirrored = (await jobs.find('counted'))!;
    expect(mirrored.state.documents).toMatchObject({ total: 2, totalIsFinal: true });
    expect(mirrored.state.phases.LOADING).toMatchObject({ status: 'RUNNING' });
  });

  test('refuses what is stale, or as old as what is there', async () => {
    const { state, tracker } = begun('stale');
    const old = structuredClone(state);
    tracker.pause('LOADING');
    expect(await mirror(state)).toBe(true);
    expect(await mirror(old)).toBe(false);
    expect(await mirror(state)).toBe(false);
    expect((await jobs.find('stale'))!.state.phases.LOADING.status).toBe('PAUSED');
  });

  test('refuses the snapshot of another run', async () => {
    await jobs.adopt(newJob('owned'), 'mine');
    const { state } = begun('owned');
    expect(await mirror(state, { run: 'theirs' })).toBe(false);
    expect((await jobs.find('owned'))!.state.phases.LOADING.status).toBe('NOT_STARTED');
    expect(await mirror(state, { run: 'mine' })).toBe(true);
  });

  test('refuses every change after the end', async () => {
    const { state, tracker } = begun('ended');
    tracker.failJob({ code: 'CANCELLED', message: 'why' });
    expect(await mirror(state, { final: true })).toBe(true);
    const { state: alive, tracker: more } = begun('ended');
    for (let step = 0; step < 5; step++) {
      more.pause('LOADING');
      more.resume('LOADING');
    }
    expect(alive.version).toBeGreaterThan(state.version);
    expect(await mirror(alive)).toBe(false);
    const found = (await jobs.find('ended'))!;
    expect([found.status, found.state.error]).toEqual(['FAILED', { code: 'CANCELLED', message: 'why', phase: 'LOADING' }]);
  });

  test('of many at once, in any order, the newest stands', async () => {
    const { state, tracker } = begun('crowd');
    const snapshots = Array.from({ length: 12 }, (_, step) => {
      if (step % 2 === 0) tracker.pause('CHUNKING');
      else tracker.resume('CHUNKING');
      return structuredClone(state);
    });
    await Promise.all([...[...snapshots].reverse(), ...snapshots].map((snapshot) => mirror(snapshot)));
    expect((await jobs.find('crowd'))!.state).toMatchObject({ version: state.version, phases: { CHUNKING: { status: 'RUNNING' } } });
  });

  test('makes the row when it is not there', async () => {
    expect(await mirror(begun('unheard').state)).toBe(true);
    expect((await jobs.find('unheard'))!.status).toBe('RUNNING');
  });

  test('knows why a phase waits: a pause from the workflow, an outage from the activities', async () => {
    const { state, tracker } = begun('waiting');
    await mirror(state);
    await database.rows("update sluice.ingestion_phase_status set wait_reason = 'PROVIDER_DOWN' where job_id = 'waiting' and phase in ('LOADING', 'CHUNKING') returning 1");
    tracker.start('CHUNKING');
    await mirror(state);
    const reasons = async () => Object.values((await jobs.find('waiting'))!.activity).map(({ waitReason }) => waitReason);
    expect(await reasons()).toEqual(['PROVIDER_DOWN', 'PROVIDER_DOWN', null, null]);
    tracker.pause('LOADING');
    await mirror(state, { activity: { ...IDLE, LOADING: { inFlight: 0, waitReason: 'PAUSED' } } });
    expect(await reasons()).toEqual(['PAUSED', 'PROVIDER_DOWN', null, null]);
    tracker.resume('LOADING');
    await mirror(state);
    expect(await reasons()).toEqual([null, 'PROVIDER_DOWN', null, null]);
  });
});

describe('adoptEnd', () => {
  test('takes over the view of a workflow that closed, even one with the version that is there', async () => {
    const { state, tracker } = begun('closed');
    await mirror(state);
    for (const phase of ['LOADING', 'CHUNKING', 'EMBEDDING', 'INDEXING'] as const) tracker.complete(phase);
    const view = viewOf(state, { activity: IDLE, readFrom: 'workflow', asOf: T });
    await jobs.adoptEnd('closed', { view: { ...view, version: 1 } });
    expect(await jobs.find('closed')).toMatchObject({ status: 'COMPLETED', state: { finishedAt: T } });
  });

  test('fails a job whose workflow was terminated, as its phases demand; an ended job stays', async () => {
    const { state, tracker } = begun('terminated');
    tracker.complete('LOADING');
    await mirror(state);
    await jobs.adoptEnd('terminated', { error: { code: 'TERMINATED', message: 'gone' }, at: T });
    const ended = await jobs.find('terminated');
    expect(ended).toMatchObject({ status: 'FAILED', state: { error: { code: 'TERMINATED', phase: 'CHUNKING' }, phases: { LOADING: { status: 'COMPLETED' }, CHUNKING: { status: 'FAILED' }, EMBEDDING: { status: 'NOT_STARTED' } } } });
    await jobs.adoptEnd('terminated', { error: { code: 'LOST', message: 'again' }, at: T });
    expect(await jobs.find('terminated')).toEqual(ended);
  });

  test('a job that never began fails in LOADING', async () => {
    await jobs.adopt(newJob('never'), 'run');
    await jobs.adoptEnd('never', { error: { code: 'LOST', message: 'gone' }, at: T });
    expect(await jobs.find('never')).toMatchObject({ status: 'FAILED', state: { error: { code: 'LOST', phase: 'LOADING' } } });
  });
});

test('lists the newest first, a page at a time, without loss at equal times', async () => {
  const ids = Array.from({ length: 7 }, (_, number) => `list-${number}`);
  for (const id of ids) await jobs.adopt({ ...newJob(id), collection: 'listed', createdAt: id < 'list-3' ? '2025-01-01T00:00:00.000Z' : '2025-01-02T00:00:00.000Z' }, 'run');
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await jobs.list({ collection: 'listed', cursor, limit: 2 });
    seen.push(...page.jobs.map(({ state }) => state.jobId));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual([...ids].reverse());
});

describe('one active job for each source', () => {
  test('of 10 that claim it at once exactly one wins, and the others are told which', async () => {
    const collection = await openCollection(database.db, 'claimed');
    const source = await new CollectionRepository(database.db).openSource(collection.id, 'folder', 'folder:/claimed');
    const ids = Array.from({ length: 10 }, (_, number) => `claim-${number}`);
    for (const id of ids) await jobs.adopt(newJob(id), 'run');
    const held = await Promise.all(ids.map((id) => claimSource(database.db, id, collection, source.id)));
    const winners = ids.filter((_, index) => held[index] === undefined);
    expect(winners).toHaveLength(1);
    expect(held.filter((answer) => answer !== undefined)).toEqual(Array(9).fill({ heldBy: winners[0] }));
    // Claiming again what is one's own succeeds; an ended job lets it go.
    expect(await claimSource(database.db, winners[0]!, collection, source.id)).toBeUndefined();
    await jobs.adoptEnd(winners[0]!, { error: { code: 'TERMINATED', message: 'gone' }, at: T });
    const next = ids.find((id) => id !== winners[0])!;
    expect(await claimSource(database.db, next, collection, source.id)).toBeUndefined();
  });

  test('two collections may ingest one source, and two sources one collection, at once', async () => {
    await openJob(database.db, 'one', { collection: 'both-1', locator: 'folder:/same' });
    await openJob(database.db, 'two', { collection: 'both-2', locator: 'folder:/same' });
    await openJob(database.db, 'three', { collection: 'both-1', locator: 'folder:/other' });
    await expect(openJob(database.db, 'four', { collection: 'both-1', locator: 'folder:/same' })).rejects.toThrow('Held by one');
  });

  test('ten that open one new collection and source at once get the same', async () => {
    const repository = new CollectionRepository(database.db);
    const opened = await Promise.all(Array.from({ length: 10 }, () => openCollection(database.db, 'new-one')));
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
    const sources = await Promise.all(opened.map(({ id }) => repository.openSource(id, 'folder', 'folder:/new')));
    expect(new Set(sources.map(({ id }) => id)).size).toBe(1);
  });
});

test("a collection's model is fixed, its chunk settings are the newest job's", async () => {
  const repository = new CollectionRepository(database.db);
  const { model } = await openCollection(database.db, 'fixed');
  const defaults = { model, vectorWeight: 1, chunkTokens: 1, chunkOverlap: 1 };
  await expect(repository.open('fixed', { model: { ...model, dimensions: 8 } }, defaults)).rejects.toMatchObject({ code: 'COLLECTION_MISMATCH' });
  const wished = await repository.open('fixed', { chunkTokens: 99 }, defaults);
  expect(wished).toMatchObject({ model, chunkTokens: 99, chunkOverlap: 32, vectorWeight: 0.5 });
  expect(await repository.get('fixed')).toMatchObject({ chunkTokens: 256 });
  await repository.keepChunkSettings(wished);
  expect(await repository.get('fixed')).toMatchObject({ chunkTokens: 99 });
  await expect(repository.get('none')).rejects.toMatchObject({ code: 'COLLECTION_NOT_FOUND' });
});

test('a job and its phases are read as of one moment, whatever is written in between', async () => {
  const { state } = begun('torn');
  await jobs.record(newJob('torn'));
  await jobs.markQueued('torn');
  let writes = 0;
  const writeBetween: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      if (writes++ === 0) await mirror(state);
      return result;
    },
  };
  const slowReader = new JobRepository(database.db.withPlugin(writeBetween));
  expect(await slowReader.find('torn')).toMatchObject({ status: 'PENDING', state: { phases: { LOADING: { status: 'NOT_STARTED' } } } });
  expect(await jobs.find('torn')).toMatchObject({ status: 'RUNNING', state: { phases: { LOADING: { status: 'RUNNING' } } } });
});

test('a last state that was not told of all batches takes nothing back of what they have counted', async () => {
  const job = await openJob(database.db, 'cut-off', { locator: 'folder:/cut-off' });
  await discover(database.db, job, [found('a'), found('b')]);
  const { tracker, state } = begun('cut-off');
  tracker.failJob({ code: 'CANCELLED', message: 'The job was cancelled.' });
  await mirror(state, { run: 'run-cut-off', final: true });
  expect(await jobs.find('cut-off')).toMatchObject({ status: 'FAILED', state: { documents: { total: 2, totalIsFinal: false } } });
});

test('a cursor that no page has given is INVALID_INPUT', async () => {
  for (const cursor of ['none', '', 'a\0b']) await expect(jobs.list({ cursor, limit: 9 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  for (const cursor of ['none', '', '-1', '1.5', '99999999999']) await expect(listDocuments(database.db, 'any', { cursor, limit: 9 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(listIgnored(database.db, 'any', { cursor: 'a\0b', limit: 9 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
