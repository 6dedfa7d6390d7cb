import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { requestPauseUpdate, requestResumeUpdate, resumeSignal, setBudgetUpdate } from '../../workflows/contract';
import { expectEventually } from '../harness/expect-eventually';
import { completed, expectMirrored, failed } from './expectations';
import { Hold } from './hold';
import { createWorkflowHost, type WorkflowHost } from './workflow-host';

let host: WorkflowHost;
beforeAll(async () => (host = await createWorkflowHost()));
afterAll(() => host.close());

const ONE_AT_A_TIME = { concurrency: { LOADING: 1, CHUNKING: 1, EMBEDDING: 1, INDEXING: 1 } };

describe('failures', () => {
  /** In each batch of 10 the first `count` documents fail in `phase`. */
  const failingDocuments = (phase: string, count: number) => (at: string) => (at === phase ? { failed: count } : {});

  test('maxFailures: the job fails at the failure after it, in the phase of that', async () => {
    const job = await host.start({ pages: [5], documentsPerBatch: 10, result: failingDocuments('CHUNKING', 2) }, { ...ONE_AT_A_TIME, maxFailures: 5 });
    const { type, view } = await failed(job);
    expect(type).toBe('TOO_MANY_FAILURES');
    expect(view.error!.phase).toBe('CHUNKING');
    expect(job.fake.done.CHUNKING).toEqual([0, 1, 2]);
    expect(view.documents.failed).toBe(6);
    expectMirrored(job, view);
  });

  test('as many as maxFailures are borne', async () => {
    const job = await host.start({ pages: [2], documentsPerBatch: 10, result: failingDocuments('LOADING', 2) }, { maxFailures: 4 });
    expect((await completed(job)).documents.failed).toBe(4);
  });

  test('by default more than 10 and more than 20 % are too many', async () => {
    const job = await host.start({ pages: [5], documentsPerBatch: 10, result: failingDocuments('LOADING', 3) }, ONE_AT_A_TIME);
    const { type, view } = await failed(job);
    expect(type).toBe('TOO_MANY_FAILURES');
    expect(job.fake.done.LOADING).toEqual([0, 1, 2, 3]);
    expect(view.error).toMatchObject({ phase: 'LOADING', message: '12 of 40 documents have failed.' });
  });

  test('skipped documents are not tried: they excuse no failure', async () => {
    const result = (phase: string) => (phase === 'LOADING' ? { failed: 1, skipped: 8 } : {});
    const { type } = await failed(await host.start({ pages: [20], documentsPerBatch: 10, result }, ONE_AT_A_TIME));
    expect(type).toBe('TOO_MANY_FAILURES');
  });

  test('fewer than that are borne, counted in their phase, and passed on as processed', async () => {
    const result = (phase: string) => (phase === 'EMBEDDING' ? { failed: 1 } : phase === 'INDEXING' ? { succeeded: 9 } : {});
    const job = await host.start({ pages: [3], documentsPerBatch: 10, result });
    const end = await completed(job);
    expect(end.documents).toMatchObject({ total: 30, succeeded: 27, failed: 3, skipped: 0 });
    expect(end.phases.map(({ itemsProcessed, itemsFailed }) => [itemsProcessed, itemsFailed])).toEqual([[30, 0], [30, 0], [30, 3], [30, 0]]);
  });

  test('when every document has failed the job fails, however few they are', async () => {
    const result = (phase: string) => (phase === 'LOADING' ? { failed: 2 } : phase === 'INDEXING' ? { succeeded: 0 } : {});
    const job = await host.start({ pages: [2], result });
    const { type, view } = await failed(job);
    expect(type).toBe('TOO_MANY_FAILURES');
    expect(job.fake.count('finishJob')).toBe(0);
    expect(view.documents).toMatchObject({ total: 4, failed: 4, skipped: 0, succeeded: 0 });
    expectMirrored(job, view);
  });

  test('beside unchanged documents a few that fail each time are borne: docs/decisions/all-failed.md', async () => {
    const result = (phase: string) => (phase === 'LOADING' ? { failed: 1, skipped: 1 } : phase === 'INDEXING' ? { succeeded: 0 } : {});
    expect((await completed(await host.start({ pages: [2], result }))).documents).toMatchObject({ total: 4, failed: 2, skipped: 2, succeeded: 0 });
  });

  test('when every document was skipped the job completes', async () => {
    const result = (phase: string) => (phase === 'LOADING' ? { skipped: 2 } : phase === 'INDEXING' ? { succeeded: 0 } : {});
    expect((await completed(await host.start({ pages: [2], result }))).documents).toMatchObject({ total: 4, skipped: 4, failed: 0, succeeded: 0 });
  });
});

async function refusalOf(update: Promise<unknown>): Promise<string | null | undefined> {
  const refused: unknown = await update.catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
  return ((refused as WorkflowUpdateFailedError).cause as ApplicationFailure).type;
}

describe('budget', () => {
  test.each([{ maxTokens: 200 }, { maxCost: 0.2 }])('at %j EMBEDDING is PAUSED with BUDGET; only raising and resuming goes on', async (limit) => {
    const job = await host.start({ pages: [5], tokensPerBatch: 100 }, { ...ONE_AT_A_TIME, ...limit });
    await job.untilLetters('CCPR');
    const [, , embedding, indexing] = (await job.status()).phases;
    expect(embedding).toMatchObject({ waitReason: 'BUDGET', inFlight: 0 });
    expect(indexing).toMatchObject({ status: 'RUNNING' });
    expect(job.fake.done.EMBEDDING).toEqual([0, 1]);
    for (const argument of [{ phase: 'EMBEDDING' as const }, {}]) {
      expect(await refusalOf(job.handle.executeUpdate(requestResumeUpdate, { args: [argument] }))).toBe('ILLEGAL_TRANSITION');
    }
    // With another paused phase, resuming everything resumes that one; a signal is not refused, and changes nothing.
    await job.handle.executeUpdate(requestPauseUpdate, { args: [{ phase: 'INDEXING' }] });
    await job.handle.signal(resumeSignal);
    await job.handle.signal(resumeSignal, { phase: 'EMBEDDING' });
    const all = (await job.status()).phases;
    expect([all[2], all[3]]).toMatchObject([{ status: 'PAUSED', waitReason: 'BUDGET' }, { status: 'RUNNING' }]);
    expect(job.fake.done.EMBEDDING).toEqual([0, 1]);
    // Raised, it is still paused until it is resumed.
    const raised = await job.handle.executeUpdate(setBudgetUpdate, { args: [{ maxTokens: 100_000, maxCost: 100 }] });
    expect(raised[2]).toMatchObject({ status: 'PAUSED', waitReason: 'PAUSED' });
    await job.handle.signal(resumeSignal, { phase: 'EMBEDDING' });
    const end = await completed(job);
    expect(job.fake.done.EMBEDDING).toEqual([0, 1, 2, 3, 4]);
    expectMirrored(job, end);
  });

  test('a limit in money is refused for a model without a price', async () => {
    const job = await host.start({ pages: [3], tokensPerBatch: 100, hasPrice: false }, { ...ONE_AT_A_TIME, maxTokens: 100 });
    await job.untilLetters('CCPR');
    expect(await refusalOf(job.handle.executeUpdate(setBudgetUpdate, { args: [{ maxCost: 5 }] }))).toBe('INVALID_INPUT');
    await job.handle.executeUpdate(setBudgetUpdate, { args: [{ maxTokens: 1_000 }] });
    await job.handle.executeUpdate(requestResumeUpdate, { args: [{ phase: 'EMBEDDING' }] });
    await completed(job);
  });

  test('batches at work when it is changed begin again with the new one', async () => {
    const slow = new Hold(/embedBatch/);
    const job = await host.start({ pages: [1], onCall: slow.onCall }, { maxTokens: 100 });
    await slow.untilHeld(1);
    await job.handle.executeUpdate(setBudgetUpdate, { args: [{ maxTokens: 1_000 }] });
    await expectEventually(() => expect(job.fake.stopped).toEqual(['embedBatch 0']));
    slow.release();
    await completed(job);
    expect(job.fake.budgets.map((budget) => budget?.maxTokens)).toEqual([100, 1_000]);
  });

  test('it stops what is being embedded', async () => {
    const slow = new Hold(/embedBatch [12]/);
    const job = await host.start({
      pages: [3],
      tokensPerBatch: 100,
      onCall: async (call, signal) => {
        if (call === 'embedBatch 0') await slow.untilHeld(2);
        await slow.onCall(call, signal);
      },
    }, { maxTokens: 100 });
    await expectEventually(() => expect(job.fake.stopped.sort()).toEqual(['embedBatch 1', 'embedBatch 2']));
    slow.release();
    await job.handle.executeUpdate(setBudgetUpdate, { args: [{ maxTokens: 1_000 }] });
    await job.handle.executeUpdate(requestResumeUpdate, { args: [{ phase: 'EMBEDDING' }] });
    await completed(job);
    expect(job.fake.done.EMBEDDING.sort()).toEqual([0, 1, 2]);
  });

  test('spent by the last batch it holds up nothing', async () => {
    await completed(await host.start({ pages: [1], tokensPerBatch: 100 }, { maxTokens: 100 }));
  });
});

describe('maxAheadDocuments', () => {
  test('LOADING waits for DOWNSTREAM while more documents than that are loaded and not published', async () => {
    const slow = new Hold(/chunkBatch/);
    const job = await host.start({ pages: [9], onCall: slow.onCall }, { ...ONE_AT_A_TIME, maxAheadDocuments: 5 });
    await expectEventually(async () => expect((await job.status()).phases[0]).toMatchObject({ status: 'RUNNING', waitReason: 'DOWNSTREAM', inFlight: 0 }));
    // 2 documents a batch: 6 are the first that are more than 5.
    expect(job.fake.done.LOADING).toEqual([0, 1, 2]);
    slow.release();
    const end = await completed(job);
    expect(end.documents.succeeded).toBe(18);
  });

  test('the text of staged documents is bounded too', async () => {
    const slow = new Hold(/chunkBatch/);
    const job = await host.start({ pages: [5], result: () => ({ textBytes: 600 * 1024 * 1024 }), onCall: slow.onCall }, ONE_AT_A_TIME);
    await expectEventually(async () => expect((await job.status()).phases[0]).toMatchObject({ waitReason: 'DOWNSTREAM' }));
    expect(job.fake.done.LOADING).toEqual([0, 1]);
    slow.release();
    await completed(job);
  });
});

test('every history of these jobs replays', async () => {
  expect(await host.replayAll()).toBeGreaterThanOrEqual(13);
});
