import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { JOB_PHASES, type JobPhase } from '../../src/domain/job-phase';
import { pauseSignal, requestPauseUpdate, requestResumeUpdate, resumeSignal, setBudgetUpdate } from '../../workflows/contract';
import { expectEventually } from '../harness/expect-eventually';
import { completed, expectMirrored } from './expectations';
import { Hold } from './hold';
import { createWorkflowHost, type StartedJob, type WorkflowHost } from './workflow-host';

let host: WorkflowHost;
beforeAll(async () => (host = await createWorkflowHost()));
afterAll(() => host.close());

const BATCH_CALL: Record<JobPhase, RegExp> = { LOADING: /loadBatch/, CHUNKING: /chunkBatch/, EMBEDDING: /embedBatch/, INDEXING: /indexBatch/ };

/** What clients of every kind send that means nothing. */
const WRONG_ARGUMENTS: unknown[] = ['EMBEDDING', { Phase: 'EMBEDDING' }, { phase: 'X' }, { phase: 'embedding' }, { phase: null }, { phase: ['LOADING'] }, ['EMBEDDING'], 7, true, { phase: 'LOADING', more: 1 }];

async function rejection(update: Promise<unknown>): Promise<{ type: string | null | undefined; message: string }> {
  const error: unknown = await update.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
  const { cause } = error as WorkflowUpdateFailedError;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  return { type: (cause as ApplicationFailure).type, message: (cause as ApplicationFailure).message };
}

test.each(JOB_PHASES)('%s pauses by signal: what runs is stopped, nothing of it starts, and after resume each batch is done once', async (phase) => {
  const held = new Hold(BATCH_CALL[phase]);
  const job = await host.start({ pages: [6], onCall: held.onCall }, { concurrency: { [phase]: 2 } });
  await held.untilHeld(2);
  await job.handle.signal(pauseSignal, { phase });
  await expectEventually(async () => expect((await job.status()).phases.find((view) => view.phase === phase)).toMatchObject({ status: 'PAUSED', waitReason: 'PAUSED', inFlight: 0 }));
  expect(job.fake.stopped).toHaveLength(2);
  const started = job.fake.calls.filter((call) => BATCH_CALL[phase].test(call)).length;
  expect(started).toBe(2);
  held.release();
  // The other phases go on: everything before the paused one completes, nothing after it can.
  const index = JOB_PHASES.indexOf(phase);
  await job.untilLetters('CCCC'.slice(0, index) + 'P' + (index === 3 ? '' : 'N'.repeat(3 - index)));
  expect(job.fake.calls.filter((call) => BATCH_CALL[phase].test(call))).toHaveLength(started);
  await job.handle.signal(resumeSignal, { phase });
  const result = await completed(job);
  for (const batches of Object.values(job.fake.done)) expect([...batches].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expectMirrored(job, result);
});

test('what breaks off while it is being stopped is no failure of the job: after resume it is done again', async () => {
  const held = new Hold(/embedBatch/);
  const job = await host.start({ pages: [4], onCall: held.onCall, breaksOffWhenStopped: true }, { concurrency: { EMBEDDING: 2 } });
  await held.untilHeld(2);
  await job.handle.signal(pauseSignal, { phase: 'EMBEDDING' });
  await expectEventually(async () => expect((await job.status()).phases[2]).toMatchObject({ status: 'PAUSED', inFlight: 0 }));
  expect(job.fake.stopped).toHaveLength(2);
  held.release();
  await job.handle.signal(resumeSignal);
  const result = await completed(job);
  expect([...job.fake.done.EMBEDDING].sort()).toEqual([0, 1, 2, 3]);
  expectMirrored(job, result);
});

test('discovery pauses with LOADING and goes on at the same page', async () => {
  const listing = new Hold(/discoverDocuments 1/);
  const job = await host.start({ pages: [1, 2], onCall: listing.onCall });
  await listing.untilHeld();
  await job.handle.executeUpdate(requestPauseUpdate, { args: [{ phase: 'LOADING' }] });
  await expectEventually(() => expect(job.fake.stopped).toContain('discoverDocuments 1'));
  listing.release();
  await job.handle.executeUpdate(requestResumeUpdate, { args: [{ phase: 'LOADING' }] });
  const result = await completed(job);
  expect(job.fake.count('discoverDocuments 0')).toBe(1);
  expect(job.fake.count('discoverDocuments 1')).toBe(2);
  expect(result.documents).toMatchObject({ total: 6, succeeded: 6 });
});

test('finishing pauses with INDEXING and is done again', async () => {
  const finishing = new Hold(/finishJob/);
  const job = await host.start({ onCall: finishing.onCall });
  await finishing.untilHeld();
  expect(await job.letters()).toBe('CCCR');
  expect((await job.status()).progress).toBe(99);
  await job.handle.signal(pauseSignal, { phase: 'INDEXING' });
  await expectEventually(() => expect(job.fake.stopped).toContain('finishJob'));
  await job.untilLetters('CCCP');
  finishing.release();
  await job.handle.signal(resumeSignal);
  await completed(job);
  expect(job.fake.count('finishJob')).toBe(2);
});

test('without an argument, with null and with {} every unfinished phase is meant', async () => {
  const slow = new Hold(/chunkBatch/);
  const job = await host.start({ onCall: slow.onCall });
  await slow.untilHeld();
  await job.untilLetters('CRNN');
  const arguments_ = [[], [null], [{}]] as unknown as [undefined][];
  for (const args of arguments_) {
    await job.handle.signal(pauseSignal, ...args);
    await job.untilLetters('CPPP');
    await job.handle.signal(resumeSignal, ...args);
    await job.untilLetters('CRRR');
    const paused = await job.handle.executeUpdate(requestPauseUpdate, { args });
    expect(paused.map(({ status }) => status)).toEqual(['COMPLETED', 'PAUSED', 'PAUSED', 'PAUSED']);
    const resumed = await job.handle.executeUpdate(requestResumeUpdate, { args });
    expect(resumed.map(({ status, waitReason }) => [status, waitReason])).toEqual([['COMPLETED', null], ['RUNNING', null], ['RUNNING', 'UPSTREAM'], ['RUNNING', 'UPSTREAM']]);
  }
  slow.release();
  expectMirrored(job, await completed(job));
});

test('a pause before the start holds until LOADING would start; the job is PENDING until then', async () => {
  const opening = new Hold(/openJob/);
  const job = await host.start({ onCall: opening.onCall });
  await opening.untilHeld();
  await job.handle.signal(pauseSignal, { phase: 'LOADING' });
  await job.handle.executeUpdate(requestPauseUpdate, { args: [{ phase: 'EMBEDDING' }] });
  await job.handle.signal(pauseSignal, { phase: 'INDEXING' });
  await job.handle.signal(resumeSignal, { phase: 'INDEXING' });
  expect(await job.letters()).toBe('NNNN');
  expect((await job.status()).status).toBe('PENDING');
  opening.release();
  await job.untilLetters('PNPN');
  expect((await job.status()).status).toBe('RUNNING');
  expect(job.fake.calls.filter((call) => /discover|Batch/.test(call))).toEqual([]);
  await job.handle.signal(resumeSignal, { phase: 'LOADING' });
  await job.untilLetters('CCPN');
  await job.handle.signal(resumeSignal);
  expectMirrored(job, await completed(job));
});

const requestsOf = ({ handle }: StartedJob) => {
  // It has no answer before there is a worker, and nobody waits for it.
  const givenUp = (update: typeof requestPauseUpdate, phase: JobPhase) =>
    host.client.withDeadline(Date.now() + 500, () => handle.executeUpdate(update, { args: [{ phase }] })).then(() => Promise.reject(new Error('There is a worker.')), () => undefined);
  return {
    signals: { pause: (phase: JobPhase) => handle.signal(pauseSignal, { phase }), resume: (phase: JobPhase) => handle.signal(resumeSignal, { phase }) },
    updates: { pause: (phase: JobPhase) => givenUp(requestPauseUpdate, phase), resume: (phase: JobPhase) => givenUp(requestResumeUpdate, phase) },
  };
};

test.each(['signals', 'updates'] as const)('%s that come while there is no worker yet are done in the order in which they were sent', async (kind) => {
  let job!: StartedJob;
  await host.restartWorkflowWorker(async () => {
    job = await host.start();
    const { pause, resume } = requestsOf(job)[kind];
    await resume('EMBEDDING');
    await pause('EMBEDDING');
    await pause('LOADING');
    await resume('LOADING');
  });
  await job.untilLetters('CCPN');
  await job.handle.signal(resumeSignal);
  await completed(job);
});

test('what there is no handler for changes nothing: early it is logged or refused, later it waits for one that never comes', async () => {
  let job!: StartedJob;
  await host.restartWorkflowWorker(async () => {
    job = await host.start();
    await job.handle.signal('stop');
    await job.handle.signal(pauseSignal, { phase: 'EMBEDDING' });
  });
  await job.untilLetters('CCPN');
  expect(host.logged.map(({ message }) => message)).toContain('Signal stop changes nothing: there is no such signal.');
  // A name of Temporal's own: whoever hears of it fails, and would again in each replay.
  for (const name of ['stop', '__temporal_stop']) await job.handle.signal(name);
  expect((await rejection(job.handle.executeUpdate('requestStop', { args: [] }))).message).toBe('No registered handler for update: requestStop');
  await job.handle.signal(resumeSignal);
  await completed(job);
});

test('everything paused before the start: LOADING is PAUSED, nothing runs, resume starts it', async () => {
  const opening = new Hold(/openJob/);
  const job = await host.start({ onCall: opening.onCall });
  await opening.untilHeld();
  await job.handle.signal(pauseSignal);
  opening.release();
  await job.untilLetters('PPPP');
  await job.handle.signal(resumeSignal);
  await completed(job);
});

test('pauses and resumes of all phases at once, many times, lose nothing and repeat nothing', async () => {
  let resumed: Promise<unknown> = Promise.resolve();
  const moves = new Set(['loadBatch 1', 'chunkBatch 3', 'embedBatch 2', 'indexBatch 4', 'embedBatch 6']);
  const onCall = async (call: string, signal: AbortSignal) => {
    if (!moves.delete(call)) return;
    await job.handle.signal(pauseSignal);
    // A real pause: the activity ends by being stopped, and only then all goes on.
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })).finally(() => {
      resumed = resumed.then(() => job.handle.signal(resumeSignal));
    });
  };
  const opening = new Hold(/openJob/);
  const job: StartedJob = await host.start({ pages: [8], onCall: async (call, signal) => (call === 'openJob' ? opening.onCall(call, signal) : onCall(call, signal)) });
  opening.release();
  const result = await completed(job);
  await resumed;
  expect(moves.size).toBe(0);
  for (const batches of Object.values(job.fake.done)) expect([...batches].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(result.documents.succeeded).toBe(16);
  expectMirrored(job, result);
});

test('a wrong argument changes nothing: as a signal it is logged, as an update rejected with UNKNOWN_PHASE', async () => {
  const slow = new Hold(/loadBatch/);
  const job = await host.start({ onCall: slow.onCall });
  await slow.untilHeld();
  const { version } = await job.status();
  const warnings = () => host.logged.filter(({ level, message, meta }) => level === 'WARN' && /Signal (pause|resume) changes nothing/.test(message) && meta?.['workflowId'] === job.handle.workflowId);
  for (const argument of WRONG_ARGUMENTS as never[]) {
    await job.handle.signal(pauseSignal, argument);
    await job.handle.signal(resumeSignal, argument);
    expect((await rejection(job.handle.executeUpdate(requestPauseUpdate, { args: [argument] }))).type).toBe('UNKNOWN_PHASE');
    expect((await rejection(job.handle.executeUpdate(requestResumeUpdate, { args: [argument] }))).type).toBe('UNKNOWN_PHASE');
  }
  await expectEventually(() => expect(warnings()).toHaveLength(2 * WRONG_ARGUMENTS.length));
  expect(await job.status()).toMatchObject({ status: 'RUNNING', version });
  expect(await job.letters()).toBe('RNNN');
  slow.release();
  await completed(job);
});

test('pausing what is paused and resuming what is not succeed without effect', async () => {
  const slow = new Hold(/loadBatch/);
  const job = await host.start({ onCall: slow.onCall });
  await slow.untilHeld();
  await job.handle.executeUpdate(requestResumeUpdate, { args: [{ phase: 'LOADING' }] });
  await job.handle.executeUpdate(requestResumeUpdate, { args: [{ phase: 'INDEXING' }] });
  expect(await job.letters()).toBe('RNNN');
  await job.handle.executeUpdate(requestPauseUpdate, { args: [{ phase: 'EMBEDDING' }] });
  const { version } = await job.status();
  const again = await job.handle.executeUpdate(requestPauseUpdate, { args: [{ phase: 'EMBEDDING' }] });
  expect(again[2]!.status).toBe('PAUSED');
  expect((await job.status()).version).toBe(version);
  await job.handle.executeUpdate(requestResumeUpdate, { args: [{}] });
  slow.release();
  await completed(job);
});

test('a finished phase can be neither paused nor resumed: ILLEGAL_TRANSITION names it', async () => {
  const slow = new Hold(/chunkBatch/);
  const job = await host.start({ onCall: slow.onCall });
  await slow.untilHeld();
  await job.untilLetters('CRNN');
  for (const update of [requestPauseUpdate, requestResumeUpdate]) {
    expect(await rejection(job.handle.executeUpdate(update, { args: [{ phase: 'LOADING' }] }))).toEqual({ type: 'ILLEGAL_TRANSITION', message: 'LOADING is finished.' });
  }
  await job.handle.signal(pauseSignal, { phase: 'LOADING' });
  expect(await job.letters()).toBe('CRNN');
  slow.release();
  await completed(job);
});

test('while the job is ending a request is rejected with JOB_STOPPING and a signal changes nothing', async () => {
  const stubborn = new Hold(/loadBatch 0/, { deaf: true });
  const last = new Hold(/mirrorJob final/);
  const job = await host.start({ onCall: async (call, signal) => (await stubborn.onCall(call, signal), last.onCall(call, signal)) });
  await stubborn.untilHeld();
  await job.handle.cancel();
  await expectEventually(() => expect(stubborn.stopAsked.size).toBe(1));
  // Its batches are being stopped, and then its last state is written.
  expect((await rejection(job.handle.executeUpdate(requestPauseUpdate, { args: [{}] }))).type).toBe('JOB_STOPPING');
  stubborn.release();
  await last.untilHeld();
  expect((await rejection(job.handle.executeUpdate(requestResumeUpdate, { args: [{}] }))).type).toBe('JOB_STOPPING');
  await job.handle.signal(pauseSignal);
  expect(await job.letters()).toMatch(/^C*F+N*$/);
  last.release();
  await expect(job.handle.result()).rejects.toThrow();
});

test('a budget that is none is rejected with INVALID_INPUT', async () => {
  const slow = new Hold(/loadBatch/);
  const job = await host.start({ onCall: slow.onCall });
  await slow.untilHeld();
  for (const budget of [null, {}, { maxTokens: 0 }, { maxTokens: '5' }, { tokens: 5 }, 7, { maxTokens: 5, more: 1 }] as never[]) {
    expect((await rejection(job.handle.executeUpdate(setBudgetUpdate, { args: [budget] }))).type).toBe('INVALID_INPUT');
  }
  slow.release();
  await completed(job);
});

test('every history of these jobs replays', async () => {
  expect(await host.replayAll()).toBeGreaterThanOrEqual(14);
});

test('a pause that comes while a state is being written is written next', async () => {
  const writing = new Hold(/^mirrorJob$/);
  const working = new Hold(/loadBatch/);
  const job = await host.start({ onCall: async (call, signal) => (await writing.onCall(call, signal), working.onCall(call, signal)) });
  await writing.untilHeld();
  await working.untilHeld();
  await job.handle.executeUpdate(requestPauseUpdate, { args: [{ phase: 'INDEXING' }] });
  writing.release();
  // Nothing else changes meanwhile: the work is held.
  await expectEventually(() => expect(job.fake.snapshots.at(-1)?.job.phases.INDEXING.status).toBe('PAUSED'));
  working.release();
  await job.handle.signal(resumeSignal);
  expectMirrored(job, await completed(job));
});
