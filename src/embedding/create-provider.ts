import { SluiceError } from '../domain/errors';
import { createOpenAiProvider } from './openai/openai-provider';
import type { EmbeddingProvider } from './provider';
import { createStaticProvider, type StaticEncoding } from './static/static-provider';

/** A model as a job or a collection names it. */
export interface ProviderChoice {
  provider: string;
  model?: string;
  dimensions?: number;
}

export interface ProviderResources {
  compute: StaticEncoding;
  /** From the environment of the worker, which alone reads it. */
  openai: { apiKey?: string; baseUrl?: string };
}

/**
 * The provider of a choice. Throws PROVIDER_AUTH when its key is missing; INVALID_INPUT when there is no such provider or model, or its
 * dimensions are wrong or not known.
 */
export function createProvider({ provider, model, dimensions }: ProviderChoice, { compute, openai }: ProviderResources): EmbeddingProvider {
  switch (provider) {
    case 'static': {
      const made = createStaticProvider(compute);
      if ((model !== undefined && model !== made.model) || (dimensions !== undefined && dimensions !== made.dimensions)) {
        throw new SluiceError('INVALID_INPUT', `The provider "static" has one model, ${made.model}, of ${made.dimensions} dimensions.`, {
          hint: 'Leave out the embedding model and dimensions, or choose another provider.',
        });
      }
      return made;
    }
    case 'openai': {
      const { apiKey, baseUrl } = openai;
      if (!apiKey) {
        throw new SluiceError('PROVIDER_AUTH', 'The embedding provider "openai" needs a key, and OPENAI_API_KEY is not set in the environment of the worker.', {
          hint: 'Set OPENAI_API_KEY in the environment of the worker; a server that needs no key takes any word.',
        });
      }
      return createOpenAiProvider({ apiKey, baseUrl, model, dimensions });
    }
    default:
      throw new SluiceError('INVALID_INPUT', `There is no embedding provider "${provider}".`, { hint: 'The providers are static and openai.' });
  }
}
