/**
 * Has the texts of batches embedded by one provider: the requests of all batches of a worker together stay within its limits, an answer
 * is stored before anything else happens to it, and no text is sent twice. When a request may be sent is the gate's to say.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddingProvider } from './provider';
import type { RequestGate } from './request-gate';
import { planRequests } from './request-planner';
import { RequestSlots } from './request-slots';
import { sendRequest, withoutOthers, type PlannedRequest, type Sender } from './send-request';
import { GateClosed } from './shared-gate';
import { Suspicions } from './suspicions';
import { TextClaims, type ClaimOutcome } from './text-claims';

/** It is looked so often whether another worker has embedded what is waited for. */
const LOOK_MS = 500;

/** So long a batch waits that has nothing else left; then it gives way to others, which may have. */
const MAX_ELSEWHERE_MS = 10_000;

/** Other batches of the deployment have in hand what this one needs. */
export class TextsElsewhere extends Error {
  override readonly name = 'TextsElsewhere';
}

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

/** Hashes of the texts that a batch need not, or must not, have embedded. */
export interface OthersTexts {
  /** Embedded by now: for another job, or for this batch, when Temporal has lost sight of one of the two. */
  stored: ReadonlySet<string>;
  /** Another batch of the deployment has them in hand. They are asked for again and again, until they are stored or ours. */
  elsewhere: ReadonlySet<string>;
}

export interface EmbedOptions {
  /** Whose texts they are: jobs take turns. */
  jobId: string;
  gate: RequestGate;
  /** A request has no more tokens than this, though the provider takes more. Default: the provider's limit. */
  maxTokensPerRequest?: number;
  /**
   * Claims texts for this batch, over all workers: all of them first, and those of a request again when it may be sent, for much can have happened while it
   * waited. Default: nobody else is there.
   */
  claim?(hashes: readonly string[]): Promise<OthersTexts>;
  /**
   * Makes the answers to one request durable; called at once after each answer, several calls may run at a time. A failure of it throws away
   * what is paid for.
   * @param tokens what the provider charged for the request, or our own count when it does not say
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
  readonly #suspicions = new Suspicions();
  readonly #tally = { embedded: 0 };

  constructor(readonly provider: EmbeddingProvider) {
    this.#slots = new RequestSlots(provider.limits.maxConcurrentRequests);
  }

  /**
   * Resolves when every text is stored or refused (finished), or when `stop` ended it before. A text that another batch of this worker
   * has in hand is waited for: it is stored by that batch's `store`.
   *
   * Rejects with TextsElsewhere when it has waited for other workers for long; with the first error of {@link sendRequest}, after what was sent has been stored; when a limit is used up, after what it had granted; with the
   * reason of `abort` when that is aborted.
   */
  async embedAll(texts: readonly TextToEmbed[], options: EmbedOptions): Promise<{ finished: boolean }> {
    const { stop, abort } = options;
    const pending = new Map(texts.map((text) => [text.hash, text]));
    const halt = new AbortController();
    const onHalt = () => halt.abort();
    stop.addEventListener('abort', onHalt);
    abort.addEventListener('abort', onHalt);
    if (stop.aborted || abort.aborted) halt.abort();
    let lastStepMs = performance.now();
    try {
      while (pending.size > 0 && !halt.signal.aborted) {
        const before = pending.size;
        const batch = this.#divide(pending);
        const ours = await this.#sendAll(batch.own, pending, options, halt);
        await this.#awaitOthers(batch.others, pending, options, halt.signal);
        const isAllElsewhere = ours === 0 && batch.others.length === 0 && pending.size === before;
        if (!isAllElsewhere) lastStepMs = performance.now();
        else if (performance.now() - lastStepMs > MAX_ELSEWHERE_MS) throw new TextsElsewhere(`Other batches are having ${pending.size} of the texts embedded.`);
        else await sleep(LOOK_MS, undefined, { signal: halt.signal }).catch(() => undefined);
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

  /** @returns how many of the texts no other worker had stored or in hand */
  async #sendAll(own: readonly TextToEmbed[], pending: Map<string, TextToEmbed>, options: EmbedOptions, halt: AbortController): Promise<number> {
    const held = new Set(own.map(({ hash }) => hash));
    const settle: Sender['settle'] = (hash, outcome) => {
      held.delete(hash);
      if (outcome.kind !== 'released') pending.delete(hash);
      this.#claims.settle(hash, outcome);
    };
    const sender: Sender = { provider: this.provider, options, halt: halt.signal, tally: this.#tally, settle };
    try {
      const ours = await withoutOthers(own, sender);
      await this.#send(ours, sender, halt);
      return ours.length;
    } finally {
      for (const hash of held) this.#claims.settle(hash, { kind: 'released' });
    }
  }

  async #send(texts: readonly TextToEmbed[], sender: Sender, halt: AbortController): Promise<void> {
    const { options } = sender;
    const { limits } = this.provider;
    const maxTokensPerRequest = Math.min(limits.maxTokensPerRequest, options.maxTokensPerRequest ?? Infinity);
    const { suspected, others } = this.#suspicions.take(texts);
    const plan = ({ texts: planned, ...since }: PlannedRequest) => planRequests(planned, { ...limits, maxTokensPerRequest }).map((part): PlannedRequest => ({ ...since, texts: part }));
    const planned = plan({ texts: others, failures: 0 });
    const queue = [...planned, ...suspected.flatMap(plan)];
    let failure: { error: unknown } | undefined;
    let limit: GateClosed | undefined;
    const lane = async () => {
      while (queue.length > 0 && (await this.#slots.acquire(options.jobId, halt.signal))) {
        const request = halt.signal.aborted ? undefined : queue.shift();
        try {
          if (request !== undefined) queue.push(...(await sendRequest(request, sender)));
        } catch (error) {
          queue.unshift(request!);
          if (error instanceof GateClosed && error.reason === 'RATE_LIMITED') {
            // Other lanes may have been granted turns already: given up, they would be lost to everyone.
            limit = error;
            return;
          }
          failure ??= { error };
          halt.abort();
        } finally {
          this.#slots.release();
        }
      }
    };
    const lanes = Math.min(queue.length, limits.maxConcurrentRequests);
    await Promise.all(Array.from({ length: lanes }, lane));
    this.#suspicions.keep(queue.filter((request) => !planned.includes(request)));
    options.abort.throwIfAborted();
    if (failure) throw failure.error;
    if (limit && queue.length > 0 && !halt.signal.aborted) throw limit;
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
