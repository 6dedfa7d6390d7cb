import fc from 'fast-check';
import { overallStatus } from '../../src/domain/aggregation';
import type { ErrorCode } from '../../src/domain/errors';
import { newIngestionState, phaseStatuses, type IngestionState } from '../../src/domain/ingestion-state';
import { JOB_PHASES, previousPhase, type JobPhase } from '../../src/domain/job-phase';
import { canJobMove } from '../../src/domain/job-status';
import { canPhaseMove, isPhaseActive, isPhaseFinished } from '../../src/domain/phase-status';
import { PhaseTracker } from '../../src/domain/phase-tracker';

type Call = { do: 'start' | 'pause' | 'resume' | 'complete'; phase: JobPhase } | { do: 'failJob'; code: ErrorCode; phase?: JobPhase };

const anyPhase = fc.constantFrom(...JOB_PHASES);
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 40, arbitrary: fc.record({ do: fc.constantFrom('start' as const, 'pause' as const, 'resume' as const), phase: anyPhase }) },
  { weight: 40, arbitrary: fc.record({ do: fc.constant('complete' as const), phase: anyPhase }) },
  {
    weight: 1,
    arbitrary: fc.record(
      { do: fc.constant('failJob' as const), code: fc.constantFrom<ErrorCode[]>('CANCELLED', 'MASS_REMOVAL', 'INTERNAL'), phase: anyPhase },
      { requiredKeys: ['do', 'code'] },
    ),
  },
);

/** What the workflow may ask for: work reaches a phase through the one before it, and a phase ends after the one before it. */
function isLegal(state: IngestionState, wish: Call): boolean {
  const all = phaseStatuses(state);
  if (overallStatus(all) === 'FAILED' || overallStatus(all) === 'COMPLETED') return false;
  if (wish.do === 'failJob') return true;
  const status = state.phases[wish.phase].status;
  const before = previousPhase(wish.phase);
  const statusBefore = before && state.phases[before].status;
  if (wish.do === 'start') return statusBefore === undefined || statusBefore !== 'NOT_STARTED';
  if (wish.do === 'complete') return isPhaseActive(status) && (statusBefore === undefined || statusBefore === 'COMPLETED');
  // Until LOADING has begun the workflow keeps requests for later (gates.ts).
  return state.phases.LOADING.status !== 'NOT_STARTED' && !isPhaseFinished(status);
}

function newJob(): { state: IngestionState; tracker: PhaseTracker } {
  const state = newIngestionState({ jobId: 'j', collection: 'c', source: { kind: 'folder', path: '/d' }, retryOf: null, createdAt: 'T5000' });
  let tick = 0;
  // Of several clocks, one of them far behind.
  return { state, tracker: new PhaseTracker(state, () => `T${5_000 + ++tick + [0, 40, -300][tick % 3]!}`) };
}

function perform(tracker: PhaseTracker, wish: Call): void {
  if (wish.do === 'failJob') tracker.failJob({ code: wish.code, message: 'why', phase: wish.phase });
  else tracker[wish.do](wish.phase);
}

function expectTimesInOrder({ createdAt, startedAt, finishedAt, phases }: IngestionState): void {
  const inOrder = (...times: (string | null)[]) => {
    const known = times.filter((time) => time !== null);
    expect(known).toEqual([...known].sort());
  };
  inOrder(createdAt, startedAt, finishedAt);
  inOrder(createdAt, ...JOB_PHASES.map((phase) => phases[phase].completedAt), finishedAt);
  for (const phase of JOB_PHASES) inOrder(startedAt, phases[phase].startedAt, phases[phase].completedAt, finishedAt);
}

/** @param failed the call that failed the job, when one has */
function checkState(state: IngestionState, failed: Extract<Call, { do: 'failJob' }> | undefined): void {
  const statuses = phaseStatuses(state);
  const overall = overallStatus(statuses);
  expectTimesInOrder(state);
  // Not with the last phase: then the job is COMPLETED.
  if (statuses.includes('COMPLETED')) expect(overall).not.toBe('PENDING');
  expect(state.finishedAt !== null).toBe(overall === 'COMPLETED' || overall === 'FAILED');
  if (overall !== 'FAILED') expect(state.startedAt !== null).toBe(overall !== 'PENDING');
  for (const phase of JOB_PHASES) {
    const { status, startedAt, completedAt, error } = state.phases[phase];
    expect(completedAt !== null).toBe(isPhaseFinished(status));
    expect(error !== null).toBe(status === 'FAILED');
    if (status === 'RUNNING') expect(startedAt).not.toBeNull();
  }
  if (overall !== 'FAILED') {
    expect(state.error).toBeNull();
    return;
  }
  expect(statuses.some(isPhaseActive)).toBe(false);
  const { phase, code } = state.error!;
  expect(code).toBe(failed!.code);
  expect(state.phases[phase].error).toEqual({ code, message: 'why' });
  const others = JOB_PHASES.filter((other) => other !== phase && state.phases[other].status === 'FAILED');
  for (const other of others) expect(state.phases[other].error!.code).toBe(code === 'CANCELLED' ? 'CANCELLED' : 'STOPPED');
}

test('whatever the workflow asks for, in any order, the machines and the rules of the end hold', () => {
  const ends = { FAILED: 0, COMPLETED: 0, RUNNING: 0, PENDING: 0 };
  fc.assert(
    fc.property(fc.array(call, { maxLength: 100, size: 'max' }), (wishes) => {
      const { state, tracker } = newJob();
      let failed: Extract<Call, { do: 'failJob' }> | undefined;
      for (const wish of wishes) {
        if (!isLegal(state, wish)) continue;
        const before = { ...state, statuses: phaseStatuses(state) };
        perform(tracker, wish);
        if (wish.do === 'failJob') failed = wish;
        const after = phaseStatuses(state);
        JOB_PHASES.forEach((_, index) => {
          const [from, to] = [before.statuses[index]!, after[index]!];
          if (from !== to) expect([from, to, canPhaseMove(from, to)]).toEqual([from, to, true]);
        });
        const [fromJob, toJob] = [overallStatus(before.statuses), overallStatus(after)];
        if (fromJob !== toJob) expect([fromJob, toJob, canJobMove(fromJob, toJob)]).toEqual([fromJob, toJob, true]);
        const changed = JSON.stringify(before.statuses) !== JSON.stringify(after);
        if (changed) expect(state.version).toBeGreaterThan(before.version);
        else expect({ ...state, statuses: after }).toEqual(before);
        checkState(state, failed);
      }
      ends[overallStatus(phaseStatuses(state))]++;
    }),
    { numRuns: 1_000 },
  );
  // The sequences reach every end: the rules above were not checked on running jobs alone.
  expect(Object.values(ends).every((count) => count > 0)).toBe(true);
});

test('an illegal move throws, names the statuses, and changes nothing', () => {
  const { state, tracker } = newJob();
  const before = structuredClone(state);
  expect(() => tracker.complete('CHUNKING')).toThrow('CHUNKING cannot go from NOT_STARTED to COMPLETED');
  expect(state).toEqual(before);
});

test('completing a phase begins the next in the same step, but leaves one paused before its beginning paused', () => {
  const { tracker } = newJob();
  tracker.start('LOADING');
  tracker.pause('EMBEDDING');
  tracker.complete('LOADING');
  expect(tracker.statusOf('CHUNKING')).toBe('RUNNING');
  tracker.complete('CHUNKING');
  expect(tracker.statusOf('EMBEDDING')).toBe('PAUSED');
  tracker.resume('EMBEDDING');
  expect(tracker.statusOf('EMBEDDING')).toBe('RUNNING');
});

test('a paused phase whose last work finishes is COMPLETED', () => {
  const { tracker } = newJob();
  tracker.start('LOADING');
  tracker.pause('LOADING');
  tracker.complete('LOADING');
  expect(tracker.statusOf('LOADING')).toBe('COMPLETED');
});

test('a job that ends before any phase began fails in LOADING with its own error', () => {
  for (const code of ['INVALID_INPUT', 'ALREADY_RUNNING', 'CANCELLED'] as const) {
    const { state, tracker } = newJob();
    tracker.failJob({ code, message: 'why' });
    expect(phaseStatuses(state)).toEqual(['FAILED', 'NOT_STARTED', 'NOT_STARTED', 'NOT_STARTED']);
    expect(state.error).toEqual({ code, message: 'why', phase: 'LOADING' });
    expect(state.phases.LOADING.error).toEqual({ code, message: 'why' });
    expect(state.startedAt).toBeNull();
  }
});

test('the phase at fault carries the error; active ones are STOPPED, finished and never begun ones stay', () => {
  const { state, tracker } = newJob();
  tracker.start('LOADING');
  tracker.complete('LOADING');
  tracker.start('EMBEDDING');
  tracker.pause('CHUNKING');
  tracker.failJob({ code: 'PROVIDER_AUTH', message: 'no key', phase: 'EMBEDDING' });
  expect(phaseStatuses(state)).toEqual(['COMPLETED', 'FAILED', 'FAILED', 'NOT_STARTED']);
  expect(state.phases.CHUNKING.error!.code).toBe('STOPPED');
  expect(state.phases.EMBEDDING.error).toEqual({ code: 'PROVIDER_AUTH', message: 'no key' });
});

test('times: a phase and the job begin once, a pause does not begin them again', () => {
  const { state, tracker } = newJob();
  tracker.start('LOADING');
  const { startedAt } = state.phases.LOADING;
  tracker.pause('LOADING');
  tracker.resume('LOADING');
  expect(state.phases.LOADING.startedAt).toBe(startedAt);
  expect(startedAt).toBe('T5041');
});
