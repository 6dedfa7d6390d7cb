/** A job's view put together from what several servers know of it: nothing here asks them. */
import type { MirroredJob } from '../db/mirrored-job';
import type { ErrorCode } from '../domain/errors';
import { newIngestionState, viewOf, type IngestionState } from '../domain/ingestion-state';
import { perPhase } from '../domain/job-phase';
import { isJobFinished } from '../domain/job-status';
import type { JobStatusResponse } from '../domain/job-view';
import { isPhaseFinished } from '../domain/phase-status';
import { PhaseTracker } from '../domain/phase-tracker';
import { strongerWaitReason } from '../domain/wait-reason';
import type { PhaseWaits } from '../temporal/phase-waits';
import type { WorkflowStart } from '../temporal/workflows';

/** A worker may be busy with the first task of a new job: only then is silence no sign that there is none. */
const NEW_JOB_MS = 10_000;

export function viewOfMirror({ state, activity, asOf, status }: MirroredJob): JobStatusResponse {
  return viewOf(state, { activity, readFrom: 'mirror', asOf, status });
}

/** A state with the end that Temporal tells of, when its last one is nowhere to be read. */
export function withEnd(state: IngestionState, end: { error: { code: ErrorCode; message: string }; at: string }): IngestionState {
  const ended = structuredClone(state);
  if (ended.finishedAt === null) new PhaseTracker(ended, () => end.at).failJob(end.error);
  return ended;
}

/** A job of which only Temporal knows, or which a reset has put back: accepted, and not opened yet. */
export function newlyAccepted(jobId: string, { input, startedAt }: WorkflowStart): IngestionState {
  const { collection, source, options } = (input ?? {}) as { collection?: unknown; source?: unknown; options?: { retryOf?: unknown } | null };
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return newIngestionState({ jobId, collection: text(collection), source: (source ?? null) as IngestionState['source'], retryOf: text(options?.retryOf) || null, createdAt: startedAt });
}

/** The view of a state at which nobody is at work. */
export function idleView(state: IngestionState, asOf: string): JobStatusResponse {
  return viewOf(state, { activity: perPhase(() => ({ inFlight: 0, waitReason: null })), readFrom: 'mirror', asOf });
}

/** Lays over the workflow's view what is seen from outside it: by Temporal, and by the activities, which write it to the phase's row. */
export function withSeenFromOutside(view: JobStatusResponse, waits: PhaseWaits, mirrored: MirroredJob | undefined): JobStatusResponse {
  const phases = view.phases.map((phase) => {
    if (phase.status !== 'RUNNING') return phase;
    const noted = mirrored?.activity[phase.phase].waitReason ?? null;
    // The row may still say of the status before what it was: only what the workflow can't know counts.
    const byActivities = noted === 'RATE_LIMITED' || noted === 'PROVIDER_DOWN' ? noted : null;
    const seen = strongerWaitReason(waits[phase.phase] ?? null, byActivities);
    return { ...phase, waitReason: strongerWaitReason(phase.waitReason, seen) };
  });
  return { ...view, phases };
}

/** The view of a job whose workflow runs, and for which nobody answers: every phase waits for a worker. */
export function withoutWorker(view: JobStatusResponse): JobStatusResponse {
  const isNew = Date.now() - Date.parse(view.createdAt) < NEW_JOB_MS;
  if (isNew || isJobFinished(view.status)) return view;
  return { ...view, phases: view.phases.map((phase) => (isPhaseFinished(phase.status) ? phase : { ...phase, waitReason: strongerWaitReason(phase.waitReason, 'NO_WORKER') })) };
}
