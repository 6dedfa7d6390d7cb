/** Sends one request, and finds out which text it is when one of them makes the provider refuse or fail. */
import type { EmbeddedAnswer, EmbedOptions, TextToEmbed } from './embedder';
import { ProviderError, type EmbeddingProvider } from './provider';
import type { ClaimOutcome } from './text-claims';

/** So often a request fails in a row before its texts are suspected: until then it is the provider's bad moment. */
const FAILURES_BEFORE_HALVING = 2;

/**
 * So often a text alone fails, each time after the provider has answered another, before it is taken for the cause. Fewer would let a
 * provider that fails now and then fail a document.
 */
const CONFIRMATIONS = 5;

/** Sent when a text alone fails and there is no other: does the provider answer at all? One token. */
const OTHER_TEXT = 'test';

export interface PlannedRequest {
  texts: readonly TextToEmbed[];
  /** In a row, all of it. */
  failures: number;
  /** Requests of this process that the provider had answered by the last failure. */
  answersBefore: number;
  /** How often the provider answered another text between two failures of this one. */
  confirmations: number;
}

export interface SentRequest {
  settled: readonly (readonly [hash: string, outcome: ClaimOutcome])[];
  /** What is to be sent instead, after all others: what one of them is answered tells about this. */
  again: readonly PlannedRequest[];
}

export function plannedRequest(texts: readonly TextToEmbed[]): PlannedRequest {
  return { texts, failures: 0, answersBefore: 0, confirmations: 0 };
}

/** Sends the requests of one process to one provider. */
export class RequestSender {
  #answers = 0;

  constructor(private readonly provider: EmbeddingProvider) {}

  /**
   * Waits for the request's passage through the gate, sends, and stores the answer. Resolves without anything when `halt` ended the waiting.
   * Rejects with what ends the attempt: a refused key, a request that never works, the gate's own reasons, an error of `store`.
   */
  async send(request: PlannedRequest, options: EmbedOptions, halt: AbortSignal): Promise<SentRequest> {
    const { texts } = request;
    const error = await this.#attempt(texts, options, halt);
    if (error === 'halted') return { settled: [], again: [] };
    if (error === undefined) return { settled: texts.map(({ hash }) => [hash, { kind: 'stored' }]), again: [] };
    if (error.kind === 'rate-limited') return { settled: [], again: [request] };
    if (error.kind === 'text') return texts.length > 1 ? halved(texts, 0) : refuse(texts[0]!, error.message, options);
    const failures = request.failures + 1;
    if (texts.length > 1 && failures >= FAILURES_BEFORE_HALVING) return halved(texts, FAILURES_BEFORE_HALVING - 1);
    const mayBeCause = texts.length === 1 && failures >= FAILURES_BEFORE_HALVING && (await this.#answersOthers(request, options, halt));
    const confirmations = mayBeCause ? request.confirmations + 1 : 0;
    if (confirmations >= CONFIRMATIONS) return refuse(texts[0]!, `The provider fails on this text, and on no other: ${error.message}`, options);
    return { settled: [], again: [{ texts, failures, answersBefore: this.#answers, confirmations }] };
  }

  /** @returns undefined when the answer is stored; what the provider said when trying again, in another way, may help */
  async #attempt(texts: readonly TextToEmbed[], options: EmbedOptions, halt: AbortSignal): Promise<ProviderError | 'halted' | undefined> {
    const counted = texts.reduce((sum, { tokens }) => sum + tokens, 0);
    const passage = await options.gate.pass(counted, halt);
    if (passage === undefined) return 'halted';
    try {
      const { vectors, tokens = counted } = await this.provider.embed(texts.map(({ text }) => text), options.abort);
      const answers: EmbeddedAnswer[] = texts.map(({ hash }, index) => ({ hash, vector: vectors[index]! }));
      this.#answers++;
      // First of all: it is paid for.
      await options.store(answers, tokens);
      await passage.answered(tokens);
      return undefined;
    } catch (error) {
      if (!(error instanceof ProviderError)) {
        await passage.abandoned();
        throw error;
      }
      // An answer that can't be used is paid for all the same.
      if (error.tokens !== undefined) await options.store([], error.tokens);
      const isAnswer = error.kind === 'auth' || error.kind === 'request' || error.kind === 'text';
      await (isAnswer ? passage.answered(0) : passage.failed(error));
      if (error.kind === 'auth' || error.kind === 'request') throw error;
      return error;
    }
  }

  /** Whether the provider has answered another request since this one's last failure, or answers one now. */
  async #answersOthers(request: PlannedRequest, options: EmbedOptions, halt: AbortSignal): Promise<boolean> {
    if (this.#answers > request.answersBefore) return true;
    const storeNothing: EmbedOptions['store'] = (_answers, tokens) => options.store([], tokens);
    return (await this.#attempt([{ hash: '', text: OTHER_TEXT, tokens: 1 }], { ...options, store: storeNothing }, halt)) === undefined;
  }
}

function halved(texts: readonly TextToEmbed[], failures: number): SentRequest {
  const middle = texts.length >> 1;
  return { settled: [], again: [texts.slice(0, middle), texts.slice(middle)].map((half) => ({ ...plannedRequest(half), failures })) };
}

async function refuse({ hash }: TextToEmbed, message: string, { refused }: EmbedOptions): Promise<SentRequest> {
  await refused(hash, message);
  return { settled: [[hash, { kind: 'refused', message }]], again: [] };
}
