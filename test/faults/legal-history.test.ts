import { JOB_PHASES } from '../../src/domain/job-phase';
import { newIngestionState, viewOf, type IngestionState } from '../../src/domain/ingestion-state';
import { PhaseTracker } from '../../src/domain/phase-tracker';
import { perPhase } from '../../src/domain/job-phase';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { illegalSteps } from './legal-history';

const AT = '2026-01-01T00:00:00.000Z';

/** What a watcher sees of a job that runs to its end, a step a view. */
function undisturbedHistory(): JobStatusResponse[] {
  const state: IngestionState = newIngestionState({ jobId: 'j', collection: 'c', source: { kind: 'folder', path: '/d' }, retryOf: null, createdAt: AT });
  const tracker = new PhaseTracker(state, () => AT);
  const views: JobStatusResponse[] = [];
  const see = () => views.push(structuredClone(viewOf(state, { activity: perPhase(() => ({ inFlight: 0, waitReason: null })), readFrom: 'workflow', asOf: AT })));
  see();
  tracker.start('LOADING');
  see();
  state.documents.total = 10;
  state.documents.totalIsFinal = true;
  for (const phase of JOB_PHASES) {
    state.phases[phase].itemsProcessed = 5;
    see();
    tracker.pause(phase);
    see();
    tracker.resume(phase);
    state.phases[phase].itemsProcessed = 10;
    tracker.complete(phase);
    see();
  }
  return views;
}

const history = undisturbedHistory();
const end = history[history.length - 1]!;
const changed = (view: JobStatusResponse, change: (copy: JobStatusResponse) => void): JobStatusResponse => {
  const copy = structuredClone(view);
  change(copy);
  return copy;
};

test('an undisturbed history is legal, whatever of it was seen, as often as it was', () => {
  expect(end.status).toBe('COMPLETED');
  expect(illegalSteps(history, end)).toEqual([]);
  expect(illegalSteps(history.filter((_, index) => index % 3 === 0).flatMap((view) => [view, view]), end)).toEqual([]);
});

test.each<[string, () => JobStatusResponse[], RegExp]>([
  ['a way back of the job', () => [...history, history[3]!], /job: COMPLETED → RUNNING/],
  ['a way back of a phase', () => [history[8]!, changed(history[8]!, (view) => (view.phases[0]!.status = 'RUNNING'))], /LOADING: COMPLETED → RUNNING/],
  ['a phase that has begun and has not', () => [history[1]!, history[0]!], /LOADING: RUNNING → NOT_STARTED/],
  ['another end than the real one', () => [changed(end, (view) => Object.assign(view, { status: 'FAILED', error: { code: 'LOST', message: '', phase: 'INDEXING' } }))], /said FAILED LOST/],
  ['a status that its phases do not give', () => [changed(history[4]!, (view) => (view.status = 'PENDING'))], /PENDING with the phases/],
  ['a complete phase that has not done all', () => [changed(end, (view) => (view.phases[2]!.itemsProcessed = 9))], /EMBEDDING COMPLETED with 9 of 10/],
  ['counts that fall', () => [history[5]!, changed(history[5]!, (view) => (view.phases[0]!.itemsProcessed = 3))], /LOADING: 10 processed → 3/],
  ['an older version', () => [history[5]!, changed(history[5]!, (view) => (view.version -= 1))], /version:/],
])('%s is found', (_, seen, problem) => {
  expect(illegalSteps(seen(), end)).toEqual(expect.arrayContaining([expect.stringMatching(problem)]));
});
