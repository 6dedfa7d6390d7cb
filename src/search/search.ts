import { CollectionRepository } from '../db/collection-repository';
import type { Db } from '../db/connect';
import { searchChunks } from '../db/search-chunks';
import { SluiceError } from '../domain/errors';
import type { EmbeddingModels } from '../embedding/models';
import type { SearchResult } from './search-result';

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;

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
  const { vectors } = await dependencies.models.getEmbedder(collection.model).provider.embed([query], AbortSignal.timeout(60_000));
  return searchChunks(dependencies.db, { collection, query, vector: vectors[0] ?? null, limit });
}
