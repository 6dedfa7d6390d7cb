/** What the package exports as `sluice/client`: a client of the HTTP API for Node and browsers. It imports types only. */
export { createSluiceClient, type SluiceClient, type SluiceClientOptions } from './sluice-client';
export { SluiceApiError } from './api-error';
export type { CollectionRequest, JobFilter, Page, Readiness, SearchRequest, StartJobRequest, UploadFile } from './requests';
export type { ProblemDetails } from '../api/problem-details';
export type { JobOptions, Source } from '../domain/ingestion-input';
export type { JobPhase } from '../domain/job-phase';
export type { JobStatus } from '../domain/job-status';
export type { JobStatusResponse, PhaseStatusView } from '../domain/job-view';
export type { SearchResult } from '../search/search-result';
export type { CollectionView, ControlAnswer, DocumentView, PublishedDocument, SourceView, StatusChange } from '../service/ingestion-service';
