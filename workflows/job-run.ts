import type { OpenedJob } from '../activities/contract';
import type { Budget, Spent } from '../src/domain/budget';
import type { IngestionInput } from '../src/domain/ingestion-input';
import { newIngestionState, type IngestionState } from '../src/domain/ingestion-state';
import { perPhase, type JobPhase, type PerPhase } from '../src/domain/job-phase';
import type { Ranges } from './ranges';

/**
 * Everything of a job that outlives a run of its workflow. Plain JSON, and bounded: this IS the argument of continue-as-new.
 * What is at work in the moment (activities, their scopes) is not here: a run is drained before the next begins.
 */
export interface JobRun {
  job: IngestionState;
  firstRunId: string;
  /** Set when the opening activity has returned. */
  opened: OpenedJob | null;
  /** Pauses asked for while the job was being opened: they take effect in the step in which LOADING would start. */
  pausedBeforeStart: JobPhase[];
  discovery: { pages: number; complete: boolean };
  /** Batches made by discovery. */
  batches: number;
  /** Of each phase: batches that the phase before has finished and that wait to be taken. */
  todo: PerPhase<Ranges>;
  /** Of each phase: how many batches it has finished. */
  batchesDone: PerPhase<number>;
  /** Of each phase: how often a batch came back unfinished, after its turn or from a pause. Absent: never. */
  comeBack?: PerPhase<number>;
  /** Loaded and not yet published: what lies in staging. */
  ahead: { documents: number; bytes: number };
  budget: Budget & { spent: Spent };
  /** EMBEDDING is PAUSED by its budget alone, and nobody has asked for that. Absent: not so. */
  isPausedByBudget?: boolean;
  /** Removals, index build and clean-up have committed. */
  finished: boolean;
  /** The phase of the last failed document: at fault when there are too many. */
  lastFailurePhase: JobPhase;
  /** The newest version that the mirror has. */
  mirroredVersion: number;
}

export function newJobRun(input: IngestionInput, jobId: string, firstRunId: string, createdAt: string): JobRun {
  // The input may be anything yet: the opening activity judges it.
  const options = input?.options ?? {};
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    job: newIngestionState({ jobId, collection: text(input?.collection), source: input?.source ?? null, retryOf: text(options.retryOf) || null, createdAt }),
    firstRunId,
    opened: null,
    pausedBeforeStart: [],
    discovery: { pages: 0, complete: false },
    batches: 0,
    todo: perPhase(() => []),
    batchesDone: perPhase(() => 0),
    ahead: { documents: 0, bytes: 0 },
    budget: { maxTokens: options.maxTokens, maxCost: options.maxCost, spent: { tokens: 0, cost: 0 } },
    finished: false,
    lastFailurePhase: 'LOADING',
    mirroredVersion: 0,
  };
}
