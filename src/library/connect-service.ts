/** Jobs and search from a user's program: what the command line and the API call. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isJobFinished } from '../domain/job-status';
import type { JobStatusResponse } from '../domain/job-view';
import type { IngestionService } from '../service/ingestion-service';
import type { OwnParts } from './create-worker';
import type { ServersOptions } from './servers';

const WATCH_INTERVAL_MS = 500;

export interface ConnectedService extends IngestionService {
  /** The job when it has ended, COMPLETED or FAILED. Rejects with JOB_NOT_FOUND, or with the signal's reason. */
  waitForEnd(jobId: string, options?: { signal?: AbortSignal }): Promise<JobStatusResponse>;
  close(): Promise<void>;
}

export interface ConnectServiceOptions extends OwnParts, ServersOptions {}

/**
 * Rejects with SERVER_UNREACHABLE or INVALID_INPUT.
 * @param options the worker's own sources and providers: to start jobs on such sources, and to search collections of such providers
 */
export async function connectService({ sources = [], providers = [], ...where }: ConnectServiceOptions = {}): Promise<ConnectedService> {
  const [{ getServers }, { ownKindsOf }, { connectClient }, { connect }, { createComputePool }, { createEmbeddingModels }, { createParserPool }, { createSourceReaders }, { createIngestionService }] =
    await Promise.all([
      import('./servers.js'),
      import('../input/own-kinds.js'),
      import('../temporal/connect-client.js'),
      import('../db/connect.js'),
      import('../compute/compute-pool.js'),
      import('../embedding/create-models.js'),
      import('../parsing/child-process-pool.js'),
      import('../sources/source-readers.js'),
      import('../service/create-ingestion-service.js'),
    ]);
  const own = ownKindsOf(sources, providers);
  const { databaseUrl, connection, namespace, openai } = await getServers(where);
  const client = await connectClient(connection, namespace);
  const db = connect(databaseUrl, { maxConnections: 4 });
  const compute = createComputePool();
  const parsers = createParserPool();
  const models = createEmbeddingModels({ compute, openai, providers });
  const service = createIngestionService({ client, db, models, readers: createSourceReaders({ parsers, sources }), own });
  return {
    ...service,
    async waitForEnd(jobId, { signal } = {}) {
      for (;;) {
        const job = await service.status(jobId);
        if (isJobFinished(job.status)) return job;
        await sleep(WATCH_INTERVAL_MS, undefined, { signal });
      }
    },
    async close() {
      await Promise.allSettled([client.connection.close(), db.destroy(), compute.close(), parsers.close()]);
    },
  };
}
