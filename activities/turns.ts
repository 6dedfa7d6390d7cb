import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { LOWEST_PRIORITY } from '../src/domain/job-priority';
import type { Machine } from '../src/temporal/machine';

/**
 * So long a batch of LOADING, CHUNKING or INDEXING of a large job works before it goes back to its queue, with what it has committed; for each
 * priority that its job comes before, twice as long. Temporal hands out first what belongs to small jobs, but it takes nothing back from a worker:
 * a small job would wait for whole batches of large ones. (EMBEDDING waits for its provider, where requests take turns,
 * src/embedding/request-slots.ts, or computes in the background.)
 */
const LOWEST_PRIORITY_TURN_MS = 500;

/** So long at most while it must give way. */
const CUT_SHORT_TURN_MS = 250;

/** So much later at most a turn begins that must give way: however many small jobs there are, large ones get on too. */
const LONGEST_WAIT_MS = 1_000;

/** For so long after a step here begins or ends, its job counts as at work: the next one mostly comes within it. A longer step holds nobody up until it ends. */
const NEXT_STEP_MS = 500;

const POLL_MS = 50;

/** The turns of a worker's batches: on a busy machine those of large jobs give way to small ones that are at work in the same process. */
export class Turns {
  /** By job. */
  readonly #lastSteps = new Map<string, { priorityKey: number; atMs: number }>();
  /** By activity: its turns that have not begun yet. */
  readonly #waiting = new Map<string, number>();

  constructor(private readonly machine: Pick<Machine, 'hasRoom'>) {}

  /** Sees what jobs are at work. */
  readonly interceptor: ActivityInboundCallsInterceptor = {
    execute: async (input, next) => {
      this.#noteStep();
      try {
        return await next(input);
      } finally {
        this.#noteStep();
      }
    },
  };

  /** How many batches of this activity wait for their turn. */
  waitingFor(activityType: string): number {
    return this.#waiting.get(activityType) ?? 0;
  }

  /**
   * Waits while it must give way, then does one piece of the current activity's work after another until its turn is over; at least one, so that
   * every turn gets on. Rejects with the signal's reason, or the first error of `work`.
   * @returns whether all is done
   */
  async take<T>(pieces: readonly T[], signal: AbortSignal, work: (piece: T) => Promise<void>): Promise<boolean> {
    await this.#giveWay(signal);
    const begunMs = performance.now();
    const turnMs = LOWEST_PRIORITY_TURN_MS * 2 ** (LOWEST_PRIORITY - currentPriority());
    for (const [index, piece] of pieces.entries()) {
      signal.throwIfAborted();
      if (index > 0 && performance.now() - begunMs >= (this.#mustGiveWay() ? CUT_SHORT_TURN_MS : turnMs)) return false;
      await work(piece);
    }
    return true;
  }

  async #giveWay(signal: AbortSignal): Promise<void> {
    const { activityType } = Context.current().info;
    const endsAtMs = performance.now() + LONGEST_WAIT_MS;
    this.#waiting.set(activityType, this.waitingFor(activityType) + 1);
    try {
      while (this.#mustGiveWay() && performance.now() < endsAtMs) {
        signal.throwIfAborted();
        await sleep(POLL_MS);
      }
    } finally {
      this.#waiting.set(activityType, this.waitingFor(activityType) - 1);
    }
  }

  #mustGiveWay(): boolean {
    const [own, priority, sinceMs] = [currentJob(), currentPriority(), performance.now() - NEXT_STEP_MS];
    // Its own earlier steps may have had a higher priority.
    const isSmallerAtWork = [...this.#lastSteps].some(([job, { priorityKey, atMs }]) => job !== own && priorityKey < priority && atMs > sinceMs);
    return isSmallerAtWork && !this.machine.hasRoom();
  }

  #noteStep(): void {
    // The mirror's and closeJob's have none: they bring no documents on.
    const { priorityKey } = Context.current().info.priority ?? {};
    if (priorityKey === undefined) return;
    const nowMs = performance.now();
    for (const [job, { atMs }] of this.#lastSteps) if (nowMs - atMs >= NEXT_STEP_MS) this.#lastSteps.delete(job);
    this.#lastSteps.set(currentJob(), { priorityKey, atMs: nowMs });
  }
}

function currentPriority(): number {
  return Context.current().info.priority?.priorityKey ?? LOWEST_PRIORITY;
}

function currentJob(): string {
  return Context.current().info.workflowExecution?.workflowId ?? '';
}
