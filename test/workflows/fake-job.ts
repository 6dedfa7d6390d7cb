/** The activities of one job without a database or a provider: what was asked for is written down, and a test may step in at each call. */
import { Context } from '@temporalio/activity';
import type { Activities } from '../../activities/activities';
import { isStopped, type BatchResult, type EmbedArgument, type MirrorSnapshot, type Stopped } from '../../activities/contract';
import { now, stoppable } from '../../activities/stoppable';
import type { JobCounts } from '../../src/domain/ingestion-state';
import { perPhase, type JobPhase, type PerPhase } from '../../src/domain/job-phase';

export interface FakePlan {
  /** Batches on each page of discovery. Default one page of 3. */
  pages?: number[];
  /** Default 2. */
  documentsPerBatch?: number;
  /** What a batch fails, skips or weighs, over the defaults. */
  result?: (phase: JobPhase, batch: number) => Partial<BatchResult>;
  /** Tokens paid by each embedded batch. */
  tokensPerBatch?: number;
  /** What the job is said to have come to when it is closed; default: nothing is said. */
  counts?: () => JobCounts;
  /** Whether the server is said to know the search attributes. Default true. */
  searchAttributes?: boolean;
  /** Whether a price of the model is known. Default true. */
  hasPrice?: boolean;
  /**
   * Called when an activity begins, such as `openJob`, `discoverDocuments 0` (its page), `embedBatch 3`, `mirrorJob`, `mirrorJob final`. It
   * may hold the activity, or fail it by throwing. After the signal it is to throw the signal's reason, unless it plays one that can't stop.
   */
  onCall?: (call: string, signal: AbortSignal) => void | Promise<void>;
  /** Whoever is stopped fails instead of saying so, as one whose worker is lost. */
  breaksOffWhenStopped?: boolean;
}

export class FakeJob {
  /** Each call as {@link FakePlan.onCall} names it, in order. */
  readonly calls: string[] = [];
  /** Batches finished, in order; one that is done twice is here twice. */
  readonly done: PerPhase<number[]> = perPhase(() => []);
  readonly snapshots: MirrorSnapshot[] = [];
  /** Calls that broke off when they were told to stop. */
  readonly stopped: string[] = [];
  /** Bound of each mirrorJob and closeJob call over all its attempts, in ms; 0: none. */
  readonly bounds: { call: string; scheduleToCloseMs: number }[] = [];
  /** The budget of each embedBatch call. */
  readonly budgets: EmbedArgument['budget'][] = [];
  /** By call, 1 first. */
  readonly priorities = new Map<string, number | undefined>();
  private tokens = 0;

  constructor(readonly plan: FakePlan) {}

  readonly activities: Activities = {
    openJob: async () => {
      await this.enter('openJob', Context.current().cancellationSignal);
      return { searchAttributes: this.plan.searchAttributes ?? true, hasPrice: this.plan.hasPrice ?? true, at: now() };
    },
    discoverDocuments: ({ page }) =>
      this.work(`discoverDocuments ${page}`, () => {
        const pages = this.plan.pages ?? [3];
        const batches = pages[page] ?? 0;
        return { documents: batches * this.documentsPerBatch, batches, ignored: 1, more: page + 1 < pages.length };
      }),
    loadBatch: ({ batch }) => this.batch('LOADING', 'loadBatch', batch),
    chunkBatch: ({ batch }) => this.batch('CHUNKING', 'chunkBatch', batch),
    embedBatch: async ({ batch, budget }) => {
      this.budgets.push(budget);
      const result = await this.batch('EMBEDDING', 'embedBatch', batch);
      return { ...result, spent: { tokens: this.tokens, cost: this.tokens / 1_000 } };
    },
    indexBatch: ({ batch }) => this.batch('INDEXING', 'indexBatch', batch),
    finishJob: () => this.work('finishJob', () => ({ removed: 1 })),
    mirrorJob: async (snapshot) => {
      await this.enter(snapshot.final ? 'mirrorJob final' : 'mirrorJob', Context.current().cancellationSignal);
      this.snapshots.push(snapshot);
    },
    closeJob: async () => {
      await this.enter('closeJob', Context.current().cancellationSignal);
      const counts = this.plan.counts?.();
      return counts ? { ...counts, at: now() } : null;
    },
  };

  /** How often a call was made. */
  count(call: string): number {
    return this.calls.filter((made) => made === call).length;
  }

  private get documentsPerBatch(): number {
    return this.plan.documentsPerBatch ?? 2;
  }

  private async enter(call: string, signal: AbortSignal): Promise<void> {
    this.calls.push(call);
    const { scheduleToCloseTimeoutMs, priority } = Context.current().info;
    this.priorities.set(call, priority?.priorityKey);
    if (/mirror|close/.test(call)) this.bounds.push({ call, scheduleToCloseMs: scheduleToCloseTimeoutMs });
    await this.plan.onCall?.(call, signal);
  }

  private async work<T extends object>(call: string, finish: () => T): Promise<T | Stopped> {
    const result = await stoppable(async (signal) => {
      try {
        await this.enter(call, signal);
      } catch (error) {
        if (signal.aborted) this.stopped.push(call);
        throw error;
      }
      return finish();
    });
    if (isStopped(result) && this.plan.breaksOffWhenStopped) throw new Error('The connection was lost.');
    return result;
  }

  private batch(phase: JobPhase, name: string, batch: number): Promise<BatchResult | Stopped> {
    return this.work(`${name} ${batch}`, () => {
      this.done[phase].push(batch);
      if (phase === 'EMBEDDING') this.tokens += this.plan.tokensPerBatch ?? 0;
      const documents = this.documentsPerBatch;
      const indexed = phase === 'INDEXING' ? { succeeded: documents, chunks: documents * 5 } : {};
      return { documents, failed: 0, skipped: 0, succeeded: 0, chunks: 0, textBytes: 100, ...indexed, ...this.plan.result?.(phase, batch) };
    });
  }
}
