import type { JobStatusResponse } from '../../src/domain/job-view';
import { phaseStatusQuery } from '../../workflows/contract';
import { SEARCH_ATTRIBUTES } from '../../workflows/search-attributes';
import { completed, expectMirrored, expectStrictSequence } from './expectations';
import { Hold } from './hold';
import { createWorkflowHost, type WorkflowHost } from './workflow-host';

let host: WorkflowHost;
beforeAll(async () => (host = await createWorkflowHost()));
afterAll(() => host.close());

test('a job lets every batch through each phase once, and ends with its counts', async () => {
  const job = await host.start({ pages: [2, 0, 3] });
  const seen: JobStatusResponse[] = [];
  let isOver = false;
  const over = job.handle.result().finally(() => (isOver = true));
  while (!isOver) seen.push(await job.status());
  await over;
  const result = await completed(job);
  for (const batches of Object.values(job.fake.done)) expect([...batches].sort()).toEqual([0, 1, 2, 3, 4]);
  expect(job.fake.calls.filter((call) => /openJob|discover|finish/.test(call))).toEqual(['openJob', 'discoverDocuments 0', 'discoverDocuments 1', 'discoverDocuments 2', 'finishJob']);
  expect(job.fake.count('closeJob')).toBe(0);
  expect(result).toMatchObject({
    jobId: job.handle.workflowId,
    collection: 'handbook',
    source: { kind: 'folder', path: '/data/handbook' },
    progress: 100,
    currentPhase: null,
    documents: { total: 10, totalIsFinal: true, succeeded: 10, failed: 0, skipped: 0, removed: 1, ignored: 3 },
    chunks: 50,
    error: null,
    retryOf: null,
    readFrom: 'workflow',
  });
  for (const phase of result.phases) expect(phase).toMatchObject({ status: 'COMPLETED', progress: 100, itemsProcessed: 10, itemsTotal: 10, inFlight: 0, waitReason: null, error: null });
  expectMirrored(job, result);
  expectStrictSequence([...seen, result].map(({ status }) => status));
  for (const view of seen) expect(view.phases.map(({ status }) => status[0]).join('')).not.toMatch(/^(?=.*C)[CN]*N[CN]*$/);
  expect(seen.map(({ version }) => version)).toEqual(seen.map(({ version }) => version).sort((a, b) => a - b));
});

test('while it is opened the job is PENDING, no phase has begun and nothing is mirrored', async () => {
  const opening = new Hold(/openJob/);
  const job = await host.start({ onCall: opening.onCall });
  await opening.untilHeld();
  expect(await job.status()).toMatchObject({ status: 'PENDING', progress: 0, currentPhase: 'LOADING', startedAt: null });
  expect(await job.letters()).toBe('NNNN');
  expect(job.fake.calls).toEqual(['openJob']);
  opening.release();
  expectMirrored(job, await completed(job));
});

test('a source without documents that was not empty before completes', async () => {
  const job = await host.start({ pages: [0] });
  const result = await completed(job);
  expect(result).toMatchObject({ progress: 100, documents: { total: 0, totalIsFinal: true, succeeded: 0, removed: 1 } });
  expectMirrored(job, result);
});

test('phases overlap: a held batch of one phase holds up no other batch', async () => {
  const slow = new Hold(/chunkBatch 0/);
  const job = await host.start({ pages: [4], onCall: slow.onCall });
  await slow.untilHeld();
  await job.untilLetters('CRRR');
  const { phases } = await job.status();
  expect(phases[1]).toMatchObject({ inFlight: 1, waitReason: null });
  slow.release();
  await completed(job);
});

test('a phase has no more batches at work than its concurrency', async () => {
  const all = new Hold(/loadBatch/);
  const job = await host.start({ pages: [6], onCall: all.onCall }, { concurrency: { LOADING: 2 } });
  await all.untilHeld(2);
  expect((await job.status()).phases[0]!.inFlight).toBe(2);
  expect(job.fake.calls.filter((call) => call.startsWith('loadBatch'))).toHaveLength(2);
  all.release();
  await completed(job);
});

test('the smaller a job is the sooner its batches come, as far as its size is known', async () => {
  const job = await host.start({ pages: [1, 4, 20] }, { concurrency: { LOADING: 1, CHUNKING: 1, EMBEDDING: 1, INDEXING: 1 } });
  await completed(job);
  const of = (...calls: string[]) => calls.map((call) => job.fake.priorities.get(call));
  expect(of('discoverDocuments 0', 'discoverDocuments 1')).toEqual([1, 1]);
  expect(of('loadBatch 24', 'embedBatch 24', 'indexBatch 24', 'finishJob')).toEqual([4, 4, 4, 4]);
  const small = await host.start({ pages: [4] });
  await completed(small);
  expect(['loadBatch 3', 'embedBatch 3', 'finishJob'].map((call) => small.fake.priorities.get(call))).toEqual([2, 2, 2]);
});

test('a batch that came back after its turn counts as a further one', async () => {
  let turns = 0;
  const job = await host.start({ pages: [1], result: (phase) => (phase === 'LOADING' && turns++ < 5 ? ({ stopped: true } as object) : {}) });
  await completed(job);
  expect(job.fake.count('loadBatch 0')).toBe(6);
  expect(['loadBatch 0', 'chunkBatch 0'].map((call) => job.fake.priorities.get(call))).toEqual([3, 1]);
});

test('while a phase has nothing to do it waits for UPSTREAM; phaseStatus is the phases of jobStatus', async () => {
  const slow = new Hold(/loadBatch 0/);
  const job = await host.start({ pages: [1], onCall: slow.onCall });
  await slow.untilHeld();
  const phases = await job.handle.query(phaseStatusQuery);
  expect(phases.map(({ waitReason }) => waitReason)).toEqual([null, 'UPSTREAM', 'UPSTREAM', 'UPSTREAM']);
  expect(phases).toEqual((await job.status()).phases);
  slow.release();
  await completed(job);
});

test('the Web UI finds the job by its attributes, sees its phases and what each activity is for', async () => {
  const slow = new Hold(/embedBatch 1/);
  const job = await host.start({ onCall: slow.onCall });
  await slow.untilHeld();
  await job.handle.signal('pause', { phase: 'INDEXING' });
  await job.untilLetters('CCRP');
  const { typedSearchAttributes } = await job.handle.describe();
  expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.collection)).toBe('handbook');
  expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.jobStatus)).toBe('RUNNING');
  expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.pausedPhases)).toEqual(['INDEXING']);
  const { currentDetails } = await job.handle.query<{ currentDetails: string }, []>('__temporal_workflow_metadata');
  expect(currentDetails).toContain('**RUNNING**');
  expect(currentDetails).toMatch(/\| EMBEDDING \| RUNNING \| \d+ % \| \d \/ 6 \| 0 \|/);
  expect(currentDetails).toContain('| INDEXING | PAUSED |');
  const { events } = await job.handle.fetchHistory();
  const summaries = events!.filter((event) => event.activityTaskScheduledEventAttributes).map((event) => Buffer.from(event.userMetadata?.summary?.data ?? '').toString());
  expect(summaries).toEqual(expect.arrayContaining(['"discover documents, page 1"', '"load batch 0"', '"embed batch 1"']));
  slow.release();
  await job.handle.signal('resume');
  await completed(job);
  const ended = (await job.handle.describe()).typedSearchAttributes;
  expect(ended.get(SEARCH_ATTRIBUTES.jobStatus)).toBe('COMPLETED');
  expect(ended.get(SEARCH_ATTRIBUTES.pausedPhases) ?? []).toEqual([]);
});

test('on a server without the search attributes none is written', async () => {
  const job = await host.start({ searchAttributes: false });
  await completed(job);
  expect((await job.handle.describe()).typedSearchAttributes.get(SEARCH_ATTRIBUTES.jobStatus)).toBeUndefined();
});

test('every history of these jobs replays', async () => {
  expect(await host.replayAll()).toBeGreaterThanOrEqual(8);
});
