/** What the package `sluice` exports: a worker with parts of one's own, the service that starts and watches jobs, and the ports. */
export { connectService, type ConnectedService, type ConnectServiceOptions } from './library/connect-service';
export { createWorker, type CreateWorkerOptions } from './library/create-worker';
export type { ServersOptions } from './library/servers';
export type { RunningWorker } from './temporal/worker';

// Sources.
export type { OwnSource, SourceFields } from './domain/ingestion-input';
export type { BrokenDocument, DiscoveredDocument, DiscoveredItem, DiscoveryPage, IgnoredFile, OwnSourceReader } from './sources/source-reader';
export type { FileContent } from './parsing/parser-pool';

// Parsers.
export { DocumentFailure, type DocumentFailureCode } from './domain/document-outcome';
export type { DocumentStructure, Heading, JsonValue, ParsedDocument, Table } from './parsing/parsed-document';
export type { Parser, ParserContext } from './parsing/parser';

// Embedding providers.
export { ProviderError, type EmbeddingAnswer, type EmbeddingProvider, type ProviderErrorKind, type RequestLimits } from './embedding/provider';
export type { TokenizerName } from './tokenizer/tokenizer';

// Jobs and search.
export { SluiceError, type ErrorCode } from './domain/errors';
export type { EmbeddingChoice, FolderSource, IngestionInput, JobOptions, Source } from './domain/ingestion-input';
export { JOB_PHASES, type JobPhase } from './domain/job-phase';
export type { JobStatus } from './domain/job-status';
export type { DocumentCounts, JobError, JobStatusResponse, PhaseError, PhaseStatusView } from './domain/job-view';
export type { PhaseStatus } from './domain/phase-status';
export type { WaitReason } from './domain/wait-reason';
export type { SearchResult } from './search/search-result';
export type { CollectionView, ControlAnswer, DocumentView, IngestionService, PublishedDocument } from './service/ingestion-service';
