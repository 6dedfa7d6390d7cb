import type { JobCounts } from '../src/domain/ingestion-state';
import type {
  BatchArgument,
  BatchResult,
  DiscoverArgument,
  DiscoveredPage,
  Done,
  EmbedArgument,
  EmbedResult,
  FinishedJob,
  MirrorSnapshot,
  OpenedJob,
  OpenJobArgument,
  Stopped,
} from './contract';

/** Every activity of the ingestion workflow. */
export interface Activities {
  openJob(argument: OpenJobArgument): Promise<OpenedJob>;
  discoverDocuments(argument: DiscoverArgument): Promise<DiscoveredPage | Stopped>;
  loadBatch(argument: BatchArgument): Promise<BatchResult | Stopped>;
  chunkBatch(argument: BatchArgument): Promise<BatchResult | Stopped>;
  embedBatch(argument: EmbedArgument): Promise<EmbedResult>;
  indexBatch(argument: BatchArgument): Promise<BatchResult | Stopped>;
  finishJob(argument: { jobId: string; documents: number }): Promise<FinishedJob | Stopped>;
  mirrorJob(snapshot: MirrorSnapshot): Promise<void>;
  closeJob(argument: { jobId: string }): Promise<(JobCounts & Done) | null>;
}
