/**
 * The gate of one process before one provider and model: brings the requests of all its batches to the store that all workers share, a few
 * at a time, so that asking costs little, and has each wait for its turn.
 */
import { randomBytes } from 'node:crypto';
import type { Closed, GateStore, Granted, NotedFailure } from './gate-store';
import { isAnswer, ProviderError, type EmbeddingProvider } from './provider';
import type { Passage, RequestGate } from './request-gate';

/** So long a closed gate is waited for; then batches give way, so that they don't keep others, of other providers, from working. */
const MAX_CLOSED_MS = 10_000;

/** Before a closed gate it is looked so often whether it has opened: once a process, not once a batch. */
const LOOK_MS = 1_000;

/** What a probe's text begins with. The rest is new each time: a cache on the way would answer a text that it knows while the provider is down. */
const PROBE_WORD = 'test ';
const PROBE_TIMEOUT_MS = 30_000;

interface Waiter {
  tokens: number;
  /** Its signal has ended its waiting, be it after its grant. */
  isGone: boolean;
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
  /** Since when the provider has been in trouble. */
  #closedAtMs: number | undefined;
  #look: (() => void) | undefined;
  #charged = 0;
  #counted = 0;
  /** Why the gate is closed to those in the queue. */
  #closedFor: Closed['reason'] | undefined;
  /** Granted, but only in more than {@link LOOK_MS}. */
  readonly #delayed = new Set<Waiter>();

  constructor(private readonly store: GateStore, private readonly provider: Pick<EmbeddingProvider, 'embed'>) {}

  /** What holds requests up for longer than a second now. */
  get waitsFor(): Closed['reason'] | undefined {
    return this.#closedFor ?? (this.#delayed.size > 0 ? 'RATE_LIMITED' : undefined);
  }

  /** Rejects with GateClosed, or an error of the store. */
  pass(tokens: number, signal: AbortSignal): Promise<Passage | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        waiter.isGone = true;
        this.#queue.delete(waiter);
        this.#delayed.delete(waiter);
        resolve(undefined);
      };
      const settle = () => signal.removeEventListener('abort', onAbort);
      const waiter: Waiter = {
        tokens,
        isGone: false,
        resolve: (passage) => {
          settle();
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
        if (reply.isGranted) this.#closedFor = undefined;
        if (reply.isGranted && reply.isProbe) await this.#probe();
        else if (reply.isGranted) this.#grant(reply, factor, asking);
        else await this.#wait(reply);
      }
    } catch (error) {
      this.#rejectAll(error);
    } finally {
      this.#isServing = false;
      this.#closedFor = undefined;
    }
  }

  #grant({ waitMs, msPerRequest, msPerToken, isTroubled }: Granted, factor: number, asking: readonly Waiter[]): void {
    this.#isTroubled ||= isTroubled;
    this.#closedAtMs = undefined;
    let tokensBefore = 0;
    let requestsBefore = 0;
    // Neither those that have given up meanwhile, nor those that came too late to be asked for.
    const granted = asking.filter((waiter) => this.#queue.has(waiter));
    for (const waiter of granted) {
      this.#queue.delete(waiter);
      const ownWaitMs = waitMs + Math.max(requestsBefore++ * msPerRequest, tokensBefore * msPerToken);
      tokensBefore += factor * waiter.tokens;
      if (ownWaitMs > LOOK_MS) this.#delayed.add(waiter);
      const go = () => {
        this.#delayed.delete(waiter);
        if (waiter.isGone) return;
        // The provider has gone while this one waited for its turn: it finds out with all the others.
        if (this.#closedAtMs !== undefined) this.#enqueue(waiter);
        else waiter.resolve(this.#passage(waiter.tokens));
      };
      if (ownWaitMs < 1) go();
      else setTimeout(go, ownWaitMs);
    }
  }

  /** One word, rather than what somebody pays for. */
  async #probe(): Promise<void> {
    const sentAtMs = performance.now();
    const patience = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    try {
      await this.provider.embed([PROBE_WORD + randomBytes(4).toString('hex')], patience);
      await this.#noteAnswer();
    } catch (error) {
      const said = patience.aborted ? new ProviderError('unavailable', `The embedding provider has not answered one word within ${PROBE_TIMEOUT_MS / 1_000} s.`) : error;
      if (!(said instanceof ProviderError)) throw said;
      await (isAnswer(said) ? this.#noteAnswer() : this.#noteFailure(said, sentAtMs));
    }
  }

  async #noteAnswer(): Promise<void> {
    this.#isTroubled = false;
    await this.store.noteAnswer();
    this.#closedAtMs = undefined;
    this.#look?.();
  }

  async #noteFailure({ kind, retryAfterMs, message }: ProviderError, sentAtMs: number): Promise<void> {
    this.#isTroubled = true;
    this.#closedAtMs ??= performance.now();
    const failure: NotedFailure = { sentMsAgo: performance.now() - sentAtMs, retryAfterMs, message };
    await (kind === 'rate-limited' ? this.store.noteLimit(failure) : this.store.noteFailure(failure));
  }

  async #wait({ reason, waitMs, isProbing, message }: Closed): Promise<void> {
    this.#closedFor = reason;
    // A limit that is used up takes no turn back that it has granted.
    if (reason === 'PROVIDER_DOWN') this.#closedAtMs ??= performance.now();
    const leftMs = (this.#closedAtMs ?? performance.now()) + MAX_CLOSED_MS - performance.now();
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

  #passage(tokens: number): Passage {
    const sentAtMs = performance.now();
    return {
      answered: async (charged) => {
        if (charged > 0) {
          this.#charged += charged;
          this.#counted += tokens;
        }
        if (this.#isTroubled) await this.#noteAnswer();
      },
      failed: (error) => this.#noteFailure(error, sentAtMs),
      unused: () => undefined,
    };
  }
}
