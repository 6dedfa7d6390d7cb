/**
 * The gate of one process before one provider and model: brings the requests of all its batches to the store that all workers share, a few
 * at a time, so that asking costs little, and has each wait for its turn.
 */
import type { Closed, GateStore, Granted } from './gate-store';
import type { ProviderError } from './provider';
import type { Passage, RequestGate } from './request-gate';

/** So long a closed gate is waited for; then batches give way, so that they don't keep others, of other providers, from working. */
const MAX_CLOSED_MS = 10_000;

/** Before a closed gate it is looked so often whether it has opened: once a process, not once a batch. */
const LOOK_MS = 1_000;

interface Waiter {
  tokens: number;
  resolve(passage: Passage | undefined): void;
  reject(error: unknown): void;
}

/** The gate stays closed for longer than it is waited for. */
export class GateClosed extends Error {
  override readonly name = 'GateClosed';

  /** @param retryMs when it is worth asking again */
  constructor(readonly reason: Closed['reason'], message: string, readonly retryMs: number) {
    super(message);
  }
}

export class SharedGate implements RequestGate {
  readonly #queue = new Set<Waiter>();
  #isServing = false;
  /** An answer is news to the others. */
  #isTroubled = false;
  #closedAtMs: number | undefined;
  #look: (() => void) | undefined;
  #charged = 0;
  #counted = 0;
  #waits: Closed['reason'] | undefined;

  constructor(private readonly store: GateStore) {}

  /** What holds requests up for longer than a second now. */
  get waitsFor(): Closed['reason'] | undefined {
    return this.#waits;
  }

  /** Rejects with GateClosed, or an error of the store. */
  pass(tokens: number, signal: AbortSignal): Promise<Passage | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#queue.delete(waiter);
        resolve(undefined);
      };
      const settle = () => signal.removeEventListener('abort', onAbort);
      const waiter: Waiter = {
        tokens,
        resolve: (passage) => {
          settle();
          if (signal.aborted) void passage?.abandoned();
          resolve(passage);
        },
        reject: (error) => {
          settle();
          reject(error as Error);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#enqueue(waiter);
    });
  }

  #enqueue(waiter: Waiter): void {
    this.#queue.add(waiter);
    if (!this.#isServing) void this.#serve();
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    try {
      while (this.#queue.size > 0) {
        const asking = [...this.#queue];
        const factor = this.#counted === 0 ? 1 : this.#charged / this.#counted;
        const reply = await this.store.reserve(asking.length, Math.round(factor * asking.reduce((sum, { tokens }) => sum + tokens, 0)));
        if (reply.isGranted) this.#grant(reply, factor);
        else await this.#wait(reply);
      }
    } catch (error) {
      this.#rejectAll(error);
    } finally {
      this.#isServing = false;
    }
  }

  #grant({ waitMs, msPerRequest, msPerToken, isProbe, isTroubled }: Granted, factor: number): void {
    this.#isTroubled ||= isTroubled;
    this.#closedAtMs = undefined;
    let tokensBefore = 0;
    let requestsBefore = 0;
    for (const waiter of isProbe ? [...this.#queue].slice(0, 1) : this.#queue) {
      this.#queue.delete(waiter);
      const ownWaitMs = waitMs + Math.max(requestsBefore++ * msPerRequest, tokensBefore * msPerToken);
      tokensBefore += factor * waiter.tokens;
      this.#waits = ownWaitMs > LOOK_MS ? 'RATE_LIMITED' : undefined;
      const go = () => {
        // The provider has gone while this one waited for its turn: it finds out with all the others.
        if (this.#closedAtMs !== undefined) this.#enqueue(waiter);
        else waiter.resolve(this.#passage(waiter.tokens, isProbe));
      };
      if (ownWaitMs < 1) go();
      else setTimeout(go, ownWaitMs);
    }
  }

  async #wait({ reason, waitMs, isProbing, message }: Closed): Promise<void> {
    this.#waits = reason;
    this.#closedAtMs ??= performance.now();
    const leftMs = this.#closedAtMs + MAX_CLOSED_MS - performance.now();
    if (leftMs <= 0 || (waitMs > leftMs && !isProbing)) return this.#rejectAll(new GateClosed(reason, message, isProbing ? Math.min(waitMs, MAX_CLOSED_MS) : waitMs));
    await new Promise<void>((resolve) => {
      this.#look = resolve;
      setTimeout(resolve, Math.min(waitMs, LOOK_MS));
    });
  }

  #rejectAll(error: unknown): void {
    for (const waiter of this.#queue) waiter.reject(error);
    this.#queue.clear();
  }

  #passage(tokens: number, isProbe: boolean): Passage {
    const sentAtMs = performance.now();
    return {
      answered: async (charged) => {
        if (charged > 0) {
          this.#charged += charged;
          this.#counted += tokens;
        }
        if (!isProbe && !this.#isTroubled) return;
        this.#isTroubled = false;
        await this.store.noteAnswer();
        this.#closedAtMs = undefined;
        this.#look?.();
      },
      failed: async ({ kind, retryAfterMs, message }: ProviderError) => {
        this.#isTroubled = true;
        this.#closedAtMs ??= performance.now();
        const failure = { sentMsAgo: performance.now() - sentAtMs, retryAfterMs, message };
        await (kind === 'rate-limited' ? this.store.noteLimit(failure) : this.store.noteFailure(failure));
      },
      // When even this fails the others wait until the time of the one that was to find out is over.
      abandoned: () => (isProbe ? this.store.releaseProbe().catch(() => undefined) : Promise.resolve()),
    };
  }
}
