import type { CollectionWishes, EmbeddingChoice } from '../domain/ingestion-input';
import { CHUNK_DEFAULTS } from '../domain/job-defaults';
import type { Collection, CollectionRepository, ModelRow } from './collection-repository';

/** @param describe of the models; throws INVALID_INPUT for one that there isn't */
export async function openCollection(
  collections: CollectionRepository,
  name: string,
  { embedding, chunkTokens, chunkOverlap }: CollectionWishes,
  describe: (choice: EmbeddingChoice) => ModelRow & { vectorWeight: number },
): Promise<Collection> {
  const wanted = embedding && describe(embedding);
  const defaultOverlap = Math.min(CHUNK_DEFAULTS.chunkOverlap, Math.floor((chunkTokens ?? CHUNK_DEFAULTS.chunkTokens) / 8));
  const { vectorWeight, ...model } = wanted ?? describe({ provider: 'static' });
  return collections.open(
    name,
    { model: wanted && pickModel(wanted), chunkTokens, chunkOverlap },
    { model: pickModel(model), vectorWeight, chunkTokens: CHUNK_DEFAULTS.chunkTokens, chunkOverlap: defaultOverlap },
  );
}

function pickModel({ provider, model, dimensions }: ModelRow): ModelRow {
  return { provider, model, dimensions };
}
