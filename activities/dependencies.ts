import type { ComputePool } from '../src/compute/compute-pool';
import type { Db } from '../src/db/connect';
import type { EmbeddingModels } from '../src/embedding/models';
import type { ProviderRates } from '../src/embedding/provider-rates';
import type { WorkObserver } from '../src/metrics/work-observer';
import type { OwnKinds } from '../src/input/own-kinds';
import type { IsCurrentParser } from '../src/parsing/current-parser';
import type { ParserPool } from '../src/parsing/parser-pool';
import type { SourceReaders } from '../src/sources/source-readers';
import type { Workflows } from '../src/temporal/workflows';
import type { Turns } from './turns';

/** What the worker gives its activities; see src/temporal/worker.ts, where it is put together. */
export interface ActivityDependencies {
  db: Db;
  parsers: ParserPool;
  isCurrentParser: IsCurrentParser;
  readers: SourceReaders;
  /** Kinds that the worker's user has added: those of readers and models too. */
  own: OwnKinds;
  compute: ComputePool;
  models: EmbeddingModels;
  providerRates: ProviderRates;
  workflows: Workflows;
  /** Of the batches in this process. */
  turns: Turns;
  observer: WorkObserver;
  /** For links from workflows to their jobs; undefined: not known. */
  dashboardUrl: string | undefined;
  /** Aborted when the worker's last grace is over: whoever waits for a sent request waits no longer. */
  goingAway: AbortSignal;
}
