import { STATIC_MODEL } from '../../tokenizer/model-folder';
import type { ModelDescription } from '../models';
import type { EmbeddingProvider } from '../provider';
import { STATIC_DIMENSIONS } from './static-table';

/** The part of the compute pool that the provider needs. */
export interface StaticEncoding {
  readonly threads: number;
  encode(texts: readonly string[]): Promise<(Float32Array | null)[]>;
}

/** Half a second of work on one thread: a pause is never waited for longer. */
const MAX_TEXTS_PER_REQUEST = 1_000;

/** Weight: with more than half of the lexical arm's, the static model made the search of every language but English worse. */
export const STATIC_DESCRIPTION: ModelDescription = {
  provider: 'static',
  model: STATIC_MODEL,
  dimensions: STATIC_DIMENSIONS,
  tokenizer: STATIC_MODEL,
  vectorWeight: 0.5,
  price: undefined,
};

/** The offline default: English, no key, no network. Its request is a task on a thread. */
export function createStaticProvider(compute: StaticEncoding): EmbeddingProvider {
  return {
    ...STATIC_DESCRIPTION,
    isLocal: true,
    limits: {
      maxTextsPerRequest: MAX_TEXTS_PER_REQUEST,
      maxTokensPerRequest: Infinity,
      maxConcurrentRequests: compute.threads,
    },
    async embed(texts, signal) {
      signal.throwIfAborted();
      const vectors = await compute.encode(texts);
      signal.throwIfAborted();
      return { vectors, tokens: 0 };
    },
  };
}
