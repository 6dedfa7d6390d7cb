import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Budget } from '../src/domain/budget';
import type { JobPhase } from '../src/domain/job-phase';
import type { JobStatusResponse, PhaseStatusView } from '../src/domain/job-view';

/** The names by which any Temporal client starts, controls and asks a job. Nothing else of workflows/ is for clients. */
export const WORKFLOW_TYPE = 'ingestionWorkflow';

/** No argument, null and `{}` mean every unfinished phase. */
export type PhaseArgument = { phase?: JobPhase } | null | undefined;

export const pauseSignal = defineSignal<[argument?: PhaseArgument]>('pause');
export const resumeSignal = defineSignal<[argument?: PhaseArgument]>('resume');
export const setBudgetSignal = defineSignal<[budget?: Budget]>('setBudget');

/** Of a rejected request that names no phase: the job has ended, or is about to say so to Temporal. */
export const ALL_FINISHED = 'Every phase is finished.';

/** As the signals, acknowledged with the new phase list; rejected with UNKNOWN_PHASE, ILLEGAL_TRANSITION or JOB_STOPPING. */
export const requestPauseUpdate = defineUpdate<PhaseStatusView[], [PhaseArgument]>('requestPause');
export const requestResumeUpdate = defineUpdate<PhaseStatusView[], [PhaseArgument]>('requestResume');
export const setBudgetUpdate = defineUpdate<PhaseStatusView[], [Budget]>('setBudget');

export const phaseStatusQuery = defineQuery<PhaseStatusView[]>('phaseStatus');
export const jobStatusQuery = defineQuery<JobStatusResponse>('jobStatus');
