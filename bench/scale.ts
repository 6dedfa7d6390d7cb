/**
 * How long pages take with 10,000 jobs, the outcomes of their 1,000,000 documents and 1,000,000 published documents in the database, over HTTP, and by which index they are found.
 * Needs DATABASE_URL of a database that may be filled and thrown away, and an API on it:
 *
 *     npm run build:all && node dist/bench/scale.js fill && node dist/bench/scale.js measure http://127.0.0.1:7070
 */
import { sql } from 'kysely';
import { connect, type Db } from '../src/db/connect';
import { migrateToLatest } from '../src/db/migrate';

const JOBS = 10_000;
const DOCUMENTS_PER_JOB = 100;
const ROUNDS = 31;

async function fill(db: Db): Promise<void> {
  await sql`insert into sluice.models (provider, model, dimensions) values ('static', 'bench', 256) on conflict do nothing`.execute(db);
  await sql`
    insert into sluice.collections (name, model_id, vector_weight, chunk_tokens, chunk_overlap)
    select 'bench-' || n, (select min(id) from sluice.models), 0.5, 256, 0 from generate_series(1, 20) n`.execute(db);
  await sql`insert into sluice.sources (collection_id, kind, locator) select c.id, 'folder', 'folder:/bench/' || c.id || '/' || n from sluice.collections c, generate_series(1, 50) n`.execute(db);
  // Most jobs have ended; one in a thousand is running, one in a hundred has failed.
  await sql`
    insert into sluice.ingestion_jobs (id, collection, source, options, collection_id, source_id, status, version, documents_total, documents_total_is_final, documents_succeeded, created_at, queued_at, started_at, finished_at, namespace)
    select 'bench-' || lpad(n::text, 6, '0'), c.name, jsonb_build_object('kind', 'folder', 'path', '/bench/' || s.id), '{}', c.id, s.id,
      (case when n % 1001 = 0 then 'RUNNING' when n % 100 = 1 then 'FAILED' else 'COMPLETED' end)::sluice.job_status, 9, ${sql.lit(DOCUMENTS_PER_JOB)}, true, ${sql.lit(DOCUMENTS_PER_JOB)},
      now() - n * interval '1 minute', now() - n * interval '1 minute', now() - n * interval '1 minute', case when n % 1001 = 0 then null else now() - n * interval '30 seconds' end, 'bench'
    from generate_series(1, ${sql.lit(JOBS)}) n
    join lateral (select * from sluice.sources order by id offset n % 1000 limit 1) s on true
    join sluice.collections c on c.id = s.collection_id`.execute(db);
  await sql`
    insert into sluice.ingestion_phase_status (job_id, phase, status, items_processed, items_total)
    select j.id, p, (case j.status when 'COMPLETED' then 'COMPLETED' when 'FAILED' then 'FAILED' else 'RUNNING' end)::sluice.phase_status, ${sql.lit(DOCUMENTS_PER_JOB)}, ${sql.lit(DOCUMENTS_PER_JOB)}
    from sluice.ingestion_jobs j, unnest(enum_range(null::sluice.job_phase)) p`.execute(db);
  await sql`
    insert into sluice.job_documents (job_id, ordinal, uri, size, outcome, phase, code, message, attempts, chunks)
    select j.id, n - 1, 'part/document-' || n || '.md', 2400,
      (case when n % 50 = 7 then 'FAILED' else 'SUCCEEDED' end)::sluice.document_outcome,
      case when n % 50 = 7 then 'LOADING'::sluice.job_phase end, case when n % 50 = 7 then 'PARSE_FAILED' end, case when n % 50 = 7 then 'It is broken.' end, 1, 5
    from sluice.ingestion_jobs j, generate_series(1, ${sql.lit(DOCUMENTS_PER_JOB)}) n where j.id like 'bench-%'`.execute(db);
  await sql`
    insert into sluice.documents (collection_id, source_id, uri, text, metadata, warnings, content_hash, parser_version, chunker_version, size, chunk_count, job_id)
    select s.collection_id, s.id, 'part/document-' || n || '.md', 'text', '{}', '[]', 'hash', 'markdown@1', '1', 2400, 5, 'bench-000001'
    from sluice.sources s, generate_series(1, ${sql.lit(JOBS * DOCUMENTS_PER_JOB)} / (select count(*) from sluice.sources)) n`.execute(db);
}

async function measure(url: string): Promise<void> {
  const newest = `bench-${'1'.padStart(6, '0')}`;
  const middle = `bench-${String(JOBS / 2 + 1).padStart(6, '0')}`;
  const pages = {
    'newest jobs': '/v1/jobs',
    'jobs from the middle on': `/v1/jobs?cursor=${middle}`,
    'jobs, a page of 1,000': '/v1/jobs?limit=1000',
    'jobs of a collection': '/v1/jobs?collection=bench-7',
    'failed jobs': '/v1/jobs?status=FAILED',
    'running jobs': '/v1/jobs?status=RUNNING',
    'running jobs of a collection': '/v1/jobs?status=RUNNING&collection=bench-7',
    'jobs of a status that none has': '/v1/jobs?status=PENDING',
    'jobs of a collection that is not there': '/v1/jobs?collection=none',
    'a job': `/v1/jobs/${newest}`,
    'its documents': `/v1/jobs/${newest}/documents`,
    'its failed documents': `/v1/jobs/${middle}/documents?outcome=FAILED`,
    'its history': `/v1/jobs/${newest}/history`,
    collections: '/v1/collections',
    'a collection': '/v1/collections/bench-7',
    'its sources': '/v1/collections/bench-7/sources',
    metrics: '/metrics',
  };
  for (const [name, address] of Object.entries(pages)) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const begunMs = performance.now();
      const answer = await fetch(`${url}${address}`);
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
      times.push(performance.now() - begunMs);
    }
    times.sort((a, b) => a - b);
    const at = (share: number): string => times[Math.floor((times.length - 1) * share)]!.toFixed(1).padStart(8);
    console.log(`${name.padEnd(40)} median ${at(0.5)} ms   95 of 100 ${at(0.95)} ms`);
  }
}

async function explain(db: Db): Promise<void> {
  const questions = {
    'newest jobs': sql`select * from sluice.ingestion_jobs order by created_at desc, id desc limit 51`,
    'jobs from a cursor on': sql`select * from sluice.ingestion_jobs where (created_at, id) < (select created_at, id from sluice.ingestion_jobs where id = 'bench-005001') order by created_at desc, id desc limit 51`,
    'jobs of a collection': sql`select * from sluice.ingestion_jobs where collection = 'bench-7' order by created_at desc, id desc limit 51`,
    'running jobs': sql`select * from sluice.ingestion_jobs where status = 'RUNNING' order by created_at desc, id desc limit 51`,
    'phases of a page': sql`select * from sluice.ingestion_phase_status where job_id in (select id from sluice.ingestion_jobs order by created_at desc, id desc limit 50)`,
    'documents of a job': sql`select ordinal, uri, outcome from sluice.job_documents where job_id = 'bench-005001' and ordinal > 49 order by ordinal limit 51`,
    'failed documents of a job': sql`select ordinal, uri, outcome from sluice.job_documents where job_id = 'bench-005001' and outcome = 'FAILED' order by ordinal limit 51`,
  };
  for (const [name, question] of Object.entries(questions)) {
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain (analyze, costs off, timing off) ${question}`.execute(db);
    console.log(`\n${name}\n${rows.map((row) => `  ${row['QUERY PLAN']}`).join('\n')}`);
  }
}

async function main([action, url = 'http://127.0.0.1:7070']: string[]): Promise<void> {
  const databaseUrl = process.env.DATABASE_URL;
  if (!databaseUrl || (action !== 'fill' && action !== 'measure')) throw new Error('Set DATABASE_URL and say: fill, or measure URL');
  const db = connect(databaseUrl);
  try {
    if (action === 'fill') {
      await migrateToLatest(databaseUrl);
      await db.transaction().execute(fill);
      await sql`vacuum analyze`.execute(db);
    } else {
      await measure(url);
      await explain(db);
    }
  } finally {
    await db.destroy();
  }
}

void main(process.argv.slice(2));
