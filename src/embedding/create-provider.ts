import { SluiceError } from '../domain/errors';
import type { ModelChoice, ModelDescription } from './models';
import { describeOpenAiModel } from './openai/openai-models';
import { createOpenAiProvider } from './openai/openai-provider';
import type { EmbeddingProvider } from './provider';
import { createStaticProvider, STATIC_DESCRIPTION, type StaticEncoding } from './static/static-provider';

export interface ProviderResources {
  compute: StaticEncoding;
  /** From the environment of the worker, which alone reads it. */
  openai: { apiKey?: string; baseUrl?: string };
}

/** What is known of a model without a key. Throws INVALID_INPUT when there is no such provider or model, or its dimensions are wrong or not known. */
export function describeModel({ provider, model, dimensions }: ModelChoice): ModelDescription {
  if (provider === 'openai') return describeOpenAiModel(model, dimensions);
  if (provider !== 'static') {
    throw new SluiceError('INVALID_INPUT', `There is no embedding provider "${provider}".`, {
      hint: 'The providers are static and openai. One of your own is known to the programs that give it to Sluice: see docs/extending.md.',
    });
  }
  const only = STATIC_DESCRIPTION;
  if ((model ?? only.model) !== only.model || (dimensions ?? only.dimensions) !== only.dimensions) {
    throw new SluiceError('INVALID_INPUT', `The provider "static" has one model, ${only.model}, of ${only.dimensions} dimensions.`, {
      hint: 'Leave out the embedding model and dimensions, or choose another provider.',
    });
  }
  return only;
}

/** The provider of a choice. Throws as {@link describeModel} does, and PROVIDER_AUTH when the provider's key is missing. */
export function createProvider(choice: ModelChoice, { compute, openai }: ProviderResources): EmbeddingProvider {
  const { provider, model, dimensions } = describeModel(choice);
  if (provider === 'static') return createStaticProvider(compute);
  const { baseUrl } = openai;
  const apiKey = openai.apiKey?.trim();
  if (!apiKey) {
    throw new SluiceError(
      'PROVIDER_AUTH',
      'The embedding provider "openai" needs a key, and OPENAI_API_KEY is not set in the environment of the worker. A server that needs no key takes any word.',
    );
  }
  // It could not even be sent, and the attempt would look like an outage.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new SluiceError('PROVIDER_AUTH', 'OPENAI_API_KEY in the environment of the worker holds white space or characters that are not ASCII: no key does.');
  }
  return createOpenAiProvider({ apiKey, baseUrl, model, dimensions });
}
