/** What the client's methods take, where it is not a type of the domain. */
import type { EmbeddingChoice, IngestionInput } from '../domain/ingestion-input';
import type { JobStatus } from '../domain/job-status';

export type { Readiness } from '../service/ingestion-service';

export interface StartJobRequest extends IngestionInput {
  jobId?: string;
}

export interface Page {
  /** What `nextCursor` of the page before said. */
  cursor?: string;
  /** 1 to 1,000, default 50. */
  limit?: number;
}

export interface JobFilter extends Page {
  status?: JobStatus;
  collection?: string;
}

export interface CollectionRequest {
  name: string;
  embedding?: EmbeddingChoice;
  chunkTokens?: number;
  chunkOverlap?: number;
}

export interface SearchRequest {
  query: string;
  /** 1 to 100, default 10. */
  limit?: number;
}

export interface UploadFile {
  /** Becomes the document's URI. */
  name: string;
  content: Blob;
}
