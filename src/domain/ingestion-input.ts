import type { JobPhase } from './job-phase';

/**
 * The one argument of the workflow, as every client sends it. Types only: that what arrives has this shape is checked in
 * src/input, by the first activity and by every service that starts a job.
 */
export interface IngestionInput<S extends OwnSource | Source = Source> {
  /** Name of the collection: made by its first job. */
  collection: string;
  source: S;
  options?: JobOptions;
}

/**
 * Where documents come from: the kinds that Sluice reads. A user's own kinds are no part of it, for one kind of which the fields are
 * unknown would leave none of the others with known ones; to everyone but its reader a source is opaque.
 */
export type Source = FolderSource;

/** A source of a kind that a worker's user has added. It is stored with the job and shown: no secrets in it. */
export interface OwnSource {
  kind: string;
  [field: string]: unknown;
}

/**
 * The fields of an own kind of source beside `kind`, each with its check: says what is wrong with a value, such as `must be a path`, and
 * undefined when nothing is. An absent field is checked as undefined. Other fields are refused.
 */
export type SourceFields = Readonly<Record<string, (value: unknown) => string | undefined>>;

export interface FolderSource {
  kind: 'folder';
  /** A folder or a single file, as the worker sees it. */
  path: string;
  /** Glob patterns relative to the folder; absent: every file. A file matched here that Sluice can't read is a failure. */
  include?: string[];
  /** Glob patterns relative to the folder; win over include. */
  exclude?: string[];
}

export interface EmbeddingChoice {
  /** `static`, `openai`, or one that the worker's user has added. */
  provider: string;
  model?: string;
  dimensions?: number;
}

/** What a job, or whoever makes a collection, says of it. Absent: the collection's own, or the default of a new one. */
export interface CollectionWishes {
  embedding?: EmbeddingChoice;
  chunkTokens?: number;
  chunkOverlap?: number;
}

/** Everything is optional; unknown keys are refused. `embedding` and the chunk settings belong to the collection: absent means the collection's. */
export interface JobOptions {
  /** Size of a chunk in tokens of the collection's model. Default 256. */
  chunkTokens?: number;
  /** Tokens that a chunk repeats of the one before. Default 32. */
  chunkOverlap?: number;
  /** Documents in a batch, at most. Default 200. */
  batchDocuments?: number;
  /** Batches at work at once in a phase. Default 4 each. */
  concurrency?: Partial<Record<JobPhase, number>>;
  /** The job fails when more documents than this have failed. Default: more than 10 and more than 20 %. */
  maxFailures?: number;
  /** LOADING waits while more documents than this are loaded and not yet published. Default 10,000. */
  maxAheadDocuments?: number;
  /** Remove documents even when most of the source has vanished. Default false. */
  allowMassRemoval?: boolean;
  /** Read and hash every document, even when size and time say that it has not changed. Default false. */
  verify?: boolean;
  /** How long an outage of the embedding provider is waited for. Default 86,400. */
  providerPatienceSeconds?: number;
  /** EMBEDDING pauses when this many tokens have been sent to the provider. */
  maxTokens?: number;
  /** EMBEDDING pauses when this much has been spent, in US dollars. */
  maxCost?: number;
  embedding?: EmbeddingChoice;
  /** The ended job of which this one is a retry. */
  retryOf?: string;
  /** Process only the documents that failed in that job: no discovery, no removal. */
  onlyFailedOf?: string;
}
