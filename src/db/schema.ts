import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { DocumentOutcome } from '../domain/document-outcome';
import type { JobOptions, Source } from '../domain/ingestion-input';
import type { JobPhase } from '../domain/job-phase';
import type { JobStatus } from '../domain/job-status';
import type { JobError, PhaseError } from '../domain/job-view';
import type { PhaseStatus } from '../domain/phase-status';
import type { WaitReason } from '../domain/wait-reason';
import type { DocumentStructure, JsonValue } from '../parsing/parsed-document';
import type { FileContent } from '../parsing/parser-pool';

/** The tables of the schema `sluice`, as Kysely sees them. A test compares this file with the database that the migrations make. */
export interface Database {
  models: Models;
  collections: Collections;
  sources: Sources;
  ingestion_jobs: IngestionJobs;
  ingestion_phase_status: IngestionPhaseStatus;
  idempotency_keys: IdempotencyKeys;
  status_changes: StatusChanges;
  provider_gates: ProviderGates;
  discovery_pages: DiscoveryPages;
  job_batches: JobBatches;
  batch_results: BatchResults;
  job_documents: JobDocuments;
  job_ignored_files: JobIgnoredFiles;
  staged_documents: StagedDocuments;
  staged_chunks: StagedChunks;
  embeddings: Embeddings;
  embedding_claims: EmbeddingClaims;
  documents: Documents;
  chunks: Chunks;
}

/** The stored enum lacks NOT_STARTED: src/db/job-repository.ts alone knows how it is told apart. */
export type StoredJobStatus = Exclude<JobStatus, 'NOT_STARTED'>;

/** bigint columns: numbers here, see src/db/connect.ts. */
type BigInt = number;
type Json<T> = ColumnType<T, string, string>;

export interface Models {
  id: Generated<number>;
  provider: string;
  model: string;
  dimensions: number;
}

export interface Collections {
  id: Generated<number>;
  name: string;
  model_id: number;
  vector_weight: number;
  chunk_tokens: number;
  chunk_overlap: number;
  created_at: Generated<Date>;
}

export interface Sources {
  id: Generated<number>;
  collection_id: number;
  kind: string;
  locator: string;
}

export interface IngestionJobs {
  id: string;
  collection: string;
  source: Json<Source>;
  options: Json<JobOptions>;
  retry_of: string | null;
  first_run_id: string | null;
  run_id: string | null;
  namespace: string | null;
  missed_since: Date | null;
  collection_id: number | null;
  source_id: number | null;
  chunk_tokens: number | null;
  chunk_overlap: number | null;
  status: Generated<StoredJobStatus>;
  version: Generated<BigInt>;
  documents_total: Generated<number>;
  documents_total_is_final: Generated<boolean>;
  documents_succeeded: Generated<number>;
  documents_skipped: Generated<number>;
  documents_removed: Generated<number>;
  documents_ignored: Generated<number>;
  chunks: Generated<BigInt>;
  tokens_paid: Generated<BigInt>;
  cost: Generated<number>;
  error: Json<JobError> | null;
  created_at: Date | string;
  queued_at: Date | string | null;
  started_at: Date | string | null;
  finished_at: Date | string | null;
  updated_at: Generated<Date>;
  staging_closed_at: Date | null;
  work_done_at: Date | null;
}

export interface IngestionPhaseStatus {
  job_id: string;
  phase: JobPhase;
  status: Generated<PhaseStatus>;
  items_processed: Generated<number>;
  items_total: Generated<number>;
  items_failed: Generated<number>;
  progress: ColumnType<number, never, never>;
  wait_reason: WaitReason | null;
  error: Json<PhaseError> | null;
  started_at: Date | string | null;
  completed_at: Date | string | null;
  outage_since: Date | null;
  updated_at: Generated<Date>;
}

export interface StatusChanges {
  id: Generated<number>;
  job_id: string;
  phase: JobPhase;
  status: PhaseStatus;
  at: Date;
}

export interface IdempotencyKeys {
  key: string;
  request: Json<object>;
  job_id: string;
  created_at: Generated<Date>;
}

export interface ProviderGates {
  provider: string;
  model: string;
  requests_at: Generated<Date>;
  tokens_at: Generated<Date>;
  blocked_until: Date | null;
  learned_rate: number | null;
  limited_at: Date | null;
  refusals: Generated<number>;
  recent: Generated<number>;
  recent_at: Generated<Date>;
  failures: Generated<number>;
  failed_at: Date | null;
  failure: string | null;
  probe_at: Date | null;
  probing_until: Date | null;
  answered_at: Date | null;
}

export interface DiscoveryPages {
  job_id: string;
  page: number;
  next_cursor: string | null;
  result: JSONColumnType<object>;
}

export interface JobBatches {
  job_id: string;
  batch: number;
  first_ordinal: number;
  end_ordinal: number;
  created_at: Generated<Date>;
}

export interface BatchResults {
  job_id: string;
  phase: JobPhase;
  batch: number;
  result: JSONColumnType<object>;
  finished_at: Generated<Date>;
}

export interface JobDocuments {
  job_id: string;
  ordinal: number;
  uri: string;
  reference: Json<FileContent> | null;
  size: BigInt;
  change_token: string | null;
  outcome: DocumentOutcome | null;
  phase: JobPhase | null;
  code: string | null;
  message: string | null;
  attempts: Generated<number>;
  chunks: Generated<number>;
}

export interface JobIgnoredFiles {
  job_id: string;
  uri: string;
  reason: string;
}

export interface StagedDocuments {
  job_id: string;
  ordinal: number;
  content_hash: string;
  parser_version: string;
  title: string | null;
  text: string;
  structure: Json<DocumentStructure>;
  metadata: Json<Record<string, JsonValue>>;
  warnings: Json<string[]>;
  chunk_count: number | null;
}

export interface StagedChunks {
  job_id: string;
  document_ordinal: number;
  ordinal: number;
  text: string;
  context: string;
  heading_path: string[];
  start_offset: number;
  end_offset: number;
  tokens: number;
  text_hash: Buffer;
}

export interface EmbeddingClaims {
  model_id: number;
  text_hash: Buffer;
  job_id: string;
  batch: number;
  holder: string;
  until: Date;
}

export interface Embeddings {
  model_id: number;
  text_hash: Buffer;
  /** pgvector's text form */
  embedding: string | null;
}

export interface Documents {
  id: Generated<BigInt>;
  collection_id: number;
  source_id: number;
  uri: string;
  title: string | null;
  text: string;
  metadata: Json<Record<string, JsonValue>>;
  warnings: Json<string[]>;
  content_hash: string;
  parser_version: string;
  chunker_version: string;
  size: BigInt;
  change_token: string | null;
  chunk_count: number;
  job_id: string;
  published_at: Generated<Date>;
}

export interface Chunks {
  collection_id: number;
  document_id: BigInt;
  ordinal: number;
  text: string;
  context: string;
  heading_path: string[];
  start_offset: number;
  end_offset: number;
  embedding: string | null;
  lexemes: ColumnType<string, never, never>;
}
