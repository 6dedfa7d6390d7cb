/** Schemas of collections, their sources, documents and passages as they are answered; the types are the service's. */
import { z } from '@hono/zod-openapi';
import type { SearchResult } from '../../search/search-result';
import type { CollectionView, PublishedDocument, SourceView } from '../../service/ingestion-service';

const count = z.int().min(0);
const metadata = z.record(z.string(), z.unknown());
const share = z.number().min(0).max(1).nullable();

export const collectionSchema: z.ZodType<CollectionView> = z
  .strictObject({ name: z.string(), model: z.string(), dimensions: count, documents: count, chunks: count })
  .meta({ id: 'Collection' });

export const sourceViewSchema: z.ZodType<SourceView> = z
  .strictObject({ locator: z.string(), kind: z.string(), documents: count, chunks: count })
  .meta({ id: 'Source', description: 'locator: kind and resolved path or URL.' });

export const searchResultSchema: z.ZodType<SearchResult> = z
  .strictObject({
    score: z.number(),
    arms: z.strictObject({ lexical: share, vector: share }),
    documentUri: z.string(),
    source: z.string(),
    ordinal: count,
    text: z.string(),
    headingPath: z.array(z.string()),
    startOffset: count,
    endOffset: count,
    metadata,
  })
  .meta({ id: 'SearchResult', description: 'Offsets are UTF-16 units in the text of the document.' });

export const publishedDocumentSchema: z.ZodType<PublishedDocument> = z
  .strictObject({ uri: z.string(), source: z.string(), title: z.string().nullable(), text: z.string(), metadata })
  .meta({ id: 'PublishedDocument' });
