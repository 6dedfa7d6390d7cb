/**
 * Has the texts of batches embedded by one provider: the requests of all batches of a worker together stay within its limits, an answer
 * is stored before anything else happens to it, and no text is sent twice. Waiting and trying again over time is the caller's.
 */
import { ProviderError, type EmbeddingProvider } from './provider';
import { planRequests } from './request-planner';
import { RequestSlots } from './request-slots';
import { TextClaims, type ClaimOutcome } from './text-claims';

export interface TextToEmbed {
  /** Names the text: two texts with one hash are the same. */
  hash: string;
  text: string;
  /** By the provider's tokenizer. */
  tokens: number;
}

export interface EmbeddedAnswer {
  hash: string;
  /** null: the model has no vector for the text. */
  vector: Float32Array | null;
}

export interface EmbedOptions {
  /**
   * Makes the answers to one request durable; called at once after each answer, several calls may run at a time.
   * @param tokens what the provider charged for the request
   */
  store(answers: EmbeddedAnswer[], tokens: number): Promise<void>;
  /** Records that the provider refuses this one text. The others go on. */
  refused(hash: string, message: string): Promise<void> | void;
  /** Pause: no further request starts; those sent are waited for and stored. */
  stop: AbortSignal;
  /** Cancel and shutdown: requests are aborted. */
  abort: AbortSignal;
}

export class Embedder {
  readonly #slots: RequestSlots;
  readonly #claims = new TextClaims();

  constructor(readonly provider: EmbeddingProvider) {
    this.#slots = new RequestSlots(provider.limits.maxConcurrentRequests);
  }

  /**
   * Resolves when every text is stored or refused (finished), or when `stop` ended it before. A text that another batch of this worker
   * has in hand is waited for: it is stored by that batch's `store`.
   *
   * Rejects with the first ProviderError, or the first error of `store` or `refused`, after what was sent has been stored; with the reason of
   * `abort` when that is aborted.
   */
  async embedAll(texts: readonly TextToEmbed[], options: EmbedOptions): Promise<{ finished: boolean }> {
    const { stop, abort } = options;
    const pending = new Map(texts.map((text) => [text.hash, text]));
    const halt = new AbortController();
    const onHalt = () => halt.abort();
    stop.addEventListener('abort', onHalt);
    abort.addEventListener('abort', onHalt);
    if (stop.aborted || abort.aborted) halt.abort();
    try {
      while (pending.size > 0 && !halt.signal.aborted) {
        const batch = this.#divide(pending);
        await this.#sendAll(batch.own, pending, options, halt);
        await this.#awaitOthers(batch.others, pending, options, halt.signal);
      }
    } finally {
      stop.removeEventListener('abort', onHalt);
      abort.removeEventListener('abort', onHalt);
    }
    abort.throwIfAborted();
    return { finished: pending.size === 0 };
  }

  /** Claims what nobody has in hand. Between looking and claiming nothing else runs. */
  #divide(pending: Map<string, TextToEmbed>): { own: TextToEmbed[]; others: [hash: string, outcome: Promise<ClaimOutcome>][] } {
    const own: TextToEmbed[] = [];
    const others: [string, Promise<ClaimOutcome>][] = [];
    for (const text of pending.values()) {
      const other = this.#claims.find(text.hash);
      if (other) others.push([text.hash, other]);
      else if (this.#claims.wasJustStored(text.hash)) pending.delete(text.hash);
      else {
        this.#claims.claim(text.hash);
        own.push(text);
      }
    }
    return { own, others };
  }

  async #sendAll(own: readonly TextToEmbed[], pending: Map<string, TextToEmbed>, options: EmbedOptions, halt: AbortController): Promise<void> {
    const queue = planRequests(own, this.provider.limits);
    let failure: { error: unknown } | undefined;
    const lane = async () => {
      while (queue.length > 0 && (await this.#slots.acquire(halt.signal))) {
        try {
          const request = halt.signal.aborted ? undefined : queue.shift();
          if (request) queue.unshift(...(await this.#send(request, pending, options)));
        } catch (error) {
          failure ??= { error };
          halt.abort();
        } finally {
          this.#slots.release();
        }
      }
    };
    const lanes = Math.min(queue.length, this.provider.limits.maxConcurrentRequests);
    await Promise.all(Array.from({ length: lanes }, lane));
    for (const { hash } of own) if (pending.has(hash)) this.#claims.settle(hash, { kind: 'released' });
    options.abort.throwIfAborted();
    if (failure) throw failure.error;
  }

  /** @returns the halves to send instead when the provider refuses one of several texts, without saying which */
  async #send(request: readonly TextToEmbed[], pending: Map<string, TextToEmbed>, options: EmbedOptions): Promise<TextToEmbed[][]> {
    const settle = (hash: string, outcome: ClaimOutcome) => {
      pending.delete(hash);
      this.#claims.settle(hash, outcome);
    };
    try {
      const { vectors, tokens } = await this.provider.embed(request.map(({ text }) => text), options.abort);
      await options.store(request.map(({ hash }, index) => ({ hash, vector: vectors[index]! })), tokens);
      for (const { hash } of request) settle(hash, { kind: 'stored' });
      return [];
    } catch (error) {
      if (!(error instanceof ProviderError && error.kind === 'text')) throw error;
      if (request.length > 1) {
        const middle = request.length >> 1;
        return [request.slice(0, middle), request.slice(middle)];
      }
      const { hash } = request[0]!;
      await options.refused(hash, error.message);
      settle(hash, { kind: 'refused', message: error.message });
      return [];
    }
  }

  async #awaitOthers(
    others: readonly [string, Promise<ClaimOutcome>][],
    pending: Map<string, TextToEmbed>,
    options: EmbedOptions,
    halt: AbortSignal,
  ): Promise<void> {
    if (others.length === 0 || halt.aborted) return;
    let stopWaiting!: () => void;
    const halted = new Promise<undefined>((resolve) => (stopWaiting = () => resolve(undefined)));
    halt.addEventListener('abort', stopWaiting, { once: true });
    for (const [hash, settled] of others) {
      const outcome = await Promise.race([settled, halted]);
      if (outcome === undefined) break;
      if (outcome.kind === 'released') continue;
      if (outcome.kind === 'refused') await options.refused(hash, outcome.message);
      pending.delete(hash);
    }
    halt.removeEventListener('abort', stopWaiting);
  }
}
