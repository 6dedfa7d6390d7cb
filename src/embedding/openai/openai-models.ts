import { SluiceError } from '../../domain/errors';
import type { ModelDescription } from '../models';

/** What OpenAI's embedding models are, with list prices in USD per million tokens; for any other model the dimensions must be given. */
const OPENAI_MODELS = new Map([
  ['text-embedding-3-small', { dimensions: 1536, canShorten: true, price: 0.02 }],
  ['text-embedding-3-large', { dimensions: 3072, canShorten: true, price: 0.13 }],
  ['text-embedding-ada-002', { dimensions: 1536, canShorten: false, price: 0.1 }],
]);

const DEFAULT_OPENAI_MODEL = 'text-embedding-3-small';

export interface ResolvedModel {
  model: string;
  dimensions: number;
  /** What the request says: undefined leaves the model its own. */
  requestedDimensions: number | undefined;
  /** Per million tokens, in USD; undefined where no price is known. */
  price: number | undefined;
}

/** Throws INVALID_INPUT for dimensions that are missing or that the model can't have. */
export function resolveOpenAiModel(model = DEFAULT_OPENAI_MODEL, dimensions?: number): ResolvedModel {
  const known = OPENAI_MODELS.get(model);
  if (dimensions !== undefined && (!Number.isInteger(dimensions) || dimensions < 1)) {
    throw new SluiceError('INVALID_INPUT', `The embedding dimensions must be a positive whole number, not ${dimensions}.`);
  }
  if (!known) {
    if (dimensions === undefined) {
      throw new SluiceError('INVALID_INPUT', `The number of dimensions of the embedding model "${model}" is not known.`, {
        hint: "Give it with --embedding-dimensions (embedding.dimensions in the job options): the model's documentation names it.",
      });
    }
    return { model, dimensions, requestedDimensions: dimensions, price: undefined };
  }
  const { price } = known;
  if (dimensions === undefined || dimensions === known.dimensions) return { model, dimensions: known.dimensions, requestedDimensions: undefined, price };
  if (!known.canShorten || dimensions > known.dimensions) {
    const possible = known.canShorten ? `at most ${known.dimensions}` : `always ${known.dimensions}`;
    throw new SluiceError('INVALID_INPUT', `The embedding model "${model}" has ${possible} dimensions, not ${dimensions}.`);
  }
  return { model, dimensions, requestedDimensions: dimensions, price };
}

export function describeOpenAiModel(model?: string, dimensions?: number): ModelDescription {
  const resolved = resolveOpenAiModel(model, dimensions);
  return { provider: 'openai', model: resolved.model, dimensions: resolved.dimensions, tokenizer: 'cl100k_base', vectorWeight: 1, price: resolved.price };
}
