import { sql, type Kysely } from 'kysely';

/**
 * The first schema. Written in SQL, because it is read by everyone who looks into the database.
 * docs/database.md explains the tables; src/db/schema.ts has their types (a test compares them).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(CREATE_TYPES);
  await run(CREATE_COLLECTIONS);
  await run(CREATE_JOBS);
  await run(CREATE_STAGING);
  await run(CREATE_EMBEDDINGS);
  await run(CREATE_PUBLISHED);
}

const CREATE_TYPES = `
create extension if not exists vector;

create type sluice.job_status as enum ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED');
create type sluice.job_phase as enum ('LOADING', 'CHUNKING', 'EMBEDDING', 'INDEXING');
create type sluice.phase_status as enum ('NOT_STARTED', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED');
create type sluice.document_outcome as enum ('SUCCEEDED', 'FAILED', 'SKIPPED');

-- The twin of overallStatus in src/domain/aggregation.ts.
create function sluice.overall_status(phases sluice.phase_status[]) returns sluice.job_status
language sql immutable parallel safe as $$
  select (case
    when 'FAILED' = any (phases) then 'FAILED'
    when 'COMPLETED' = all (phases) then 'COMPLETED'
    when 'RUNNING' = any (phases) or 'PAUSED' = any (phases) then 'RUNNING'
    else 'PENDING'
  end)::sluice.job_status
$$;
`;

const CREATE_COLLECTIONS = `
create table sluice.models (
  id integer generated always as identity primary key,
  provider text not null,
  model text not null,
  dimensions integer not null,
  unique (provider, model, dimensions)
);

create table sluice.collections (
  id integer generated always as identity primary key,
  name text not null unique,
  model_id integer not null references sluice.models,
  vector_weight double precision not null,
  chunk_tokens integer not null,
  chunk_overlap integer not null,
  created_at timestamptz not null default now()
);

create table sluice.sources (
  id integer generated always as identity primary key,
  collection_id integer not null references sluice.collections,
  kind text not null,
  locator text not null,
  unique (collection_id, locator)
);
`;

const CREATE_JOBS = `
create table sluice.ingestion_jobs (
  id text primary key,
  -- as they were sent, valid or not
  collection text not null,
  source jsonb not null,
  options jsonb not null,
  retry_of text,
  -- the chain of workflow runs that owns the row; null while NOT_STARTED
  first_run_id text,
  -- the run that wrote the state last: after a reset the versions of the current run begin lower than those of the one before
  run_id text,
  -- of Temporal: only who looks there can say that the workflow is gone
  namespace text,
  -- since when Temporal has not found the workflow; null: it has
  missed_since timestamptz,
  -- set when the job is opened
  collection_id integer references sluice.collections,
  source_id integer references sluice.sources,
  chunk_tokens integer,
  chunk_overlap integer,
  status sluice.job_status not null default 'PENDING',
  version bigint not null default 0,
  documents_total integer not null default 0,
  documents_total_is_final boolean not null default false,
  documents_succeeded integer not null default 0,
  documents_skipped integer not null default 0,
  documents_removed integer not null default 0,
  documents_ignored integer not null default 0,
  chunks bigint not null default 0,
  -- what the embedding provider was paid for
  tokens_paid bigint not null default 0,
  cost double precision not null default 0,
  error jsonb,
  created_at timestamptz not null,
  queued_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz not null default now(),
  -- from then on no activity of the job may stage anything
  staging_closed_at timestamptz
);

-- One active job for each collection and source. A job claims its source when it is opened, and lets it go by ending.
create unique index ingestion_jobs_active_source on sluice.ingestion_jobs (source_id) where status in ('PENDING', 'RUNNING');
create index ingestion_jobs_newest on sluice.ingestion_jobs (created_at desc, id desc);
-- A refused start's collection can be anything, larger than an index holds.
create index ingestion_jobs_of_collection on sluice.ingestion_jobs (left(collection, 100), created_at desc, id desc);
create index ingestion_jobs_by_status on sluice.ingestion_jobs (status, created_at desc, id desc);
create index ingestion_jobs_of_source on sluice.ingestion_jobs (source_id, created_at desc);

create table sluice.ingestion_phase_status (
  job_id text not null references sluice.ingestion_jobs on delete cascade,
  phase sluice.job_phase not null,
  status sluice.phase_status not null default 'NOT_STARTED',
  items_processed integer not null default 0,
  items_total integer not null default 0,
  items_failed integer not null default 0,
  -- the twin of phaseProgress in src/domain/progress.ts
  progress integer not null generated always as (
    case when status = 'COMPLETED' then 100 when items_total = 0 then 0 else least(99, (100::bigint * items_processed / items_total)::integer) end
  ) stored,
  wait_reason text,
  error jsonb,
  started_at timestamptz,
  completed_at timestamptz,
  -- since when the provider has not answered; null: it answers
  outage_since timestamptz,
  updated_at timestamptz not null default now(),
  primary key (job_id, phase)
);
`;

const CREATE_STAGING = `
-- One row for each page of discovery: the key that makes a repeated page change nothing.
create table sluice.discovery_pages (
  job_id text not null references sluice.ingestion_jobs on delete cascade,
  page integer not null,
  next_cursor text,
  result jsonb not null,
  primary key (job_id, page)
);

create table sluice.job_batches (
  job_id text not null references sluice.ingestion_jobs on delete cascade,
  batch integer not null,
  first_ordinal integer not null,
  end_ordinal integer not null,
  created_at timestamptz not null default now(),
  primary key (job_id, batch)
);

-- One row for each phase and batch that is done: the key that makes a repeated batch change nothing.
create table sluice.batch_results (
  job_id text not null references sluice.ingestion_jobs on delete cascade,
  phase sluice.job_phase not null,
  batch integer not null,
  result jsonb not null,
  finished_at timestamptz not null default now(),
  primary key (job_id, phase, batch)
);

-- Every document of a job and its outcome; null: not decided yet.
create table sluice.job_documents (
  job_id text not null references sluice.ingestion_jobs on delete cascade,
  ordinal integer not null,
  uri text not null,
  reference jsonb,
  size bigint not null,
  change_token text,
  outcome sluice.document_outcome,
  phase sluice.job_phase,
  code text,
  message text,
  attempts integer not null default 0,
  chunks integer not null default 0,
  primary key (job_id, ordinal),
  unique (job_id, uri)
);
create index job_documents_failed on sluice.job_documents (job_id, ordinal) where outcome = 'FAILED';

create table sluice.job_ignored_files (
  job_id text not null references sluice.ingestion_jobs on delete cascade,
  uri text not null,
  reason text not null,
  primary key (job_id, uri)
);

-- What LOADING hands on. Goes when the document is published.
create table sluice.staged_documents (
  job_id text not null references sluice.ingestion_jobs on delete cascade,
  ordinal integer not null,
  content_hash text not null,
  parser_version text not null,
  title text,
  text text not null,
  structure jsonb not null,
  metadata jsonb not null,
  warnings jsonb not null,
  chunk_count integer,
  primary key (job_id, ordinal)
);

-- What CHUNKING hands on. Goes when the document is published.
create table sluice.staged_chunks (
  job_id text not null references sluice.ingestion_jobs on delete cascade,
  document_ordinal integer not null,
  ordinal integer not null,
  text text not null,
  context text not null,
  heading_path text[] not null,
  start_offset integer not null,
  end_offset integer not null,
  tokens integer not null,
  text_hash bytea not null,
  primary key (job_id, document_ordinal, ordinal)
);
`;

const CREATE_EMBEDDINGS = `
-- Content-addressed and append-only: a text paid for once is found here by every later attempt, job and collection with the model.
-- A null embedding is an answer too: the model knows no token of the text.
create table sluice.embeddings (
  model_id integer not null references sluice.models,
  text_hash bytea not null,
  embedding vector,
  primary key (model_id, text_hash)
);
`;

const CREATE_PUBLISHED = `
create table sluice.documents (
  id bigint generated always as identity primary key,
  collection_id integer not null references sluice.collections,
  source_id integer not null references sluice.sources,
  uri text not null,
  title text,
  text text not null,
  metadata jsonb not null,
  warnings jsonb not null,
  content_hash text not null,
  parser_version text not null,
  chunker_version text not null,
  size bigint not null,
  change_token text,
  chunk_count integer not null,
  job_id text not null,
  published_at timestamptz not null default now(),
  unique (source_id, uri)
);
create index documents_of_collection on sluice.documents (collection_id, uri);

-- One partition a collection, made and attached without stopping the others: an HNSW index needs one dimension, and a search reads one
-- collection. No foreign key to documents: attaching would lock them against writes; a document and its chunks change in one transaction.
create table sluice.chunks (
  collection_id integer not null,
  document_id bigint not null,
  ordinal integer not null,
  text text not null,
  context text not null,
  heading_path text[] not null,
  start_offset integer not null,
  end_offset integer not null,
  embedding vector,
  lexemes tsvector not null generated always as (to_tsvector('english', context || ' ' || text)) stored,
  primary key (collection_id, document_id, ordinal)
) partition by list (collection_id);
create index chunks_lexemes on sluice.chunks using gin (lexemes);

create view sluice.search_chunks as
  select k.name as collection, s.locator as source, d.uri as document_uri, c.ordinal, c.text, c.heading_path, c.start_offset, c.end_offset
  from sluice.chunks c
  join sluice.documents d on d.id = c.document_id
  join sluice.sources s on s.id = d.source_id
  join sluice.collections k on k.id = c.collection_id;
`;
