/** Embeddings from OpenAI or any server that speaks its API. The `openai` package is the transport alone: it neither retries nor logs. */
import OpenAI from 'openai';
import { ProviderError, type EmbeddingProvider, type RequestLimits } from '../provider';
import { classifyError, isAboutDimensions } from './classify-error';
import { describeOpenAiModel, resolveOpenAiModel } from './openai-models';
import { readAnswer } from './read-answer';

export interface OpenAiProviderOptions {
  apiKey: string;
  /** Default: OpenAI's own. Up to and with the version: `http://localhost:11434/v1`. */
  baseUrl?: string;
  /** Default: text-embedding-3-small. */
  model?: string;
  /** Needed for a model that is not OpenAI's own. */
  dimensions?: number;
  /** For one request, from sending it to the last byte of the answer. Default 60,000. */
  timeoutMs?: number;
}

const OPENAI_BASE_URL = 'https://api.openai.com/v1';
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * The API takes 2,048 texts and 300,000 tokens; smaller requests answer sooner, and less is lost with one that breaks off. 8,191 tokens
 * are its limit for one text; what another server refuses, it is asked for in halves.
 */
const LIMITS: RequestLimits = { maxTextsPerRequest: 256, maxTokensPerRequest: 100_000, maxConcurrentRequests: 4 };

/** Throws INVALID_INPUT when the model can't have the dimensions, or they are not known. */
export function createOpenAiProvider(options: OpenAiProviderOptions): EmbeddingProvider {
  const { model, dimensions, requestedDimensions } = resolveOpenAiModel(options.model, options.dimensions);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  // Whatever isn't given here the package would read from the environment.
  const client = new OpenAI({
    apiKey: options.apiKey,
    baseURL: options.baseUrl ?? OPENAI_BASE_URL,
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: 'off',
  });
  /** A server that knows only its model's own dimensions refuses to be told them; the answer's are checked in any case. */
  let saysDimensions = requestedDimensions !== undefined;

  async function request(texts: readonly string[], signal: AbortSignal): Promise<unknown> {
    const body = { model, input: [...texts], encoding_format: 'base64' as const };
    if (!saysDimensions) return client.embeddings.create(body, { signal });
    try {
      return await client.embeddings.create({ ...body, dimensions: requestedDimensions }, { signal });
    } catch (error) {
      if (!isAboutDimensions(error)) throw error;
      const answer = await client.embeddings.create(body, { signal });
      saysDimensions = false;
      return answer;
    }
  }

  return {
    ...describeOpenAiModel(options.model, options.dimensions),
    limits: LIMITS,
    async embed(texts, signal) {
      signal.throwIfAborted();
      if (texts.length === 0) return { vectors: [], tokens: 0 };
      // The package's own timeout ends with the answer's head: a body that never ends needs this one.
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), timeoutMs);
      const onAbort = () => deadline.abort();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        return readAnswer(await request(texts, deadline.signal), texts.length, dimensions);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (error instanceof ProviderError) throw error;
        if (deadline.signal.aborted) throw new ProviderError('unavailable', `The embedding provider has not answered within ${timeoutMs / 1000} s.`);
        throw classifyError(error, options.apiKey);
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}
