/** How many batches of each phase a worker has at work at once. */
import type { ActivitySlotInfo, CustomSlotSupplier, SlotMarkUsedContext, SlotReleaseContext, SlotReserveContext, WorkerTuner } from '@temporalio/worker';
import type { JobPhase } from '../domain/job-phase';
import type { Machine } from './machine';

/**
 * Whatever the machine's state. What waits, waits in Temporal, where small jobs go first; what a worker has taken shares its
 * processors with all else, so that a small job would crawl beside the batches of large ones. Batches of EMBEDDING mostly wait for their providers.
 */
const FEWEST = { LOADING: 1, CHUNKING: 1, EMBEDDING: 4, INDEXING: 1 } as const satisfies Record<JobPhase, number>;

/** While the machine has something left, as it has behind a slow source or a file that a parser hangs on. Together they share the worker's twelve connections to the database. */
const MOST = { LOADING: 8, CHUNKING: 8, EMBEDDING: 16, INDEXING: 4 } as const satisfies Record<JobPhase, number>;

/**
 * A batch that has been at work for longer is not counted among the fewest: a listing that hangs, an index that is built and a provider that is
 * slow must not hold up the other jobs of their phase.
 */
const LONG_MS = 5_000;

/** Between two further batches of a phase: so long it takes to see what the last one costs, or that it waits too. */
const RAMP_MS = 200;

/**
 * The slots of a phase's batches.
 * @param countWaiting those that wait for their turn (activities/turns.ts): their slots are lent to others, so that a small job's batch gets one
 */
export function phaseSlots(phase: JobPhase, machine: Machine, countWaiting: () => number): WorkerTuner {
  return {
    activityTaskSlotSupplier: new PhaseSlots({ fewest: FEWEST[phase], most: MOST[phase] }, machine, countWaiting),
    workflowTaskSlotSupplier: NO_SLOTS,
    localActivityTaskSlotSupplier: NO_SLOTS,
    nexusTaskSlotSupplier: NO_SLOTS,
  };
}

/** A phase's queue has activities only; one is the fewest that the SDK takes. */
const NO_SLOTS = { type: 'fixed-size', numSlots: 1 } as const;

/** Temporal calls it: a slot is reserved before a poll, used when the poll brings a batch, and released after it. */
export class PhaseSlots implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';
  readonly #slots = new Set<Slot>();
  /** Reservations that wait for a slot. */
  readonly #lookers = new Set<() => void>();
  /** So many may be at work, not counting those that take long or wait: one more when all are and the machine has room, one less when it has none. */
  #level: number;
  #lastFurtherAtMs = -Infinity;

  constructor(private readonly limits: { fewest: number; most: number }, private readonly machine: Pick<Machine, 'hasRoom'>, private readonly countWaiting: () => number) {
    this.#level = limits.fewest;
  }

  /** Rejects with the signal's reason. */
  async reserveSlot(_context: SlotReserveContext, signal: AbortSignal): Promise<Slot> {
    for (;;) {
      signal.throwIfAborted();
      const slot = this.tryReserveSlot();
      if (slot !== null) return slot;
      await this.#change(signal);
    }
  }

  tryReserveSlot(): Slot | null {
    if (this.#slots.size >= this.limits.most) return null;
    const nowMs = performance.now();
    const short = [...this.#slots].filter(({ usedSinceMs = nowMs }) => nowMs - usedSinceMs < LONG_MS).length;
    if (short >= this.#level) {
      if (nowMs - this.#lastFurtherAtMs < RAMP_MS) return null;
      const atWork = short - this.countWaiting();
      if (atWork >= this.#level) {
        if (!this.machine.hasRoom()) return null;
        this.#level = atWork + 1;
      }
      this.#lastFurtherAtMs = nowMs;
    }
    const slot: Slot = { usedSinceMs: undefined };
    this.#slots.add(slot);
    return slot;
  }

  markSlotUsed({ permit }: SlotMarkUsedContext<ActivitySlotInfo>): void {
    (permit as Slot).usedSinceMs = performance.now();
  }

  releaseSlot({ permit }: SlotReleaseContext<ActivitySlotInfo>): void {
    this.#slots.delete(permit as Slot);
    if (!this.machine.hasRoom()) this.#level = Math.max(this.limits.fewest, this.#level - 1);
    for (const look of this.#lookers) look();
  }

  /** Resolves when a slot is given back, or it is time to look again. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        clearTimeout(timer);
        this.#lookers.delete(look);
        signal.removeEventListener('abort', look);
        resolve();
      };
      const timer = setTimeout(look, RAMP_MS);
      this.#lookers.add(look);
      signal.addEventListener('abort', look);
    });
  }
}

interface Slot {
  /** undefined: reserved, and no batch has come yet. */
  usedSinceMs: number | undefined;
}
