import type { TokenizerName } from '../tokenizer/tokenizer';
import type { Embedder } from './embedder';

/** Absent fields: the provider's defaults. */
export interface ModelChoice {
  provider: string;
  model?: string;
  dimensions?: number;
}

/** What is known of a model without a key: enough to open a collection and to chunk for it. */
export interface ModelDescription {
  provider: string;
  model: string;
  dimensions: number;
  tokenizer: TokenizerName;
  /** Weight of the vector arm in search, where the lexical arm has 1. */
  vectorWeight: number;
  /** US dollars per million tokens; undefined where no price is known. */
  price: number | undefined;
}

/** The embedding models of one process. */
export interface EmbeddingModels {
  /** Throws INVALID_INPUT for a provider or model that there isn't. */
  describe(choice: ModelChoice): ModelDescription;
  /** The one embedder of a model, shared by all batches of this process. Throws PROVIDER_AUTH when the key is missing. */
  getEmbedder(choice: ModelChoice): Embedder;
}
