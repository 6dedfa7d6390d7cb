import { ApplicationFailure } from '@temporalio/common';
import { stateOf, type JobCounts } from '../../src/domain/ingestion-state';
import { perPhase, type JobPhase } from '../../src/domain/job-phase';
import { pauseSignal } from '../../workflows/contract';
import { expectEventually } from '../harness/expect-eventually';
import { cancelled, completed, expectMirrored, failed } from './expectations';
import { Hold } from './hold';
import { createWorkflowHost, type WorkflowHost } from './workflow-host';

let host: WorkflowHost;
beforeAll(async () => (host = await createWorkflowHost()));
afterAll(() => host.close());

const failing = (pattern: RegExp, type: string) => (call: string) => {
  if (pattern.test(call)) throw ApplicationFailure.nonRetryable('because the test says so', type);
};

describe('a failure that no retry mends ends the job with its code', () => {
  test.each<[call: RegExp, code: string, phase: JobPhase]>([
    [/openJob/, 'INVALID_INPUT', 'LOADING'],
    [/openJob/, 'ALREADY_RUNNING', 'LOADING'],
    [/discoverDocuments 0/, 'SOURCE_NOT_FOUND', 'LOADING'],
    [/discoverDocuments 1/, 'MASS_REMOVAL', 'LOADING'],
    [/loadBatch 1/, 'INTERNAL', 'LOADING'],
    [/chunkBatch 1/, 'INTERNAL', 'CHUNKING'],
    [/embedBatch 1/, 'PROVIDER_AUTH', 'EMBEDDING'],
    [/indexBatch 1/, 'INTERNAL', 'INDEXING'],
    [/finishJob/, 'INTERNAL', 'INDEXING'],
  ])('%s with %s: %s carries the error', async (call, code, phase) => {
    const job = await host.start({ pages: [2, 2], onCall: failing(call, code) });
    const end = await failed(job);
    expect(end).toMatchObject({ type: code, message: 'because the test says so' });
    expect(end.view.error).toEqual({ code, message: 'because the test says so', phase });
    for (const view of end.view.phases) {
      if (view.phase === phase) expect(view).toMatchObject({ status: 'FAILED', error: { code } });
      else if (view.status === 'FAILED') expect(view.error!.code).toBe('STOPPED');
      else expect(['NOT_STARTED', 'COMPLETED']).toContain(view.status);
    }
    expect(end.view.finishedAt).not.toBeNull();
    expect(end.view.currentPhase).toBeNull();
    expect(job.fake.count('closeJob')).toBe(1);
    expectMirrored(job, end.view);
    expect(stateOf(await job.status())).toEqual(stateOf(end.view));
  });

  test('a code that is none of ours is INTERNAL', async () => {
    const end = await failed(await host.start({ onCall: failing(/chunkBatch/, 'SomethingElse') }));
    expect(end.type).toBe('INTERNAL');
  });

  test('JOB_EXISTS leaves the row and the staging of the job that was there', async () => {
    const job = await host.start({ onCall: failing(/openJob/, 'JOB_EXISTS') });
    expect((await failed(job)).type).toBe('JOB_EXISTS');
    expect(job.fake.calls).toEqual(['openJob']);
  });

  test.each([[undefined], [null], ['a text'], [7], [[]], [{}], [{ collection: 5, source: 'x', options: 'y' }], [{ options: null }]])('the input %j is judged by the opening activity', async (input) => {
    const job = await host.start({ onCall: failing(/openJob/, 'INVALID_INPUT') }, undefined, input);
    expect((await failed(job)).type).toBe('INVALID_INPUT');
  });

  test('running siblings of a failed batch are stopped, and nothing starts after it', async () => {
    const siblings = new Hold(/loadBatch [013]/);
    const job = await host.start({
      pages: [8],
      onCall: async (call, signal) => {
        if (call === 'loadBatch 2') {
          await siblings.untilHeld(3);
          failing(/./, 'INTERNAL')(call);
        }
        await siblings.onCall(call, signal);
      },
    });
    const { view } = await failed(job);
    expect(job.fake.stopped.sort()).toEqual(['loadBatch 0', 'loadBatch 1', 'loadBatch 3']);
    expect(job.fake.calls.filter((call) => call.startsWith('loadBatch'))).toHaveLength(4);
    expect(view.phases[0]!.itemsProcessed).toBe(0);
  });

  test('a failure while another phase is paused: the paused one is STOPPED', async () => {
    const slow = new Hold(/embedBatch/);
    const job = await host.start({
      onCall: async (call, signal) => {
        await slow.onCall(call, signal);
        failing(/embedBatch/, 'PROVIDER_AUTH')(call);
      },
    });
    await slow.untilHeld(3);
    await job.handle.signal(pauseSignal, { phase: 'INDEXING' });
    await job.untilLetters('CCRP');
    slow.release();
    const { view } = await failed(job);
    expect(view.phases.map(({ status, error }) => [status, error?.code])).toEqual([['COMPLETED', undefined], ['COMPLETED', undefined], ['FAILED', 'PROVIDER_AUTH'], ['FAILED', 'STOPPED']]);
  });
});

describe('cancel', () => {
  test('while opening: LOADING is FAILED with CANCELLED, the others never began', async () => {
    const opening = new Hold(/openJob/);
    const job = await host.start({ onCall: opening.onCall });
    await opening.untilHeld();
    await job.handle.cancel();
    const view = await cancelled(job);
    expect(view.phases.map(({ status }) => status)).toEqual(['FAILED', 'NOT_STARTED', 'NOT_STARTED', 'NOT_STARTED']);
    expect(view.error).toMatchObject({ code: 'CANCELLED', phase: 'LOADING' });
    expectMirrored(job, view);
  });

  test.each([/discoverDocuments/, /loadBatch/, /chunkBatch/, /embedBatch/, /indexBatch/, /finishJob/])('while %s runs: it is stopped, and what was counted stays', async (call) => {
    const running = new Hold(call);
    const job = await host.start({ onCall: running.onCall });
    await running.untilHeld();
    await job.handle.cancel();
    const view = await cancelled(job);
    expect(job.fake.stopped.length).toBeGreaterThan(0);
    expect(job.fake.count('closeJob')).toBe(1);
    for (const { status, error } of view.phases) if (status === 'FAILED') expect(error!.code).toBe('CANCELLED');
    expectMirrored(job, view);
  });

  test('while everything is paused', async () => {
    const opening = new Hold(/openJob/);
    const job = await host.start({ onCall: opening.onCall });
    await opening.untilHeld();
    await job.handle.signal(pauseSignal);
    opening.release();
    await job.untilLetters('PPPP');
    await job.handle.cancel();
    const view = await cancelled(job);
    expect(view.phases.map(({ status }) => status[0]).join('')).toBe('FFFF');
    expectMirrored(job, view);
  });

  test('of work that cannot be stopped: the job ends without it, and what comes late changes nothing', async () => {
    const deaf = new Hold(/loadBatch/, { deaf: true });
    const writing = new Hold(/mirrorJob final/);
    const job = await host.start({ pages: [2], onCall: async (call, signal) => (await deaf.onCall(call, signal), writing.onCall(call, signal)) });
    await deaf.untilHeld(2);
    await job.handle.cancel();
    await writing.untilHeld();
    deaf.release();
    await expectEventually(() => expect(job.fake.done.LOADING).toHaveLength(2));
    const sawResults = async () => (await job.handle.fetchHistory()).events!.filter((event) => event.activityTaskCompletedEventAttributes).length;
    // openJob, discoverDocuments, the first state, and the two late ones.
    await expectEventually(async () => expect(await sawResults()).toBeGreaterThanOrEqual(5));
    expect((await job.status()).phases[0]!.itemsProcessed).toBe(0);
    writing.release();
    const view = await cancelled(job);
    expect(view.phases[0]!.itemsProcessed).toBe(0);
    expectMirrored(job, view);
  });

  test('that comes when the last step has committed is too late: the job is COMPLETED', async () => {
    const writing = new Hold(/mirrorJob final/);
    const job = await host.start({ onCall: writing.onCall });
    await writing.untilHeld();
    expect(job.fake.snapshots.length).toBeGreaterThan(0);
    await job.handle.cancel();
    writing.release();
    const result = await completed(job);
    expectMirrored(job, result);
  });

  test('counts what has come of batches that were stopped, in the query as in the mirror', async () => {
    const counts: JobCounts = {
      documents: { total: 6, totalIsFinal: true, succeeded: 3, skipped: 1, removed: 0, ignored: 1 },
      chunks: 15,
      phases: perPhase((phase) => ({ itemsProcessed: phase === 'INDEXING' ? 5 : 6, itemsFailed: phase === 'LOADING' ? 1 : 0 })),
    };
    const running = new Hold(/indexBatch/);
    const job = await host.start({ onCall: running.onCall, counts: () => counts });
    await running.untilHeld();
    await job.handle.cancel();
    const view = await cancelled(job);
    expect(view).toMatchObject({ documents: { ...counts.documents, failed: 1 }, chunks: 15 });
    expect(view.phases.map(({ itemsProcessed, itemsFailed }) => [itemsProcessed, itemsFailed])).toEqual([[6, 1], [6, 0], [6, 0], [5, 0]]);
    expectMirrored(job, view);
  });

  test('twice is once', async () => {
    const running = new Hold(/embedBatch/);
    const job = await host.start({ onCall: running.onCall });
    await running.untilHeld();
    await Promise.all([job.handle.cancel(), job.handle.cancel()]);
    await cancelled(job);
    expect(job.fake.count('mirrorJob final')).toBe(1);
  });
});

describe('a mirror that fails', () => {
  test('without hope: the job completes all the same', async () => {
    const job = await host.start({ onCall: failing(/mirrorJob/, 'INTERNAL') });
    await completed(job);
    expect(job.fake.count('mirrorJob final')).toBe(1);
  });

  test('without hope: a failed job fails with its own code, and its staging is given up', async () => {
    const job = await host.start({ onCall: failing(/mirrorJob|closeJob|loadBatch/, 'MASS_REMOVAL') });
    expect((await failed(job)).type).toBe('MASS_REMOVAL');
    expect(job.fake.count('closeJob')).toBe(1);
  });

  test('for the time being: the job goes on meanwhile, and its end is written when the mirror is back', async () => {
    let isDown = true;
    const job = await host.start({
      onCall: (call) => {
        if (isDown && call.startsWith('mirrorJob')) throw new Error('Postgres is down');
      },
    });
    await job.untilLetters('CCCC');
    expect(job.fake.snapshots).toEqual([]);
    isDown = false;
    expectMirrored(job, await completed(job));
  });

  test('with retries under way holds up no cancel: what is under way is given up, what remains to say has a limit of a minute', async () => {
    const working = new Hold(/embedBatch/);
    const job = await host.start({
      onCall: async (call, signal) => {
        if (call === 'mirrorJob') throw new Error('Postgres is down');
        if (call === 'mirrorJob final') throw ApplicationFailure.nonRetryable('given up');
        await working.onCall(call, signal);
      },
    });
    await working.untilHeld();
    await job.handle.cancel();
    await cancelled(job);
    const last = job.fake.bounds.filter(({ call }) => call === 'mirrorJob final' || call === 'closeJob');
    expect(last).toHaveLength(2);
    for (const { scheduleToCloseMs } of last) expect([scheduleToCloseMs > 0, scheduleToCloseMs <= 60_000]).toEqual([true, true]);
  });
});

test('every history of these jobs replays', async () => {
  expect(await host.replayAll()).toBeGreaterThanOrEqual(30);
});
