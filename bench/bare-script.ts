/**
 * The reference: what an engineer would write in an afternoon. Reads, parses, chunks, embeds (four requests at once), inserts and indexes
 * the same as Sluice, with the same parser and chunker, in one process and without any durability: a crash starts all over.
 * Usage: node dist/bench/bare-script.js FOLDER, with DATABASE_URL, OPENAI_BASE_URL, OPENAI_API_KEY.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { Client } from 'pg';
import { toSql } from 'pgvector';
import { embeddedText, type Chunk } from '../src/chunking/chunk';
import { chunkDocument } from '../src/chunking/chunk-document';
import { CHUNK_DEFAULTS } from '../src/domain/job-defaults';
import { parseContent } from '../src/parsing/parse-content';
import { getTokenizer } from '../src/tokenizer/get-tokenizer';

const TEXTS_PER_REQUEST = 100;
const REQUESTS_AT_ONCE = 4;

async function main(folder: string): Promise<void> {
  const database = new Client({ connectionString: process.env.DATABASE_URL });
  await database.connect();
  await database.query(`
    create extension if not exists vector;
    drop schema if exists bare cascade; create schema bare;
    create table bare.documents (uri text primary key, text text not null);
    create table bare.chunks (uri text, ordinal int, text text, context text, heading_path text[], start_offset int, end_offset int, embedding vector,
      lexemes tsvector generated always as (to_tsvector('english', context || ' ' || text)) stored, primary key (uri, ordinal))`);
  const provider = new OpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: process.env.OPENAI_API_KEY });
  const tokenizer = getTokenizer('cl100k_base');
  const underWay = new Set<Promise<void>>();
  let dimensions = 0;
  let pending: { uri: string; chunk: Chunk }[] = [];

  const send = async (batch: typeof pending) => {
    const answer = await provider.embeddings.create({ model: 'bench', input: batch.map(({ chunk }) => embeddedText(chunk)), encoding_format: 'float' });
    dimensions = answer.data[0]!.embedding.length;
    const rows = batch.map(({ uri, chunk }, index) => ({ uri, ...chunk, embedding: toSql(answer.data[index]!.embedding) }));
    await database.query(
      `insert into bare.chunks select uri, ordinal, text, context, "headingPath", "startOffset", "endOffset", embedding
       from json_to_recordset($1) as rows(uri text, ordinal int, text text, context text, "headingPath" text[], "startOffset" int, "endOffset" int, embedding vector)`,
      [JSON.stringify(rows)],
    );
  };
  const flush = async (size: number) => {
    while (pending.length >= size && pending.length > 0) {
      const sending = send(pending.slice(0, TEXTS_PER_REQUEST)).finally(() => underWay.delete(sending));
      underWay.add(sending);
      pending = pending.slice(TEXTS_PER_REQUEST);
      if (underWay.size >= REQUESTS_AT_ONCE) await Promise.race(underWay);
    }
  };

  for (const uri of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))) {
    const parsed = await parseContent({ uri, content: { path: join(folder, uri) } }, []);
    if (parsed.kind !== 'parsed') throw new Error(uri);
    await database.query('insert into bare.documents values ($1, $2)', [uri, parsed.document.text]);
    for (const chunk of chunkDocument(parsed.document, tokenizer, CHUNK_DEFAULTS)) pending.push({ uri, chunk });
    await flush(TEXTS_PER_REQUEST);
  }
  await flush(1);
  await Promise.all(underWay);
  await database.query(`set maintenance_work_mem = '256MB'`);
  await database.query('create index on bare.chunks using gin (lexemes)');
  await database.query(`create index on bare.chunks using hnsw ((embedding::vector(${dimensions})) vector_cosine_ops)`);
  const { rows } = await database.query<{ chunks: number }>('select count(*)::int as chunks from bare.chunks');
  console.log(JSON.stringify(rows[0]));
  await database.end();
}

main(process.argv[2]!).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
