/** What search can return, a row a line, by document: to compare a disturbed job's work with an undisturbed one's. */
import { sql } from 'kysely';
import type { Db } from '../../src/db/connect';

export type Published = ReadonlyMap<string, readonly string[]>;

/** Document URI → its chunks as JSON, vectors too, in their order. */
export async function readPublished(db: Db, collection: string): Promise<Published> {
  const { rows } = await sql<{ document_uri: string }>`
    select v.*, c.context, c.embedding::text from sluice.search_chunks v
    join sluice.collections k on k.name = v.collection
    join sluice.documents d on d.collection_id = k.id and d.uri = v.document_uri
    join sluice.chunks c on c.collection_id = k.id and c.document_id = d.id and c.ordinal = v.ordinal
    where v.collection = ${collection} order by v.source, v.document_uri, v.ordinal`.execute(db);
  const documents = new Map<string, string[]>();
  for (const row of rows) documents.set(row.document_uri, [...(documents.get(row.document_uri) ?? []), JSON.stringify(row)]);
  return documents;
}

/** Documents that are not, row for row, what they are in the reference; with `isWhole`, those missing too. */
export function differences(found: Published, reference: Published, { isWhole, except }: { isWhole: boolean; except: ReadonlySet<string> }): string[] {
  const problems: string[] = [];
  for (const [uri, rows] of found) {
    if (except.has(uri)) problems.push(`${uri} failed and is published`);
    else if (JSON.stringify(rows) !== JSON.stringify(reference.get(uri))) problems.push(`${uri} is published otherwise: ${rows.length} rows instead of ${reference.get(uri)?.length ?? 0}`);
  }
  if (isWhole) for (const uri of reference.keys()) if (!found.has(uri) && !except.has(uri)) problems.push(`${uri} is not published`);
  return problems.length > 5 ? [...problems.slice(0, 5), `… and ${problems.length - 5} more`] : problems;
}
