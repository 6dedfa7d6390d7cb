/** One cell while it runs: a database, workers and a job of its own on the rig, and the hands that faults and moments need. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, Connection, Client as TemporalClient } from '@temporalio/client';
import { connect, type Db } from '../../src/db/connect';
import { JobRepository } from '../../src/db/job-repository';
import type { JobOptions } from '../../src/domain/ingestion-input';
import { isJobFinished } from '../../src/domain/job-status';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { createParserPool } from '../../src/parsing/child-process-pool';
import { createIngestionService } from '../../src/service/create-ingestion-service';
import type { IngestionService } from '../../src/service/ingestion-service';
import { createSourceReaders } from '../../src/sources/source-readers';
import type { RequestRecord } from '../embedding/embeddings-server';
import { expectEventually } from '../harness/expect-eventually';
import { runSql, withDatabase } from '../harness/test-database';
import { runSluice, startWorker, type CliRun, type Environment, type WorkerProcess } from './processes';
import type { Random } from './random';
import { EMBEDDING, type Rig } from './rig';

export const COLLECTION = 'faults';
/**
 * So few lanes and so slow a provider that each phase of 300 documents lasts some seconds, and chunks so small that a batch needs several
 * requests: a fault finds some of its texts embedded and others not.
 */
export const JOB_OPTIONS: JobOptions = {
  embedding: EMBEDDING,
  batchDocuments: 20,
  chunkTokens: 32,
  chunkOverlap: 0,
  concurrency: { LOADING: 1, CHUNKING: 1, EMBEDDING: 2, INDEXING: 1 },
};
const LATENCY_MS = 300;

/** A job that has not ended by then is stuck. */
const END_PATIENCE_MS = 180_000;

export class CellRun {
  readonly folder: string;
  readonly workers: WorkerProcess[] = [];
  readonly env: Environment;
  jobId = '';
  service!: IngestionService;
  client!: Client;
  db!: Db;
  /** Requests of the cell: the provider is shared. */
  private readonly firstRequest: number;

  private constructor(readonly rig: Rig, readonly name: string, readonly random: Random, readonly database: string) {
    this.folder = join(rig.folder, name);
    mkdirSync(join(this.folder, 'tmp'), { recursive: true });
    this.firstRequest = rig.provider.log.length;
    const url = new URL(withDatabase(rig.servers.databaseUrl, database));
    url.port = String(rig.proxies.postgres.port);
    this.env = {
      DATABASE_URL: url.href,
      TEMPORAL_ADDRESS: `127.0.0.1:${rig.proxies.temporal.port}`,
      OPENAI_BASE_URL: rig.provider.url,
      OPENAI_API_KEY: 'sk-faults',
      TMPDIR: join(this.folder, 'tmp'),
    };
  }

  static async open(rig: Rig, name: string, random: Random): Promise<CellRun> {
    const database = `cell_${rig.provider.log.length}_${Date.now()}`;
    await runSql(rig.servers.databaseUrl, `create database ${database} template ${rig.template}`);
    Object.assign(rig.provider.behaviour, { latencyMs: LATENCY_MS, faults: [], always: null, refuseContaining: null, key: null });
    const run = new CellRun(rig, name, random, database);
    run.reconnect();
    return run;
  }

  /** Connections of the harness itself, past the proxies: new ones, when a server was away and the old ones have not noticed its return. */
  reconnect(): void {
    void this.disconnect();
    const address = this.rig.servers.temporalAddress;
    this.client = new TemporalClient({ connection: Connection.lazy({ address, interceptors: [] }) });
    this.db = connect(withDatabase(this.rig.servers.databaseUrl, this.database), { maxConnections: 4, connectTimeoutMs: 1_500 });
    // Neither search nor parsing is asked of this service.
    this.service = createIngestionService({ client: this.client, db: this.db, readers: createSourceReaders({ parsers: createParserPool() }), models: undefined as never });
  }

  async addWorker(): Promise<WorkerProcess> {
    const worker = await startWorker(this.folder, this.env);
    this.workers.push(worker);
    return worker;
  }

  get liveWorkers(): WorkerProcess[] {
    return this.workers.filter((worker) => !worker.hasExited);
  }

  async startJob(options: JobOptions = JOB_OPTIONS): Promise<void> {
    ({ jobId: this.jobId } = await this.service.start({ collection: COLLECTION, source: { kind: 'folder', path: this.rig.documents }, options }));
  }

  get requests(): readonly RequestRecord[] {
    return this.rig.provider.log.slice(this.firstRequest);
  }

  get jobs(): JobRepository {
    return new JobRepository(this.db);
  }

  sluice(...args: string[]): Promise<CliRun> {
    return runSluice(args, this.folder, this.env);
  }

  /** Polls the job's status until it is as wanted; a job that ends meanwhile will never be. */
  async untilStatus(what: string, isWanted: (view: JobStatusResponse) => boolean, timeoutMs = 60_000): Promise<JobStatusResponse> {
    const found = await expectEventually(async () => {
      const view = await this.service.status(this.jobId);
      if (isWanted(view)) return view;
      if (isJobFinished(view.status)) return undefined;
      throw new Error(`Not ${what}: ${summaryOf(view)}`);
    }, { timeoutMs });
    if (found === undefined) throw new Error(`The job ended and never was ${what}: ${summaryOf(await this.service.status(this.jobId))}`);
    return found;
  }

  async untilEnd(): Promise<JobStatusResponse> {
    return this.untilStatus('ended', (view) => isJobFinished(view.status), END_PATIENCE_MS);
  }

  /** Ends what is the harness's own. Workers are ended before: invariants.ts looks how. */
  async close({ keepFolder = false } = {}): Promise<void> {
    for (const worker of this.liveWorkers) worker.kill('SIGKILL');
    await Promise.all(this.workers.map(({ exit }) => exit));
    await this.disconnect();
    if (!keepFolder) await runSql(this.rig.servers.databaseUrl, `drop database if exists ${this.database} with (force)`);
  }

  async disconnect(): Promise<void> {
    const { client, db } = this;
    await Promise.allSettled([client?.connection.close(), db?.destroy()]);
  }
}

/** A line for messages: `RUNNING: LOADING COMPLETED 300/300, …`. */
export function summaryOf({ status, phases, error, readFrom }: JobStatusResponse): string {
  const parts = phases.map((phase) => `${phase.phase} ${phase.status} ${phase.itemsProcessed}/${phase.itemsTotal} (${phase.inFlight} at work${phase.waitReason ? `, ${phase.waitReason}` : ''})`);
  return `${status} from ${readFrom}: ${parts.join(', ')}${error ? `, ${error.code}: ${error.message}` : ''}`;
}
