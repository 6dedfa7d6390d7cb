import type { DocumentOutcome } from '../domain/document-outcome';
import type { CollectionWishes, IngestionInput, OwnSource, Source } from '../domain/ingestion-input';
import type { JobPhase } from '../domain/job-phase';
import type { JobStatus } from '../domain/job-status';
import type { JobStatusResponse, PhaseStatusView } from '../domain/job-view';
import type { PhaseStatus } from '../domain/phase-status';
import type { SearchResult } from '../search/search-result';

/** What the command line and the API call: start, control and watch jobs, look into collections. Every method rejects with a SluiceError. */
export interface IngestionService {
  /** Starts a job; rejects with JOB_EXISTS for a used id. When its source is being ingested into the collection the job ends with ALREADY_RUNNING, naming the other; {@link findActive} tells before. */
  start(input: IngestionInput<Source | OwnSource>, options?: StartOptions): Promise<{ jobId: string }>;
  /** The active job on the input's source in its collection, and whether it was started with the same options. */
  findActive(input: IngestionInput<Source | OwnSource>): Promise<{ jobId: string; sameOptions: boolean } | undefined>;
  status(jobId: string): Promise<JobStatusResponse>;
  list(filter: { status?: JobStatus; collection?: string; cursor?: string; limit?: number }): Promise<{ jobs: JobStatusResponse[]; nextCursor: string | null }>;
  pause(jobId: string, phase?: JobPhase): Promise<ControlAnswer>;
  resume(jobId: string, phase?: JobPhase, budget?: { maxTokens?: number; maxCost?: number }): Promise<ControlAnswer>;
  cancel(jobId: string): Promise<void>;
  /** A new job on an ended one's source and options. */
  retry(jobId: string, options: { failedOnly?: boolean }): Promise<{ jobId: string }>;
  documents(jobId: string, filter: { outcome?: DocumentOutcome; ignored?: boolean; cursor?: string; limit?: number }): Promise<{ documents: DocumentView[]; nextCursor: string | null }>;
  /** When its phases changed their status, the first first. */
  history(jobId: string): Promise<StatusChange[]>;
  collections(): Promise<CollectionView[]>;
  /** Rejects with COLLECTION_NOT_FOUND. */
  collection(name: string): Promise<CollectionView>;
  /** The collection, made when it is not there. Rejects with COLLECTION_MISMATCH when there is one with another model. */
  createCollection(name: string, wishes: CollectionWishes): Promise<{ collection: CollectionView; isNew: boolean }>;
  /** With all that it has published; its ended jobs stay. Rejects with ALREADY_RUNNING while a job is active. */
  deleteCollection(name: string): Promise<void>;
  sources(collection: string): Promise<SourceView[]>;
  /** With all that it has published; its ended jobs stay. Rejects with SOURCE_NOT_FOUND, with ALREADY_RUNNING while a job is active on it. */
  removeSource(request: { collection: string; locator: string }): Promise<{ documents: number }>;
  search(request: { collection: string; query: string; limit?: number }): Promise<SearchResult[]>;
  /** The parsed text of a published document; of two sources that have the URI, without `source` the one published last. Rejects with DOCUMENT_NOT_FOUND. */
  show(request: { collection: string; uri: string; source?: string }): Promise<PublishedDocument>;
  /** Whether the servers answer now. Does not reject, and takes 1.5 s at most. */
  readiness(): Promise<Readiness>;
  /** What there is to do now, whoever does it. Does not reject, and takes 1.5 s at most. */
  workAtHand(): Promise<WorkAtHand>;
}

export interface StartOptions {
  jobId?: string;
  /** Repeated with the same input, a start gives the same job; with another one it rejects with IDEMPOTENCY_CONFLICT. Kept for 24 hours. */
  idempotencyKey?: string;
}

export interface ControlAnswer {
  /** false: no worker answered in time; the request is stored as a signal and applied when one is back. */
  confirmed: boolean;
  /** The phases after the change, when confirmed. */
  phases: PhaseStatusView[] | null;
}

export interface DocumentView {
  uri: string;
  /** null: listed as ignored. */
  outcome: DocumentOutcome | null;
  phase: JobPhase | null;
  code: string | null;
  message: string | null;
  attempts: number;
}

export interface StatusChange {
  /** ISO 8601: of a pause and a resumption, when the mirror learned of it. */
  at: string;
  phase: JobPhase;
  status: PhaseStatus;
}

export interface CollectionView {
  name: string;
  model: string;
  dimensions: number;
  documents: number;
  chunks: number;
}

export interface SourceView {
  /** Kind and resolved path or URL, such as `folder:/data/handbook`. */
  locator: string;
  kind: string;
  documents: number;
  chunks: number;
}

export interface Readiness {
  isReady: boolean;
  database: ServerReadiness;
  temporal: ServerReadiness;
}

export interface ServerReadiness {
  answers: boolean;
  /** Why not. */
  why: string | null;
}

/** undefined: the server did not tell. */
export interface WorkAtHand {
  jobs: Record<JobStatus, number> | undefined;
  batches: PhaseBacklog[] | undefined;
  /** Tasks that no worker has taken. */
  taskQueues: { name: string; tasks: number }[] | undefined;
}

export interface PhaseBacklog {
  phase: JobPhase;
  /** Batches that the phase could begin with, or is at work on. */
  waiting: number;
  /** How long the oldest of them has been there, where the phase is not paused; 0: there is none. */
  oldestSeconds: number;
}

export interface PublishedDocument {
  uri: string;
  source: string;
  title: string | null;
  text: string;
  metadata: Record<string, unknown>;
}
