import type { Db } from './connect';

export interface PublishedDocumentRow {
  uri: string;
  source: string;
  title: string | null;
  text: string;
  metadata: Record<string, unknown>;
}

/** A published document of a collection by its URI. @param source locator; absent: of two sources that have it, the one published last */
export async function findPublishedDocument(db: Db, collectionId: number, uri: string, source?: string): Promise<PublishedDocumentRow | undefined> {
  return db
    .selectFrom('documents as d')
    .innerJoin('sources as s', 's.id', 'd.source_id')
    .select(['d.uri', 's.locator as source', 'd.title', 'd.text', 'd.metadata'])
    .where('d.collection_id', '=', collectionId)
    .where('d.uri', '=', uri)
    .$if(source !== undefined, (query) => query.where('s.locator', '=', source!))
    .orderBy('d.published_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}
