import type { Budget, Spent } from '../src/domain/budget';
import type { IngestionState, PhaseActivity } from '../src/domain/ingestion-state';
import type { JobPhase, PerPhase } from '../src/domain/job-phase';

/**
 * What the workflow and its activities say to each other: ids, ordinals and counts. Texts and vectors stay in Postgres, so that no
 * history grows with the documents.
 */
export interface OpenJobArgument {
  jobId: string;
  /** The first run of the chain of continue-as-new: it owns the job's row. */
  firstRunId: string;
  /** ISO 8601 */
  createdAt: string;
  /** The workflow's argument as it came, valid or not. */
  input: unknown;
}

export interface OpenedJob extends Done {
  /** Whether the server knows Sluice's search attributes: upserting unknown ones would block the workflow for ever. */
  searchAttributes: boolean;
  /** Whether a price is known of the collection's model: without one no budget in money can be kept. */
  hasPrice: boolean;
  /** Where the dashboard is; absent: not known. */
  dashboardUrl?: string;
}

export interface DiscoverArgument {
  jobId: string;
  /** 0, 1, 2 …: a page is discovered once, however often it is asked for. */
  page: number;
  /** The number that the page's first document and first batch get. */
  firstOrdinal: number;
  firstBatch: number;
}

export interface DiscoveredPage extends Done {
  documents: number;
  batches: number;
  ignored: number;
  /** Whether another page follows. */
  more: boolean;
}

export interface BatchArgument {
  jobId: string;
  batch: number;
}

export interface EmbedArgument extends BatchArgument {
  /** As it is now: it may be changed while the job runs. */
  budget?: Budget;
}

/** What an activity answers tells when it was done. */
export interface Done {
  /** By the worker's clock, ISO 8601. Absent in what earlier code has recorded. */
  at?: string;
}

/** What a phase did with a batch: the counts are of the whole batch, however many attempts it took. */
export interface BatchResult extends Done {
  /** Documents in the batch. */
  documents: number;
  /** Of them, those that failed in this phase. */
  failed: number;
  /** LOADING: unchanged since they were published. */
  skipped: number;
  /** INDEXING: published. */
  succeeded: number;
  /** INDEXING: their chunks. */
  chunks: number;
  /** Bytes of parsed text: loaded by LOADING, let go by INDEXING. */
  textBytes: number;
}

export type EmbedResult = (BatchResult | Stopped) & { spent: Spent };

/** The phase was paused, its turn is over, or the run ends: what was finished is committed, the rest is for another attempt. */
export interface Stopped extends Done {
  stopped: true;
}

export interface FinishedJob extends Done {
  removed: number;
}

/** The state of a job when its version was raised. */
export interface MirrorSnapshot {
  job: IngestionState;
  activity: PerPhase<PhaseActivity>;
  firstRunId: string;
  /** The job has ended: the counts are written too. */
  final: boolean;
}

export function isStopped<T extends object>(result: T | Stopped): result is Stopped {
  return 'stopped' in result;
}

/** The activity that works on a batch in each phase. */
export const BATCH_ACTIVITY = {
  LOADING: 'loadBatch',
  CHUNKING: 'chunkBatch',
  EMBEDDING: 'embedBatch',
  INDEXING: 'indexBatch',
} as const satisfies Record<JobPhase, string>;
