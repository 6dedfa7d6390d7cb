import type { EmbeddingChoice } from '../domain/ingestion-input';
import type { TokenizerName } from '../tokenizer/tokenizer';
import type { Embedder } from './embedder';
import type { EmbeddingProvider } from './provider';

/** What is known of a model without a key: enough to open a collection and to chunk for it. */
export interface ModelDescription {
  provider: string;
  model: string;
  dimensions: number;
  tokenizer: TokenizerName;
  vectorWeight: number;
}

/** The embedding models of one process: each provider is made once, when it is first needed. */
export interface EmbeddingModels {
  /** Throws INVALID_INPUT for a provider or model that can't be. */
  describe(choice: { provider: string; model?: string; dimensions?: number }): ModelDescription;
  /** Throws PROVIDER_AUTH when the key is missing. */
  get(choice: EmbeddingChoice | ModelDescription | { provider: string; model: string; dimensions: number }): {
    provider: EmbeddingProvider;
    embedder: Embedder;
    /** Per million tokens; 0 where no price is known. */
    price: number;
  };
}
