/**
 * A deployment as a user would have it: a database and a namespace of its own on the test run's servers, an OpenAI-compatible provider
 * in a process of its own, workers as real processes. What tests look at, they look at as a client would.
 */
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import { connect, type Db } from '../../src/db/connect';
import { migrateToLatest } from '../../src/db/migrate';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { createParserPool } from '../../src/parsing/child-process-pool';
import { createIngestionService } from '../../src/service/create-ingestion-service';
import type { IngestionService } from '../../src/service/ingestion-service';
import { createSourceReaders } from '../../src/sources/source-readers';
import { connectClient } from '../../src/temporal/connect-client';
import type { ServerBehaviour, ServerStats } from '../embedding/embeddings-server';
import { expectEventually } from '../harness/expect-eventually';
import { startCli, startProcess, type TestProcess } from '../harness/start-process';
import { createTestDatabase, type TestDatabase } from '../harness/test-database';
import { createTestNamespace } from '../harness/test-namespace';
import { getTestServers } from '../harness/test-servers';

const PROVIDER = join(__dirname, '..', 'embedding', 'embeddings-server.js');
const DIMENSIONS = 64;

/** `embedding` of a job's options for the deployment's provider. */
export const EMBEDDING = { provider: 'openai', model: 'test-embedding', dimensions: DIMENSIONS } as const;

export interface DeploymentOptions {
  /** Of each answer of the provider. */
  latencyMs?: number;
  /** Servers of its own, instead of a part of the run's: what is given is used as it is, Temporal in the namespace `default`. */
  temporalAddress?: string;
  databaseUrl?: string;
}

export interface Deployment {
  /** What a `sluice` process needs to work here. */
  env: Record<string, string>;
  client: Client;
  db: Db;
  service: IngestionService;
  provider: Provider;
  startWorker(args?: readonly string[]): Promise<TestProcess>;
  /** Polls until the job has ended. */
  waitForEnd(jobId: string, options?: { timeoutMs?: number }): Promise<JobStatusResponse>;
  /** Everything that search can return, vectors too, in a fixed order. */
  publishedChunks(collection: string): Promise<unknown[]>;
  close(): Promise<void>;
}

export interface Provider {
  /** With the version: what OPENAI_BASE_URL is set to. */
  url: string;
  /** Texts paid for, and how many of them had been paid for before. */
  stats(): Promise<{ texts: number; repeatedTexts: number }>;
  control(change: Partial<ServerBehaviour>): Promise<void>;
}

export async function createDeployment({ latencyMs = 0, ...own }: DeploymentOptions = {}): Promise<Deployment> {
  const database = own.databaseUrl === undefined ? await createTestDatabase() : await migrated(own.databaseUrl);
  const temporalAddress = own.temporalAddress ?? getTestServers().temporalAddress;
  const namespace = own.temporalAddress === undefined ? await createTestNamespace() : 'default';
  const provider = await startProvider(latencyMs);
  const client = await connectClient({ address: temporalAddress }, namespace);
  const db = connect(database.url);
  const readers = createSourceReaders({ parsers: createParserPool() });
  // Search is not asked of this service: it needs no models.
  const service = createIngestionService({ client, db, readers, models: undefined as never });
  const env = { DATABASE_URL: database.url, TEMPORAL_ADDRESS: temporalAddress, TEMPORAL_NAMESPACE: namespace, OPENAI_BASE_URL: provider.url, OPENAI_API_KEY: 'sk-test' };
  return {
    env,
    client,
    db,
    service,
    provider,
    async startWorker(args = []) {
      const worker = startCli(['worker', ...args], { env });
      await worker.waitForLine(/Working on/);
      return worker;
    },
    waitForEnd: (jobId, { timeoutMs = 120_000 } = {}) =>
      expectEventually(
        async () => {
          const job = await service.status(jobId);
          if (job.finishedAt === null) throw new Error(`Not ended: ${JSON.stringify(job)}`);
          return job;
        },
        { timeoutMs },
      ),
    async publishedChunks(collection) {
      const { rows } = await sql<object>`
        select v.*, c.context, c.embedding::text from sluice.search_chunks v
        join sluice.collections k on k.name = v.collection
        join sluice.documents d on d.collection_id = k.id and d.uri = v.document_uri
        join sluice.chunks c on c.collection_id = k.id and c.document_id = d.id and c.ordinal = v.ordinal
        where v.collection = ${collection} order by v.source, v.document_uri, v.ordinal`.execute(db);
      return rows;
    },
    async close() {
      await client.connection.close();
      await db.destroy();
      await database.drop();
    },
  };
}

async function migrated(url: string): Promise<TestDatabase> {
  await migrateToLatest(url);
  return { url, drop: async () => undefined };
}

async function startProvider(latencyMs: number): Promise<Provider> {
  const server = startProcess(process.execPath, [PROVIDER, '--port', '0', '--latency-ms', String(latencyMs), '--dimensions', String(DIMENSIONS)]);
  const url = /http:\S+/.exec(await server.waitForLine(/http:/))![0];
  const { origin } = new URL(url);
  return {
    url,
    async stats() {
      const { paidTexts, distinctTexts } = (await (await fetch(`${origin}/stats`)).json()) as ServerStats;
      return { texts: paidTexts, repeatedTexts: paidTexts - distinctTexts };
    },
    async control(change) {
      const answer = await fetch(`${origin}/control`, { method: 'POST', body: JSON.stringify(change) });
      if (!answer.ok) throw new Error(await answer.text());
    },
  };
}
