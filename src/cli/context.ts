/** What a command is given: its streams, its configuration, and the way to the servers. */
import type { SluiceConfig } from '../config/config';
import type { IngestionService } from '../service/ingestion-service';
import type { ProcessMetrics } from '../metrics/process-metrics';
import type { RunningWorker } from '../temporal/worker';
import type { CliIo } from './cli-io';

export interface CommandContext {
  io: CliIo;
  config: SluiceConfig;
  /** Of the package. */
  version: string;
  /** Rejects with SERVER_UNREACHABLE. The command closes what it opened. */
  openServers(options: OpenOptions): Promise<ServerSession>;
}

export interface OpenOptions {
  /** Start embedded servers that are missing; they end with the session unless others use them. Else only those that run are found. */
  mayStart: boolean;
  /** The answer is in the database: where data of embedded servers lie and none runs, start PostgreSQL alone, for as long as the session. */
  needsDatabaseOnly?: boolean;
}

/** The servers in use by a command. */
export interface ServerSession {
  service: IngestionService;
  addresses: ServerAddresses;
  /** Whether both are the user's own, so that workers are their business too. */
  areConfigured: boolean;
  /** Whether a worker that outlives this command was started beside the embedded servers, by `up` or `worker`. */
  hasLastingWorker(): Promise<boolean>;
  startWorker(options: WorkerOptions): Promise<RunningWorker>;
  close(): Promise<void>;
}

export interface WorkerOptions {
  /** The worker is there for others too, until it is told to stop. */
  isLasting: boolean;
  /** Measured there, the SDK too. Default: nothing is. */
  metrics?: ProcessMetrics;
  /** For links from workflows. Default: there are none. */
  dashboardUrl?: string;
}

export interface ServerAddresses {
  databaseUrl: string;
  temporalAddress: string;
  namespace: string;
  /** Known of the embedded server. */
  temporalUiUrl?: string;
}

/** Opens the servers for a command; a test gives its own. */
export type OpenServers = (config: SluiceConfig, io: CliIo, options: OpenOptions) => Promise<ServerSession>;
