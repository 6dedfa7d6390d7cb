/** The embedding models that a process can use, each made when it is first needed. A user's own come in through `createWorker({ providers })`. */
import { createProvider, describeModel, type ProviderResources } from './create-provider';
import { Embedder } from './embedder';
import type { EmbeddingModels, ModelChoice, ModelDescription } from './models';
import type { EmbeddingProvider } from './provider';

export type OpenAiAccess = ProviderResources['openai'];

export interface EmbeddingModelsDependencies extends ProviderResources {
  /** Further providers; one of the same provider, model and dimensions as a built-in one replaces it. */
  providers?: readonly EmbeddingProvider[];
  /** Puts an observer around a provider. Default: none. */
  observe?(provider: EmbeddingProvider): EmbeddingProvider;
}

export function createEmbeddingModels({ providers = [], observe = (provider) => provider, ...resources }: EmbeddingModelsDependencies): EmbeddingModels {
  const embedders = new Map<string, Embedder>();
  const findOwn = (choice: ModelChoice) =>
    providers.find(({ provider, model, dimensions }) => provider === choice.provider && (choice.model ?? model) === model && (choice.dimensions ?? dimensions) === dimensions);

  const describe = (choice: ModelChoice): ModelDescription => {
    const own = findOwn(choice);
    if (own === undefined) return describeModel(choice);
    const { provider, model, dimensions, tokenizer, vectorWeight } = own;
    return { provider, model, dimensions, tokenizer, vectorWeight, price: undefined };
  };

  return {
    describe,
    getEmbedder(choice) {
      const { provider, model, dimensions } = describe(choice);
      const key = JSON.stringify([provider, model, dimensions]);
      const made = embedders.get(key);
      if (made !== undefined) return made;
      const embedder = new Embedder(observe(findOwn(choice) ?? createProvider({ provider, model, dimensions }, resources)));
      embedders.set(key, embedder);
      return embedder;
    },
  };
}
