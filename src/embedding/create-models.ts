/** The embedding models that a process can use, each made when it is first needed. A user's own come in through `createWorker({ providers })`. */
import { SluiceError } from '../domain/errors';
import { Embedder } from './embedder';
import type { EmbeddingModels, ModelChoice, ModelDescription } from './models';
import { findPrice } from './openai/openai-models';
import { createOpenAiProvider, type OpenAiProviderOptions } from './openai/openai-provider';
import type { EmbeddingProvider } from './provider';
import { createStaticProvider, type StaticEncoding } from './static/static-provider';

/** From the environment of the process that embeds: never in workflow input, history, logs or the database. */
export type OpenAiAccess = Partial<Pick<OpenAiProviderOptions, 'apiKey' | 'baseUrl'>>;

export interface EmbeddingModelsDependencies {
  compute: StaticEncoding;
  openai: OpenAiAccess;
  /** Further providers; one with the names of a built-in one replaces it. */
  providers?: readonly EmbeddingProvider[];
}

export function createEmbeddingModels({ compute, openai, providers = [] }: EmbeddingModelsDependencies): EmbeddingModels {
  const embedders = new Map<string, Embedder>();

  const makeProvider = (choice: ModelChoice, apiKey: string): EmbeddingProvider => {
    const own = providers.find(
      ({ provider, model, dimensions }) => provider === choice.provider && (choice.model ?? model) === model && (choice.dimensions ?? dimensions) === dimensions,
    );
    if (own !== undefined) return own;
    if (choice.provider === 'openai') return createOpenAiProvider({ ...openai, apiKey, model: choice.model, dimensions: choice.dimensions });
    const provider = choice.provider === 'static' ? createStaticProvider(compute) : undefined;
    if (provider === undefined) throw new SluiceError('INVALID_INPUT', `This process has no embedding provider "${choice.provider}".`);
    if ((choice.model ?? provider.model) !== provider.model || (choice.dimensions ?? provider.dimensions) !== provider.dimensions) {
      throw new SluiceError('INVALID_INPUT', `The provider static has one model, ${provider.model} with ${provider.dimensions} dimensions.`);
    }
    return provider;
  };

  return {
    describe(choice): ModelDescription {
      // Nothing is sent: what a model is can be told without the key.
      const { provider, model, dimensions, tokenizer, vectorWeight } = makeProvider(choice, '');
      return { provider, model, dimensions, tokenizer, vectorWeight, price: provider === 'openai' ? findPrice(model) : undefined };
    },

    getEmbedder(choice) {
      const key = JSON.stringify([choice.provider, choice.model, choice.dimensions]);
      const made = embedders.get(key);
      if (made !== undefined) return made;
      const isCustom = providers.some(({ provider }) => provider === choice.provider);
      if (choice.provider === 'openai' && !isCustom && !openai.apiKey) {
        throw new SluiceError('PROVIDER_AUTH', 'The embedding provider openai needs a key: OPENAI_API_KEY is not set.', { hint: 'Set OPENAI_API_KEY in the environment of the worker and start again.' });
      }
      const embedder = new Embedder(makeProvider(choice, openai.apiKey ?? ''));
      embedders.set(key, embedder);
      return embedder;
    },
  };
}
