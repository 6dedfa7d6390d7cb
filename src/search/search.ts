import { CollectionRepository } from '../db/collection-repository';
import type { Db } from '../db/connect';
import { searchChunks } from '../db/search-chunks';
import { SluiceError } from '../domain/errors';
import type { EmbeddingModels, ModelChoice } from '../embedding/models';
import { ProviderError } from '../embedding/provider';
import { lastingFailure } from '../embedding/provider-failure';
import type { SearchResult } from './search-result';

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;

/** Somebody waits at a prompt. */
const PROVIDER_PATIENCE_MS = 20_000;

export interface SearchRequest {
  collection: string;
  /** A question or some words. */
  query: string;
  /** 1 to 100, default 10. */
  limit?: number;
}

/** Finds the passages of a collection that answer a query. Rejects with COLLECTION_NOT_FOUND, INVALID_INPUT, or what the provider says. */
export async function search(dependencies: { db: Db; models: EmbeddingModels }, request: SearchRequest): Promise<SearchResult[]> {
  const limit = request.limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) throw new SluiceError('INVALID_INPUT', `limit must be a whole number from 1 to ${MAX_LIMIT}.`);
  if (request.query.trim() === '') throw new SluiceError('INVALID_INPUT', 'The query is empty.', { hint: 'Ask a question, or give some words.' });
  const collection = await new CollectionRepository(dependencies.db).get(request.collection);
  const query = request.query.replaceAll('\0', ' ').toWellFormed();
  const vector = await embedQuery(dependencies.models, collection.model, query);
  return searchChunks(dependencies.db, { collection, query, vector, limit });
}

/** @returns null when the model knows no token of the query */
async function embedQuery(models: EmbeddingModels, model: ModelChoice, query: string): Promise<Float32Array | null> {
  const patience = AbortSignal.timeout(PROVIDER_PATIENCE_MS);
  try {
    const { vectors } = await models.getEmbedder(model).provider.embed([query], patience);
    return vectors[0] ?? null;
  } catch (error) {
    const said = patience.aborted ? `The embedding provider has not answered within ${PROVIDER_PATIENCE_MS / 1_000} s.` : error instanceof ProviderError ? error.message : undefined;
    if (said === undefined) throw error;
    const lasting = error instanceof ProviderError ? lastingFailure(error) : undefined;
    throw lasting ?? new SluiceError('PROVIDER_DOWN', said, { hint: 'A search needs the provider for the vector of its query: search again when it answers.', cause: error });
  }
}
