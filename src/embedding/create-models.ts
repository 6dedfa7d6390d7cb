/** The providers that a worker can use, by name. A user's own come in through `createWorker({ providers })`. */
import { SluiceError } from '../domain/errors';
import { Embedder } from './embedder';
import type { EmbeddingModels, ModelDescription } from './models';
import type { EmbeddingProvider } from './provider';
import { createStaticProvider, type StaticEncoding } from './static/static-provider';

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
  void openai;
  const findOwn = ({ provider, model, dimensions }: Choice) =>
    providers.find((own) => own.provider === provider && (model === undefined || own.model === model) && (dimensions === undefined || own.dimensions === dimensions));

  const makeProvider = (choice: Choice): EmbeddingProvider => {
    const own = findOwn(choice);
    if (own !== undefined) return own;
    const s = createStaticProvider(compute);
    return s;
  };

  return {
    describe(choice): ModelDescription {
      const { provider, model, dimensions, tokenizer, vectorWeight } = makeProvider(choice);
      return { provider, model, dimensions, tokenizer, vectorWeight };
    },
    get(choice) {
      const key = JSON.stringify([choice.provider, choice.model, choice.dimensions]);
      let embedder = embedders.get(key);
      if (embedder === undefined) embedders.set(key, (embedder = new Embedder(makeProvider(choice))));
      return { provider: embedder.provider, embedder, price: 0 };
    },
  };
}
void SluiceError;
