import { ApplicationFailure, log, setHandler } from '@temporalio/workflow';
import type { ErrorCode } from '../src/domain/errors';
import { isJobPhase, JOB_PHASES, type JobPhase } from '../src/domain/job-phase';
import { isPhaseFinished } from '../src/domain/phase-status';
import type { PhaseStatusView } from '../src/domain/job-view';
import type { PhaseTracker } from '../src/domain/phase-tracker';
import { pauseSignal, requestPauseUpdate, requestResumeUpdate, resumeSignal, setBudgetUpdate, type Budget, type PhaseArgument } from './contract';
import { isBudgetSpent, type JobRun } from './job-run';
import type { Pipeline } from './pipeline';

/**
 * The gates before the phases: pause closes them, resume opens them. As signals they never throw; as updates their validators reject
 * what can't be done before anything changes.
 */
export function installGates(run: JobRun, tracker: PhaseTracker, pipeline: () => Pipeline | undefined, view: () => PhaseStatusView[], isStopping: () => boolean): void {
  const close = (argument: PhaseArgument): PhaseStatusView[] => {
    for (const phase of targets(run, argument)) {
      if (run.opened === null) run.pausedBeforeStart = [...new Set([...run.pausedBeforeStart, phase])];
      else {
        tracker.pause(phase);
        pipeline()?.stop(phase);
      }
    }
    pipeline()?.pump();
    return view();
  };

  const open = (argument: PhaseArgument): PhaseStatusView[] => {
    for (const phase of targets(run, argument)) {
      if (run.opened === null) run.pausedBeforeStart = run.pausedBeforeStart.filter((paused) => paused !== phase);
      else if (!(phase === 'EMBEDDING' && isBudgetSpent(run.budget))) tracker.resume(phase);
    }
    pipeline()?.pump();
    return view();
  };

  const setBudget = (budget: Budget): PhaseStatusView[] => {
    Object.assign(run.budget, budget);
    pipeline()?.pump();
    return view();
  };

  const asSignal = (name: string, act: (argument: PhaseArgument) => void) => (argument?: PhaseArgument) => {
    const problem = problemOf(argument);
    if (problem !== undefined) log.warn(`Signal ${name} changes nothing: ${problem}`);
    else if (!isStopping()) act(argument);
  };
  const validator = (argument?: PhaseArgument) => {
    const problem = problemOf(argument);
    if (problem !== undefined) reject('UNKNOWN_PHASE', problem);
    if (targets(run, argument).length === 0) reject('ILLEGAL_TRANSITION', argument?.phase ? `${argument.phase} is finished.` : 'Every phase is finished.');
    if (isStopping()) reject('JOB_STOPPING', 'The job is ending.');
  };
  const resumeValidator = (argument?: PhaseArgument) => {
    validator(argument);
    if (argument?.phase === 'EMBEDDING' && isBudgetSpent(run.budget) && tracker.statusOf('EMBEDDING') === 'PAUSED') {
      reject('ILLEGAL_TRANSITION', 'EMBEDDING has used up its budget: raise it with setBudget (--max-tokens) first.');
    }
  };

  setHandler(pauseSignal, asSignal('pause', close), { description: 'Pause the phase {"phase": "EMBEDDING"}; without an argument every unfinished one.' });
  setHandler(resumeSignal, asSignal('resume', open), { description: 'Resume the phase {"phase": "EMBEDDING"}; without an argument every paused one.' });
  setHandler(requestPauseUpdate, close, { validator, description: 'Pause, acknowledged with the phases after it.' });
  setHandler(requestResumeUpdate, open, { validator: resumeValidator, description: 'Resume, acknowledged with the phases after it.' });
  setHandler(setBudgetUpdate, setBudget, { validator: validateBudget, description: 'Raise or lower {"maxTokens": …, "maxCost": …}; then resume EMBEDDING.' });
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

function validateBudget(budget: Budget): void {
  const entries = Object.entries(budget ?? {});
  const isValid = ([key, value]: [string, unknown]) => (key === 'maxTokens' || key === 'maxCost') && typeof value === 'number' && value > 0;
  if (entries.length === 0 || !entries.every(isValid)) reject('INVALID_INPUT', 'A budget is {"maxTokens": number, "maxCost": number}, at least one of them, above 0.');
}

function reject(code: ErrorCode, message: string): never {
  throw ApplicationFailure.nonRetryable(message, code);
}
