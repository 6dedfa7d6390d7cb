import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  log,
  makeContinueAsNewFunc,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { MirrorSnapshot } from '../activities/contract';
import type { IngestionInput } from '../src/domain/ingestion-input';
import { setCounts, viewOf, type PhaseActivity } from '../src/domain/ingestion-state';
import { JOB_PHASES, perPhase, type PerPhase } from '../src/domain/job-phase';
import type { JobStatusResponse } from '../src/domain/job-view';
import { isPhaseFinished } from '../src/domain/phase-status';
import { PhaseTracker } from '../src/domain/phase-tracker';
import { closeJob, mirrorFailedJob, mirrorJob, openJob } from './activity-proxies';
import { Clock } from './clock';
import { jobStatusQuery, phaseStatusQuery } from './contract';
import { jobFailureOf, type JobFailure } from './failures';
import { installGates } from './gates';
import { newJobRun, type JobRun } from './job-run';
import { MirrorLoop } from './mirror-loop';
import { isPatched } from './patches';
import { Pipeline } from './pipeline';
import { SearchAttributeWriter, showDetails } from './visibility';

/** How long a run that ends may wait for its batches before it stops them as a pause does. */
const DRAIN_PATIENCE = '5s';

/** How long an ending job waits for what it has stopped. */
const END_PATIENCE = '1500ms';

const IDLE: PerPhase<PhaseActivity> = perPhase(() => ({ inFlight: 0, waitReason: null }));

/**
 * One ingestion job: opens it, lets its documents flow through the four phases, and ends it. Its id is the job's id.
 * The lanes are in pipeline.ts, pause and resume in gates.ts, what outlives a run in job-run.ts.
 * @param carried the job so far: only continue-as-new gives it; a client's is no concern of ours
 */
export async function ingestionWorkflow(input: IngestionInput, carried?: JobRun): Promise<JobStatusResponse> {
  const info = workflowInfo();
  const isContinued = info.continuedFromExecutionRunId !== undefined;
  const run = (isContinued && carried) || newJobRun(input, info.workflowId, info.firstExecutionRunId, info.startTime.toISOString());
  const clock = new Clock();
  const root = CancellationScope.current();
  const tracker = new PhaseTracker(run.job, clock.now);
  const attributes = new SearchAttributeWriter();
  let pipeline: Pipeline | undefined;
  let ending = false;

  const activity = () => (run.job.finishedAt === null && pipeline?.activity()) || IDLE;
  const view = () => viewOf(run.job, { activity: activity(), readFrom: 'workflow', asOf: clock.now() });
  const snapshot = (final: boolean) => ({ job: run.job, activity: activity(), firstRunId: run.firstRunId, final });
  const show = () => {
    showDetails(view(), run.opened?.dashboardUrl);
    if (run.opened?.searchAttributes) attributes.write(view());
  };

  setHandler(jobStatusQuery, view, { description: 'The whole job: status, progress, phases, documents.' });
  setHandler(phaseStatusQuery, () => view().phases, { description: 'The four phases.' });
  const mustEnd = () => ending || root.consideredCancelled || pipeline?.failure !== undefined;
  installGates(run, tracker, () => pipeline, () => view().phases, mustEnd);
  show();

  let failure: JobFailure | undefined;
  let cancelled = false;
  let mirror: MirrorLoop | undefined;
  try {
    run.opened ??= await openJob({ jobId: info.workflowId, firstRunId: run.firstRunId, createdAt: run.job.createdAt, input });
    mirror = new MirrorLoop(run, () => snapshot(false), isContinued && isPatched('run-tells-mirror'));
    pipeline = new Pipeline(run, tracker, clock, input, show);
    clock.during(run.opened.at, () => startPhases(run, tracker));
    pipeline.pump();
    await condition(() => pipeline!.isFinished() || pipeline!.failure !== undefined || workflowInfo().continueAsNewSuggested);
    failure = pipeline.failure;
  } catch (error) {
    cancelled = isCancellation(error);
    if (!cancelled) failure = jobFailureOf(error);
  }

  await CancellationScope.nonCancellable(async () => {
    ending = cancelled || failure !== undefined;
    if (pipeline !== undefined && !pipeline.isFinished()) await drain(pipeline, mustEnd);
    // While it was drained a last batch may have failed or finished the job, and a cancel may have come.
    const finished = pipeline?.isFinished() === true;
    failure ??= pipeline?.failure;
    cancelled = !finished && (cancelled || root.consideredCancelled);
    if (cancelled) failure = { code: 'CANCELLED', message: 'The job was cancelled.' };
    ending = finished || failure !== undefined;
    if (failure !== undefined) {
      const why = failure;
      const settledAt = why.code === 'JOB_EXISTS' ? undefined : await settle(run, pipeline, why);
      clock.during(settledAt, () => tracker.failJob(why));
    }
    show();
    await condition(allHandlersFinished);
    await mirror?.end();
    if (ending && failure?.code !== 'JOB_EXISTS') await leave(snapshot(true));
  });

  if (cancelled) throw new CancelledFailure('The job was cancelled.');
  if (failure !== undefined) throw ApplicationFailure.create({ message: failure.message, type: failure.code, nonRetryable: true, details: [view()] });
  if (pipeline!.isFinished()) return view();
  const continueAsNew = makeContinueAsNewFunc<typeof ingestionWorkflow>({ memo: info.memo, typedSearchAttributes: workflowInfo().typedSearchAttributes });
  return continueAsNew(input, run);
}

/** The step in which the job begins: LOADING starts, and pauses asked for meanwhile take effect. */
function startPhases(run: JobRun, tracker: PhaseTracker): void {
  for (const phase of run.pausedBeforeStart) if (!isPhaseFinished(tracker.statusOf(phase))) tracker.pause(phase);
  run.pausedBeforeStart = [];
  tracker.start('LOADING');
}

/**
 * Lets what is at work come to its end and starts nothing new. Before continue-as-new stragglers are stopped as by a pause and waited for:
 * the next run gives their batches out again. A job that ends, or is told to meanwhile, stops all at once and waits for nobody long: what is
 * late finds its staging closed.
 */
async function drain(pipeline: Pipeline, mustEnd: () => boolean): Promise<void> {
  const isIdle = () => !pipeline.isBusy();
  pipeline.stopping = true;
  if (!mustEnd() && (await condition(() => isIdle() || mustEnd(), DRAIN_PATIENCE)) && isIdle()) return;
  for (const phase of JOB_PHASES) pipeline.stop(phase);
  await condition(() => isIdle() || mustEnd());
  if (!isIdle()) await condition(isIdle, END_PATIENCE);
}

/**
 * Before a job is told to have failed: nothing of it is written any more, its staging goes, and its counts are what is published.
 * @returns when that was done; undefined: it is not known
 */
async function settle(run: JobRun, pipeline: Pipeline | undefined, failure: JobFailure): Promise<string | undefined> {
  // What comes late can't complete a phase now.
  if (pipeline !== undefined) pipeline.failure ??= failure;
  const counts = await closeJob({ jobId: run.job.jobId }).catch((error: unknown) => log.error('Staging is not cleared; the reconciler clears it', { error }));
  if (counts) setCounts(run.job, counts);
  return counts ? counts.at : undefined;
}

/** The last words of an ended job: its final state into the mirror. Nothing holds up a failed one for long. */
async function leave(last: MirrorSnapshot): Promise<void> {
  const write = last.job.error === null ? mirrorJob : mirrorFailedJob;
  await write(last).catch((error: unknown) => log.error('The final state is not in the mirror; the reconciler adopts it', { error }));
}
