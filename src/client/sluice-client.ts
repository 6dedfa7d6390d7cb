import type { DocumentOutcome } from '../domain/document-outcome';
import type { JobPhase } from '../domain/job-phase';
import type { JobStatusResponse } from '../domain/job-view';
import type { SearchResult } from '../search/search-result';
import type { CollectionView, ControlAnswer, DocumentView, PublishedDocument, SourceView, StatusChange } from '../service/ingestion-service';
import type { CollectionRequest, JobFilter, Page, Readiness, SearchRequest, StartJobRequest, UploadFile } from './requests';
import { Transport } from './transport';
import { watchJob } from './watch-job';

/** Where the API is. */
export interface SluiceClientOptions {
  /** Such as `http://127.0.0.1:7070`. */
  baseUrl: string;
  apiKey?: string;
  /** Default: the global one. */
  fetch?: typeof fetch;
}

/** Every method rejects with a SluiceApiError for an answer that is no success, and with what fetch says when there is none. */
export interface SluiceClient {
  /** @param options.idempotencyKey the same again gives the same job, for 24 hours */
  startJob(request: StartJobRequest, options?: { idempotencyKey?: string }): Promise<JobStatusResponse>;
  listJobs(filter?: JobFilter): Promise<{ jobs: JobStatusResponse[]; nextCursor: string | null }>;
  getJob(jobId: string): Promise<JobStatusResponse>;
  /** Every change of the job until it has ended; servers that don't answer are waited for. */
  watchJob(jobId: string, options?: { signal?: AbortSignal }): AsyncGenerator<JobStatusResponse, void, undefined>;
  pauseJob(jobId: string, phase?: JobPhase): Promise<ControlAnswer>;
  resumeJob(jobId: string, options?: { phase?: JobPhase; maxTokens?: number; maxCost?: number }): Promise<ControlAnswer>;
  cancelJob(jobId: string): Promise<void>;
  retryJob(jobId: string, options?: { failedOnly?: boolean }): Promise<JobStatusResponse>;
  listJobDocuments(jobId: string, filter?: Page & { outcome?: DocumentOutcome }): Promise<{ documents: DocumentView[]; nextCursor: string | null }>;
  listIgnoredFiles(jobId: string, page?: Page): Promise<{ documents: DocumentView[]; nextCursor: string | null }>;
  /** When its phases changed their status, the first first. */
  getJobHistory(jobId: string): Promise<StatusChange[]>;
  listCollections(): Promise<CollectionView[]>;
  createCollection(request: CollectionRequest): Promise<CollectionView>;
  getCollection(name: string): Promise<CollectionView>;
  deleteCollection(name: string): Promise<void>;
  listSources(collection: string): Promise<SourceView[]>;
  removeSource(collection: string, locator: string): Promise<{ documents: number }>;
  search(collection: string, request: SearchRequest): Promise<SearchResult[]>;
  /** @param options.source locator of its source; absent: of two that have the URI, the one published last */
  getDocument(collection: string, uri: string, options?: { source?: string }): Promise<PublishedDocument>;
  /** @param options.upload name of the upload: a later one of the same name adds to it and replaces files of the same name */
  uploadDocuments(collection: string, files: readonly UploadFile[], options?: { upload?: string }): Promise<JobStatusResponse>;
  /** Also answers while the servers are down: that is what it tells. */
  readiness(): Promise<Readiness>;
}

export function createSluiceClient({ baseUrl, apiKey, fetch: doFetch = (...request) => fetch(...request) }: SluiceClientOptions): SluiceClient {
  const transport = new Transport(baseUrl, apiKey, doFetch);
  const job = (jobId: string, rest = '') => `/v1/jobs/${encodeURIComponent(jobId)}${rest}`;
  const collection = (name: string, rest = '') => `/v1/collections/${encodeURIComponent(name)}${rest}`;
  const post = <T>(path: string, body: unknown, headers?: Record<string, string | undefined>) => transport.json<T>(path, { method: 'POST', body, headers });

  return {
    startJob: (request, { idempotencyKey } = {}) => post('/v1/jobs', request, { 'idempotency-key': idempotencyKey }),
    listJobs: (filter = {}) => transport.json('/v1/jobs', { query: { ...filter } }),
    getJob: (jobId) => transport.json(job(jobId)),
    watchJob: (jobId, { signal } = {}) => watchJob(transport, jobId, signal),
    pauseJob: (jobId, phase) => post(job(jobId, '/pause'), { phase }),
    resumeJob: (jobId, options = {}) => post(job(jobId, '/resume'), options),
    cancelJob: async (jobId) => void (await post(job(jobId, '/cancel'), {})),
    retryJob: (jobId, options = {}) => post(job(jobId, '/retry'), options),
    listJobDocuments: (jobId, filter = {}) => transport.json(job(jobId, '/documents'), { query: { ...filter } }),
    listIgnoredFiles: (jobId, page = {}) => transport.json(job(jobId, '/ignored'), { query: { ...page } }),
    getJobHistory: async (jobId) => (await transport.json<{ changes: StatusChange[] }>(job(jobId, '/history'))).changes,
    listCollections: async () => (await transport.json<{ collections: CollectionView[] }>('/v1/collections')).collections,
    createCollection: (request) => post('/v1/collections', request),
    getCollection: (name) => transport.json(collection(name)),
    deleteCollection: async (name) => void (await transport.send(collection(name), { method: 'DELETE' })),
    listSources: async (name) => (await transport.json<{ sources: SourceView[] }>(collection(name, '/sources'))).sources,
    removeSource: (name, locator) => transport.json(collection(name, '/sources'), { method: 'DELETE', query: { locator } }),
    search: async (name, request) => (await post<{ results: SearchResult[] }>(collection(name, '/search'), request)).results,
    getDocument: (name, uri, { source } = {}) => transport.json(collection(name, '/documents'), { query: { uri, source } }),
    uploadDocuments: (name, files, { upload } = {}) => {
      const form = new FormData();
      for (const file of files) form.append('files', file.content, file.name);
      return transport.json(collection(name, '/documents'), { method: 'POST', query: { upload }, form });
    },
    readiness: () => transport.json('/readyz', { alsoGood: 503 }),
  };
}
