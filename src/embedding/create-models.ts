/** The providers that a worker can use, by name. A user's own come in through `createWorker({ providers })`. */
import { createProvider, describeModel } from './create-provider';
import { Embedder } from './embedder';
import type { EmbeddingModels, ModelDescription } from './models';
import type { EmbeddingProvider } from './provider';
import { resolveOpenAiModel } from './openai/openai-models';
import type { StaticEncoding } from './static/static-provider';

/** From the environment of the process that embeds: never in workflow input, history, logs or the database. */
export interface OpenAiAccess {
  apiKey?: string;
  baseUrl?: string;
}

export interface EmbeddingModelsDependencies {
  compute: StaticEncoding;
  openai: OpenAiAccess;
  /** Further providers; one of the same provider, model and dimensions as a built-in one replaces it. */
  providers?: readonly EmbeddingProvider[];
}

type Choice = Parameters<EmbeddingModels['describe']>[0];

export function createEmbeddingModels({ compute, openai, providers = [] }: EmbeddingModelsDependencies): EmbeddingModels {
  const embedders = new Map<string, Embedder>();
  const findOwn = ({ provider, model, dimensions }: Choice) =>
    providers.find((own) => own.provider === provider && (model === undefined || own.model === model) && (dimensions === undefined || own.dimensions === dimensions));

  function describe(choice: Choice): ModelDescription {
    const { provider, model, dimensions, tokenizer, vectorWeight } = findOwn(choice) ?? describeModel(choice);
    return { provider, model, dimensions, tokenizer, vectorWeight };
  }

  return {
    describe,
    get(choice) {
      const { provider, model, dimensions } = describe(choice);
      const key = JSON.stringify([provider, model, dimensions]);
      const own = findOwn({ provider, model, dimensions });
      let embedder = embedders.get(key);
      if (embedder === undefined) embedders.set(key, (embedder = new Embedder(own ?? createProvider({ provider, model, dimensions }, { compute, openai }))));
      const price = own === undefined && provider === 'openai' ? resolveOpenAiModel(model, dimensions).price : 0;
      return { provider: embedder.provider, embedder, price };
    },
  };
}
