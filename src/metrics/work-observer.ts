/** What is told to whoever measures a worker's work. Named without ids: as many series as there are phases, not as there are jobs. */
import type { DocumentOutcome } from '../domain/document-outcome';
import type { JobPhase } from '../domain/job-phase';
import type { ProviderErrorKind } from '../embedding/provider';

/** done: finished in this attempt. stopped: paused, its turn or the run was over. failed: to be tried again, or the end of the job. */
export type BatchOutcome = 'done' | 'stopped' | 'failed';

export interface ProviderRequest {
  provider: string;
  model: string;
  /** aborted: by a cancel or a shutdown. */
  outcome: 'ok' | ProviderErrorKind | 'aborted';
  seconds: number;
}

export interface WorkObserver {
  /** An attempt at a batch has ended. */
  batch(phase: JobPhase, outcome: BatchOutcome, seconds: number): void;
  /** A phase has finished with the documents of a batch. */
  processed(phase: JobPhase, documents: number): void;
  /** A phase has decided on documents. */
  decided(phase: JobPhase, outcome: DocumentOutcome, documents: number): void;
  /** A phase has finished chunks: cut, embedded, published; or they failed there. */
  chunks(phase: Exclude<JobPhase, 'LOADING'>, outcome: 'succeeded' | 'failed', count: number): void;
  providerRequest(request: ProviderRequest): void;
  /** @param cost in US dollars; 0 where no price is known */
  paid(model: { provider: string; model: string }, tokens: number, cost: number): void;
  /** A row of the mirror had drifted from its workflow. @param what of the reconciler */
  mended(what: string): void;
}

export const NO_OBSERVER: WorkObserver = {
  batch: () => undefined,
  processed: () => undefined,
  decided: () => undefined,
  chunks: () => undefined,
  providerRequest: () => undefined,
  paid: () => undefined,
  mended: () => undefined,
};
