import { ApplicationFailure, log } from '@temporalio/workflow';
import { isBudgetSpent, type Budget } from '../src/domain/budget';
import type { ErrorCode } from '../src/domain/errors';
import { isJobPhase, JOB_PHASES, type JobPhase } from '../src/domain/job-phase';
import { isPhaseFinished } from '../src/domain/phase-status';
import type { PhaseStatusView } from '../src/domain/job-view';
import type { PhaseTracker } from '../src/domain/phase-tracker';
import { ALL_FINISHED, pauseSignal, requestPauseUpdate, requestResumeUpdate, resumeSignal, setBudgetSignal, setBudgetUpdate, type PhaseArgument } from './contract';
import type { JobRun } from './job-run';
import type { Pipeline } from './pipeline';
import { takeRequests } from './requests';

/**
 * The gates before the phases: pause closes them, resume opens them. As signals they never throw; as updates their validators reject
 * what can't be done before anything changes.
 */
export function installGates(run: JobRun, tracker: PhaseTracker, pipeline: () => Pipeline | undefined, view: () => PhaseStatusView[], isStopping: () => boolean): void {
  const isSpent = () => isBudgetSpent(run.budget, run.budget.spent);
  const close = (argument: PhaseArgument): PhaseStatusView[] => {
    for (const phase of targets(run, argument)) {
      if (run.opened === null) run.pausedBeforeStart = [...new Set([...run.pausedBeforeStart, phase])];
      else {
        tracker.pause(phase);
        if (phase === 'EMBEDDING') run.isPausedByBudget = false;
        pipeline()?.stop(phase);
      }
    }
    pipeline()?.pump();
    return view();
  };

  const open = (argument: PhaseArgument): PhaseStatusView[] => {
    for (const phase of targets(run, argument)) {
      if (run.opened === null) run.pausedBeforeStart = run.pausedBeforeStart.filter((paused) => paused !== phase);
      else if (phase === 'EMBEDDING' && isSpent()) run.isPausedByBudget = true;
      else tracker.resume(phase);
    }
    pipeline()?.pump();
    return view();
  };

  const setBudget = (budget: Budget): PhaseStatusView[] => {
    Object.assign(run.budget, budget);
    // Batches at work know the old one: they begin again with what they have not embedded.
    pipeline()?.stop('EMBEDDING');
    pipeline()?.pump();
    return view();
  };

  const asSignal = <T>(name: string, problem: (argument: unknown) => string | undefined, act: (argument: T) => void) => (argument: unknown) => {
    const found = problem(argument);
    if (found !== undefined) log.warn(`Signal ${name} changes nothing: ${found}`);
    else if (!isStopping()) act(argument as T);
  };
  const validator = (argument?: PhaseArgument) => {
    const problem = problemOf(argument);
    if (problem !== undefined) reject('UNKNOWN_PHASE', problem);
    if (targets(run, argument).length === 0) reject('ILLEGAL_TRANSITION', argument?.phase ? `${argument.phase} is finished.` : ALL_FINISHED);
    if (isStopping()) reject('JOB_STOPPING', 'The job is ending.');
  };
  const resumeValidator = (argument?: PhaseArgument) => {
    validator(argument);
    const paused = targets(run, argument).filter((phase) => tracker.statusOf(phase) === 'PAUSED');
    if (paused.length === 1 && paused[0] === 'EMBEDDING' && isSpent()) {
      reject('ILLEGAL_TRANSITION', 'EMBEDDING has used up its budget: raise it with setBudget (--max-tokens) first.');
    }
  };

  const budgetProblem = (budget: unknown) => problemOfBudget(run, budget)?.message;
  takeRequests([
    { signal: pauseSignal, take: asSignal('pause', problemOf, close), description: 'Pause the phase {"phase": "EMBEDDING"}; without an argument every unfinished one.' },
    { signal: resumeSignal, take: asSignal('resume', problemOf, open), description: 'Resume the phase {"phase": "EMBEDDING"}; without an argument every paused one.' },
    { update: requestPauseUpdate, validate: validator, take: close, description: 'Pause, acknowledged with the phases after it.' },
    { update: requestResumeUpdate, validate: resumeValidator, take: open, description: 'Resume, acknowledged with the phases after it.' },
    { signal: setBudgetSignal, take: asSignal('setBudget', budgetProblem, setBudget), description: 'Raise or lower {"maxTokens": …, "maxCost": …}; then resume EMBEDDING.' },
    { update: setBudgetUpdate, validate: (budget) => validateBudget(run, budget), take: setBudget, description: 'As the signal, acknowledged with the phases after it.' },
  ]);
}

/** The unfinished phases that an argument means. */
function targets(run: JobRun, argument: PhaseArgument): JobPhase[] {
  return JOB_PHASES.filter((phase) => (argument?.phase === undefined || argument.phase === phase) && !isPhaseFinished(run.job.phases[phase].status));
}

/** Arguments come from anyone: what is wrong with this one, or undefined. A misspelt key must not pause everything. */
function problemOf(argument: unknown): string | undefined {
  if (argument === undefined || argument === null) return undefined;
  if (typeof argument !== 'object' || Array.isArray(argument)) return `expected an object such as {"phase": "EMBEDDING"}, got ${JSON.stringify(argument)}.`;
  const unknown = Object.keys(argument).find((key) => key !== 'phase');
  if (unknown !== undefined) return `there is no field "${unknown}"; the only one is "phase".`;
  const { phase } = argument as { phase?: unknown };
  if (phase !== undefined && !isJobPhase(phase)) return `there is no phase ${JSON.stringify(phase)}; the phases are ${JOB_PHASES.join(', ')}.`;
  return undefined;
}

function problemOfBudget(run: JobRun, budget: unknown): { code: ErrorCode; message: string } | undefined {
  const entries = Object.entries(budget ?? {});
  const isValid = ([key, value]: [string, unknown]) => (key === 'maxTokens' || key === 'maxCost') && typeof value === 'number' && value > 0;
  if (entries.length === 0 || !entries.every(isValid)) return { code: 'INVALID_INPUT', message: 'A budget is {"maxTokens": number, "maxCost": number}, at least one of them, above 0.' };
  if (!('maxCost' in (budget as Budget))) return undefined;
  if (run.opened === null) return { code: 'ILLEGAL_TRANSITION', message: 'The job is being opened, and no price is known yet: try again in a moment.' };
  if (!run.opened.hasPrice) return { code: 'INVALID_INPUT', message: "maxCost can't be kept: no price is known of the collection's model. Use maxTokens instead." };
  return undefined;
}

function validateBudget(run: JobRun, budget: unknown): void {
  const problem = problemOfBudget(run, budget);
  if (problem !== undefined) reject(problem.code, problem.message);
}

function reject(code: ErrorCode, message: string): never {
  throw ApplicationFailure.nonRetryable(message, code);
}
