import { sql } from 'kysely';
import { toSql } from 'pgvector/kysely';
import type { SearchResult } from '../search/search-result';
import { chunkPartition, type Collection } from './collection-repository';
import type { Db } from './connect';
import { indexedVector, vectorType } from './vector-index';

/** Passages that each arm brings to the fusion. */
const ARM_LIMIT = 100;

/** In a collection of so many chunks, a lexeme that is in more than this share of them ranks what others select and selects nothing itself. */
const LARGE_COLLECTION_CHUNKS = 10_000;
const COMMON_SHARE = 0.1;

export interface ChunkQuery {
  collection: Collection;
  query: string;
  /** null: the model knows no token of the query, only its words search. */
  vector: Float32Array | null;
  limit: number;
}

/**
 * Hybrid search in one statement. The lexical arm is an OR of the query's lexemes ranked by ts_rank (an AND finds almost nothing for a
 * question), the vector arm the nearest by cosine. Each arm's scores are scaled to 0..1 by its own minimum and maximum and added with
 * their weights; equal-weight rank fusion was measured to be worse (docs/decisions/search-fusion.md).
 */
export async function searchChunks(db: Db, { collection, query, vector, limit }: ChunkQuery): Promise<SearchResult[]> {
  const partition = chunkPartition(collection.id);
  const chunks = sql.id('sluice', partition);
  const { dimensions } = collection.model;
  const distance = sql`${indexedVector(sql.id('embedding'), dimensions)} <=> ${vector === null ? null : toSql([...vector])}::${vectorType(dimensions)}`;
  const nearest = vector === null ? sql`select null::bigint as document_id, null::int as ordinal, null::float8 as score where false` : sql`
      select document_id, ordinal, 1 - (${distance}) as score from ${chunks} where embedding is not null order by ${distance} limit ${ARM_LIMIT}`;

  return db.transaction().execute(async (trx) => {
    // An HNSW scan returns at most so many rows.
    await sql`set local hnsw.ef_search = ${sql.lit(ARM_LIMIT)}`.execute(trx);
    const { rows } = await sql<SearchResult>`
      with lexemes as (
        select l.lexeme, l.lexeme in (
          select s.lexeme from pg_stats p, unnest(p.most_common_elems::text::text[], p.most_common_elem_freqs) as s(lexeme, share)
          where p.schemaname = 'sluice' and p.tablename = ${partition} and p.attname = 'lexemes' and s.share > ${COMMON_SHARE}
            -- the shares end with their minimum and maximum, which belong to no lexeme: a null here would make every answer null
            and s.lexeme is not null
            and (select reltuples from pg_class where oid = ${`sluice.${partition}`}::regclass) >= ${LARGE_COLLECTION_CHUNKS}) as is_common
        from unnest(to_tsvector('english', ${query})) l),
      queries as (
        select string_agg(quote_literal(lexeme), ' | ')::tsquery as ranking,
          coalesce(string_agg(quote_literal(lexeme), ' | ') filter (where not is_common), string_agg(quote_literal(lexeme), ' | '))::tsquery as selecting
        from lexemes),
      lexical_arm as (
        select document_id, ordinal, ts_rank(lexemes, ranking, 1)::float8 as score from ${chunks}, queries
        where lexemes @@ selecting order by score desc, document_id, ordinal limit ${ARM_LIMIT}),
      vector_arm as (${nearest}),
      lexical as (select document_id, ordinal, case when max(score) over () = min(score) over () then 1 else (score - min(score) over ()) / (max(score) over () - min(score) over ()) end as part from lexical_arm),
      nearby as (select document_id, ordinal, case when max(score) over () = min(score) over () then 1 else (score - min(score) over ()) / (max(score) over () - min(score) over ()) end as part from vector_arm)
      select coalesce(l.part, 0) + ${collection.vectorWeight}::float8 * coalesce(v.part, 0) as score,
        json_build_object('lexical', l.part, 'vector', v.part) as arms,
        d.uri as "documentUri", s.locator as source, c.ordinal, c.text, c.heading_path as "headingPath",
        c.start_offset as "startOffset", c.end_offset as "endOffset", d.metadata || jsonb_build_object('title', d.title) as metadata
      from lexical l full join nearby v on v.document_id = l.document_id and v.ordinal = l.ordinal
      join ${chunks} c on c.collection_id = ${collection.id} and c.document_id = coalesce(l.document_id, v.document_id) and c.ordinal = coalesce(l.ordinal, v.ordinal)
      join sluice.documents d on d.id = c.document_id
      join sluice.sources s on s.id = d.source_id
      order by 1 desc, d.uri collate "C", c.ordinal
      limit ${limit}`.execute(trx);
    return rows;
  });
}
