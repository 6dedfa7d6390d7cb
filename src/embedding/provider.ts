import type { TokenizerName } from '../tokenizer/tokenizer';

/** Turns texts into vectors. One provider object serves one model. */
export interface EmbeddingProvider {
  /** `static`, `openai`, … */
  readonly provider: string;
  readonly model: string;
  /** Components of each vector. */
  readonly dimensions: number;
  readonly tokenizer: TokenizerName;
  /** Weight of the vector arm in hybrid search, where the lexical arm has 1. */
  readonly vectorWeight: number;
  readonly limits: RequestLimits;
  /** Works in this process: no limit of rate, no outage to sit out. */
  readonly isLocal?: boolean;
  /**
   * Embeds the texts of one request. The answer is checked: one vector a text, in the order of the texts, of the right dimension,
   * finite. Rejects with a ProviderError, or with the signal's reason.
   * @param signal aborts the request itself: for cancel and shutdown, not for pause (what was sent is paid for)
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<EmbeddingAnswer>;
}

export interface RequestLimits {
  maxTextsPerRequest: number;
  maxTokensPerRequest: number;
  /** Requests under way at once from one worker. */
  maxConcurrentRequests: number;
}

export interface EmbeddingAnswer {
  /** In the order of the texts. null: the model knows no token of this text, so it has no direction. */
  vectors: (Float32Array | null)[];
  /** Tokens that the provider charged for; 0 for a local model; undefined when it does not say. */
  tokens: number | undefined;
}

/**
 * auth: the key is missing or wrong. request: the request can never work (unknown model, wrong dimensions). text: a text in it is
 * refused; sent alone it tells which. rate-limited and unavailable pass by themselves. answer: what came back is not a valid answer.
 */
export type ProviderErrorKind = 'auth' | 'request' | 'text' | 'rate-limited' | 'unavailable' | 'answer';

export class ProviderError extends Error {
  override readonly name = 'ProviderError';

  /** Charged for an answer that can't be used. */
  readonly tokens: number | undefined;

  /** @param retryAfterMs what the provider asked to wait */
  constructor(readonly kind: ProviderErrorKind, message: string, readonly retryAfterMs?: number, { tokens, ...options }: { cause?: unknown; tokens?: number } = {}) {
    super(message, options);
    this.tokens = tokens;
  }
}

/** A refusal is an answer: the provider is there. */
export function isAnswer({ kind }: ProviderError): boolean {
  return kind === 'auth' || kind === 'request' || kind === 'text';
}
